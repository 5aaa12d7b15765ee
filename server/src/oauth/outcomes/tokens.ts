import { invalidCode, invalidRequest, type Outcomes } from './outcome-entry.ts';

// Said of codes and tokens of other clients too: nobody learns by it whether there are such.
const unknownCode =
  'This data centre has issued no such code; a code is exchanged at the accounts-server of its redirect.';
const unknownRefreshToken =
  "This data centre has no such refresh token: never issued here, revoked or evicted; refresh at the accounts server of the user's own.";

/** Codes, tokens and their limits. */
export const tokenOutcomes = {
  CodeMissing: { standard: 'invalid_request', meaning: 'The parameter code is missing.', token: invalidCode },
  CodeUnknown: { standard: 'invalid_grant', meaning: unknownCode, token: invalidCode },
  CodeOfOtherDataCenter: {
    standard: 'invalid_grant',
    meaning: 'The code was issued by another data centre; exchange it at the accounts-server of the redirect.',
    disclosed: unknownCode,
    token: invalidCode,
  },
  CodeExpired: { standard: 'invalid_grant', meaning: 'The code has expired.', token: invalidCode },
  CodeUsed: { standard: 'invalid_grant', meaning: 'The code has been used before.', token: invalidCode },
  CodeOfOtherClient: {
    standard: 'invalid_grant',
    meaning: 'The code was issued to another client.',
    disclosed: unknownCode,
    token: invalidCode,
  },
  VerifierMissing: {
    standard: 'invalid_grant',
    meaning: 'The code was asked for with a code_challenge; code_verifier is missing.',
    token: invalidCode,
  },
  VerifierMismatch: {
    standard: 'invalid_grant',
    meaning: 'The code_verifier does not answer the code_challenge.',
    token: invalidCode,
  },
  VerifierUnexpected: {
    standard: 'invalid_grant',
    meaning: 'A code_verifier came, but the code was asked for without a code_challenge.',
    token: invalidCode,
  },
  RefreshTokenMissing: {
    standard: 'invalid_request',
    meaning: 'The parameter refresh_token is missing.',
    token: invalidCode,
  },
  RefreshTokenOfOtherDataCenter: {
    standard: 'invalid_grant',
    meaning: "The refresh token is one of another data centre; refresh at the accounts server of the user's own.",
    disclosed: unknownRefreshToken,
    token: invalidCode,
  },
  RefreshTokenUnknown: {
    standard: 'invalid_grant',
    meaning: unknownRefreshToken,
    token: invalidCode,
  },
  RefreshTokenOfOtherClient: {
    standard: 'invalid_grant',
    meaning: 'The refresh token was issued to another client.',
    disclosed: unknownRefreshToken,
    token: invalidCode,
  },
  RefreshTokenEvicted: {
    standard: 'invalid_grant',
    meaning: 'The refresh token was evicted: the same user and client made more refresh tokens than may be active.',
    token: invalidCode,
  },
  AccessTokenEvicted: {
    meaning: 'The oldest access tokens of a refresh token ended, because newer ones took their place.',
  },
  UserInactive: { standard: 'invalid_grant', meaning: 'The user has been deactivated.', token: invalidCode },
  TokenThrottled: {
    standard: 'slow_down',
    meaning: 'Too many access tokens were made with this refresh token in ten minutes.',
    page: 'E7',
    token: { error: 'Access Denied', status: 400 },
  },
  RefreshTokenThrottled: {
    standard: 'slow_down',
    meaning: 'Too many refresh tokens were made for this user and client in ten minutes.',
    page: 'E7',
    token: { error: 'Access Denied', status: 400 },
  },
  CodeThrottled: {
    standard: 'slow_down',
    meaning: 'Too many codes were made for this user and client in ten minutes. Wait for the window to end.',
    page: 'E7',
    token: { error: 'Access Denied', status: 400 },
  },
  OrganizationMissing: {
    standard: 'invalid_request',
    meaning: 'The scopes need an organization; the parameter soid is missing.',
    token: { error: 'missing_org_info', status: 200 },
  },
  OrganizationUnknown: {
    standard: 'invalid_request',
    meaning: "The parameter soid names no organization of the client's owner.",
    token: { error: 'missing_org_info', status: 200 },
  },
  RevokedTokenMissing: {
    standard: 'invalid_request',
    meaning: 'The parameter token is missing.',
    token: { error: 'invalid_token', status: 400 },
  },
  RevokedTokenUnknown: {
    meaning: 'This data centre has no such token of this kind and client; it may have been revoked before.',
    token: { error: 'invalid_token', status: 400 },
  },
  EnhanceTokenInvalid: {
    standard: 'invalid_grant',
    meaning: 'The enhance token is unknown, has expired, was used before, or belongs to another client.',
    page: 'E6',
  },
  EnhanceOfOtherUser: { meaning: 'The scopes can only be added by the user whose token it is.', page: 'E6' },
  AuthorizationHeaderMissing: {
    standard: 'invalid_token',
    meaning: 'The request has no access token in its Authorization header.',
  },
  ScopeInsufficient: {
    standard: 'insufficient_scope',
    meaning: 'The access token has no scope that allows this call.',
  },
  TokenUnknown: {
    standard: 'invalid_token',
    meaning: 'This data centre has no such token: never issued here, or revoked.',
  },
  TokenOfOtherClient: {
    meaning:
      'The access token was issued to another client, and the one that asks is not declared as a resource server.',
  },
  TokenOfOtherDataCenter: {
    standard: 'invalid_token',
    meaning: 'The access token was issued by another data centre.',
  },
  TokenExpired: { standard: 'invalid_token', meaning: 'The access token has expired.' },
  TokenRevoked: { standard: 'invalid_token', meaning: 'The access token ended with its refresh token.' },
  TokenEvicted: {
    standard: 'invalid_token',
    meaning: 'The access token was evicted by a newer one of the same refresh token.',
  },
  ClientDisabled: {
    standard: 'invalid_token',
    meaning: "The token's client was deleted or is not enabled for this data centre.",
  },
  IntrospectedTokenMissing: {
    standard: 'invalid_request',
    meaning: 'The parameter token is missing.',
    token: invalidRequest,
  },
  GrantEnded: { meaning: 'A grant ended with all its tokens.' },
} as const satisfies Outcomes;
