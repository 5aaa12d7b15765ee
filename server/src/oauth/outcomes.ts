import type { ErrorPage } from './error-pages.ts';
import type { StandardError } from './standard-errors.ts';

/**
 * The catalogue of outcomes: every way in which an authorization can fail has one entry, with the sentence for people
 * and its form in the platform dialect. The core returns outcome names; what the wire may hide, events and the log
 * never do.
 */

interface OutcomeEntry {
  /** The sentence for people: what is wrong and what mends it. */
  readonly meaning: string;
  /** The page of the authorization endpoint. */
  readonly page?: ErrorPage;
  /** The body of the token endpoint: `error` and status. */
  readonly token?: { readonly error: string; readonly status: number };
  /**
   * The error of the standards for the same thing: of RFC 6749 §4.1.2.1 where it is sent to a redirect URI, of §5.2 in a
   * body. None: it never ends a request of the standard dialect.
   */
  readonly standard?: StandardError;
  /** What a client is told in words, where the whole meaning would tell it about another client's credentials. */
  readonly disclosed?: string;
  /** The `error` that the client is sent to its redirect URI with. */
  readonly redirect?: string;
}

const invalidClient = { error: 'invalid_client', status: 200 } as const;
const invalidClientSecret = { error: 'invalid_client_secret', status: 200 } as const;
const invalidRedirectUri = { error: 'invalid_redirect_uri', status: 200 } as const;
const invalidCode = { error: 'invalid_code', status: 200 } as const;
// Said of codes and tokens of other clients too: nobody learns by it whether there are such.
const unknownCode =
  'This data centre has issued no such code; a code is exchanged at the accounts-server of its redirect.';
const unknownRefreshToken =
  "This data centre has no such refresh token: never issued here, revoked or evicted; refresh at the accounts server of the user's own.";
const invalidRequest = { error: 'invalid_request', status: 400 } as const;

const catalogue = {
  MethodNotAllowed: {
    standard: 'invalid_request',
    meaning: 'The request has the wrong HTTP method.',
    page: 'E6',
    token: invalidRequest,
  },
  PathUnknown: {
    standard: 'invalid_request',
    meaning: 'The accounts server has nothing at this path.',
    token: { error: 'invalid_request', status: 404 },
  },
  RequestUnreadable: {
    standard: 'invalid_request',
    meaning: 'The request cannot be read.',
    page: 'E6',
    token: invalidRequest,
  },
  ParameterTooLong: {
    standard: 'invalid_request',
    meaning: 'A parameter is longer than allowed.',
    page: 'E6',
    token: invalidRequest,
  },
  ParameterRepeated: {
    standard: 'invalid_request',
    meaning: 'A parameter came more than once.',
    page: 'E6',
    token: invalidRequest,
  },
  FormExpected: {
    standard: 'invalid_request',
    meaning: 'The parameters are expected in a body of the type application/x-www-form-urlencoded, and not in the URL.',
    token: invalidRequest,
  },

  ClientIdMissing: {
    standard: 'invalid_client',
    meaning: 'The parameter client_id is missing.',
    page: 'E2',
    token: invalidClient,
  },
  ClientUnknown: {
    standard: 'invalid_client',
    meaning: 'No client has this client_id.',
    page: 'E1',
    token: invalidClient,
  },
  ClientNotEnabled: {
    standard: 'invalid_client',
    meaning:
      'The client is registered, but not enabled for this data centre. Its owner can switch this data centre on in the API console.',
    page: 'E1',
    token: invalidClient,
  },
  SecretMissing: { standard: 'invalid_client', meaning: 'The client secret is missing.', token: invalidClientSecret },
  SecretWrong: { standard: 'invalid_client', meaning: 'The client secret is wrong.', token: invalidClientSecret },
  SecretUnexpected: {
    standard: 'invalid_client',
    meaning: 'This client has no secret to show: it is public, or it signs assertions with its own key.',
    token: invalidClientSecret,
  },
  AssertionMissing: {
    standard: 'invalid_client',
    meaning: 'This client proves who it is by an assertion that it signs with its own key (private_key_jwt).',
    token: invalidClient,
  },
  AssertionInvalid: {
    standard: 'invalid_client',
    meaning:
      'The assertion of the client is not signed by its key, not made for this server, not valid now, or was used before.',
    token: invalidClient,
  },
  AuthenticatedTwice: {
    standard: 'invalid_request',
    meaning: 'The client presented itself in more than one way; one is expected.',
    token: invalidRequest,
  },
  ProfileForbidden: {
    standard: 'unauthorized_client',
    meaning: 'This server takes clients of the strict profile only, and this one is in the compatible profile.',
    page: 'E1',
    token: invalidClient,
  },
  OriginNotRegistered: {
    standard: 'unauthorized_client',
    meaning: "The page that calls is not on one of the client's JavaScript domains.",
    token: invalidClient,
  },
  SecretOfOtherDataCenter: {
    standard: 'invalid_client',
    meaning: 'The client secret is the one of another data centre; this client has a secret for each.',
    token: invalidClientSecret,
  },

  ResponseTypeMissing: { standard: 'invalid_request', meaning: 'The parameter response_type is missing.', page: 'E2' },
  ResponseTypeUnknown: {
    standard: 'unsupported_response_type',
    meaning: 'The response_type is neither "code" nor "token".',
    page: 'E5',
  },
  ResponseTypeNotAllowed: {
    standard: 'unauthorized_client',
    meaning: 'This type of client may not use this response_type.',
    page: 'E1',
  },
  RedirectUriMissing: {
    standard: 'invalid_request',
    meaning: 'The parameter redirect_uri is missing.',
    page: 'E4',
    token: invalidRedirectUri,
  },
  RedirectUriMismatch: {
    standard: 'invalid_grant',
    meaning: 'The redirect_uri is not exactly the registered one, or not the one the code was sent to.',
    page: 'E4',
    token: invalidRedirectUri,
  },
  RedirectOriginNotRegistered: {
    standard: 'invalid_request',
    meaning: "The redirect_uri is not on one of the client's JavaScript domains.",
    page: 'E4',
  },
  ScopeMissing: {
    standard: 'invalid_scope',
    meaning: 'The parameter scope is missing.',
    token: { error: 'invalid_scope', status: 200 },
    page: 'E3',
  },
  ScopeUnknown: {
    standard: 'invalid_scope',
    meaning: 'The parameter scope names a scope that does not exist.',
    token: { error: 'invalid_scope', status: 200 },
    page: 'E3',
  },
  ChallengeMissing: {
    standard: 'invalid_request',
    meaning: 'This type of client must send a code_challenge (PKCE).',
    page: 'E6',
  },
  ChallengeInvalid: {
    standard: 'invalid_request',
    meaning: 'The code_challenge or its method is malformed.',
    page: 'E6',
  },

  PromptInvalid: {
    standard: 'invalid_request',
    meaning: 'The parameter prompt has a value, or values together, that it cannot have.',
    page: 'E6',
  },
  MaxAgeInvalid: {
    standard: 'invalid_request',
    meaning: 'The parameter max_age is not a number of seconds.',
    page: 'E6',
  },
  ResponseModeInvalid: {
    standard: 'invalid_request',
    meaning: 'This response_mode is not known, or not for this response_type.',
    page: 'E6',
  },
  NonceMissing: {
    standard: 'invalid_request',
    meaning: 'An implicit request with the scope openid must send a nonce (OpenID Connect).',
    page: 'E6',
  },
  RequestObjectUnsupported: {
    standard: 'request_not_supported',
    meaning: 'Signed authorization requests (the parameter request) are not supported.',
    page: 'E6',
  },
  RequestUriUnsupported: {
    standard: 'request_uri_not_supported',
    meaning: 'The parameter request_uri names no request that was pushed to this server.',
    page: 'E6',
  },
  RegistrationUnsupported: {
    standard: 'registration_not_supported',
    meaning: 'The parameter registration is for self-issued OpenID providers.',
    page: 'E6',
  },
  ClaimsInvalid: {
    standard: 'invalid_request',
    meaning: 'The parameter claims is not an object of claims as OpenID Connect Core §5.5 has it.',
    page: 'E6',
  },
  HintInvalid: {
    standard: 'invalid_request',
    meaning: 'The parameter id_token_hint is no ID token.',
    page: 'E6',
  },
  AcrUnmet: {
    standard: 'unmet_authentication_requirements',
    meaning: 'The claims parameter demands a way of signing in that this server does not have.',
    page: 'E6',
  },
  LoginRequired: {
    standard: 'login_required',
    meaning: 'No page may be shown (prompt=none), but the user must sign in.',
    redirect: 'login_required',
  },
  ConsentRequired: {
    standard: 'consent_required',
    meaning: 'No page may be shown (prompt=none), but the user must be asked for consent.',
    redirect: 'consent_required',
  },
  InteractionRequired: {
    standard: 'interaction_required',
    meaning: 'No page may be shown (prompt=none), but the user must choose or mend something.',
    redirect: 'interaction_required',
  },

  AccessDenied: {
    standard: 'access_denied',
    meaning: 'The user rejected the request.',
    token: { error: 'access_denied', status: 200 },
    redirect: 'access_denied',
  },
  ClientNotGranted: {
    meaning: 'The user is signed out or did not grant access for the entire session.',
    redirect: 'client_not_granted',
  },
  PromptRequired: { meaning: 'A scope was not granted before; the user must be asked.', redirect: 'prompt_required' },

  GrantTypeMissing: {
    standard: 'invalid_request',
    meaning: 'The parameter grant_type is missing.',
    token: invalidRequest,
  },
  GrantTypeUnknown: {
    standard: 'unsupported_grant_type',
    meaning: 'The grant_type is not known.',
    token: invalidClient,
  },
  GrantTypeNotAllowed: {
    standard: 'unauthorized_client',
    meaning: 'This type of client may not use this grant_type.',
    token: invalidClient,
  },
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
  RefreshTokenReused: {
    standard: 'invalid_grant',
    meaning: 'The refresh token was replaced, and came again after the grace: all tokens of its family have ended.',
    token: invalidCode,
  },
  RefreshTokenExpired: {
    standard: 'invalid_grant',
    meaning: 'The refresh token has expired.',
    token: invalidCode,
  },
  ScopeNotGranted: {
    standard: 'invalid_scope',
    meaning: 'A refresh may ask for scopes of its refresh token only.',
    token: { error: 'invalid_scope', status: 200 },
  },
  ResourceUnknown: {
    standard: 'invalid_target',
    meaning:
      'The parameter resource names no resource of this server: neither an API origin of its, nor its MCP server.',
    page: 'E6',
  },
  ResourceNotGranted: {
    standard: 'invalid_target',
    meaning: 'The parameter resource names a resource that the authorization was not for.',
  },
  KeyThumbprintInvalid: {
    standard: 'invalid_request',
    meaning: 'The parameter dpop_jkt is no SHA-256 thumbprint of a key, or not that of the proof that came with it.',
    page: 'E6',
  },
  ProofInvalid: {
    standard: 'invalid_dpop_proof',
    meaning: 'The DPoP proof is not made for this request, not valid now, or was used before.',
  },
  ProofNonceNeeded: {
    standard: 'use_dpop_nonce',
    meaning: 'The DPoP proof must carry the nonce of the header DPoP-Nonce of this answer.',
  },
  ProofMissing: {
    standard: 'invalid_token',
    meaning: 'The token is bound to a key: the scheme DPoP and a proof of that key are expected.',
  },
  TokenNotBound: {
    standard: 'invalid_token',
    meaning: 'The token is not bound to a key: the scheme Bearer is expected.',
  },
  TokenOfOtherKey: {
    standard: 'invalid_token',
    meaning: 'The token is bound to another key than that of the DPoP proof.',
  },
  TokenOfOtherResource: {
    standard: 'invalid_token',
    meaning: 'The access token is for another resource than the one that was called.',
  },
  CodeOfOtherKey: {
    standard: 'invalid_grant',
    meaning: 'The code was asked for with dpop_jkt, and no DPoP proof of that key came.',
    token: invalidCode,
  },
  RefreshTokenOfOtherKey: {
    standard: 'invalid_grant',
    meaning: 'The refresh token is bound to a key, and no DPoP proof of that key came.',
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
  DeviceRequestsThrottled: {
    standard: 'slow_down',
    meaning:
      'Too many codes for devices were made for this client, or for it from this address. Wait for the window to end.',
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
  PostLogoutRedirectUriMismatch: {
    meaning: 'The post_logout_redirect_uri is not exactly one of the registered ones of the client.',
    page: 'E4',
  },
  LogoutMissing: { meaning: 'The parameter logout=true is missing.', page: 'E6' },
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
  DevicePending: {
    standard: 'authorization_pending',
    meaning: 'The user has not answered yet.',
    token: { error: 'authorization_pending', status: 200 },
  },
  DevicePolledTooSoon: {
    standard: 'slow_down',
    meaning: 'The device asks more often than the interval allows.',
    token: { error: 'slow_down', status: 200 },
  },
  DeviceCodeMissing: { standard: 'invalid_request', meaning: 'The parameter device_code is missing.' },
  RegistrationClosed: {
    standard: 'access_denied',
    meaning: 'Clients do not register themselves here: the operator or a user of the API console registers them.',
  },
  RegistrationTokenMissing: {
    standard: 'invalid_token',
    meaning: 'The token that allows it is missing in the Authorization header.',
  },
  RegistrationTokenInvalid: {
    standard: 'invalid_token',
    meaning: 'The initial access token, or the registration access token of the client, is not valid.',
  },
  RegistrationsThrottled: { standard: 'slow_down', meaning: 'Too many clients were registered from this address.' },
  ClientMetadataInvalid: { meaning: 'The metadata of a client that would register itself cannot be taken.' },
  SubjectTokenInvalid: {
    standard: 'invalid_request',
    meaning:
      'The subject token is no living access token of this client, or the request names a kind of token that is not exchanged.',
  },
  DeviceApprovedElsewhere: {
    standard: 'invalid_grant',
    meaning: 'The user approved and lives in another data centre. Poll there with the same device code.',
    token: { error: 'other_dc', status: 200 },
  },
  DeviceCodeExpired: {
    standard: 'expired_token',
    meaning: 'The device code has expired. Ask for a new one.',
    token: { error: 'expired', status: 200 },
  },
  UserCodeUnknown: { meaning: 'No device waits with this user code.' },
  UserCodeExpired: { meaning: 'The user code has expired.' },
  UserCodeAnswered: { meaning: 'The user code was answered before.' },
  UserCodeThrottled: { meaning: 'Too many wrong user codes; try again later.' },

  ServiceUnavailable: {
    standard: 'temporarily_unavailable',
    meaning: 'A database does not answer for the moment; try again later.',
    token: { error: 'temporarily_unavailable', status: 503 },
  },
  EventsDropped: { meaning: 'More events came in a minute than are recorded; the others were counted only.' },

  FaultInjected: {
    meaning:
      'A fault rule of the lab met this request: what came back, or did not, is its doing. "lab fault list" has it.',
  },

  InternalFailure: {
    standard: 'server_error',
    meaning: 'Our own fault; the log has the cause.',
    page: 'E5',
    token: { error: 'general_error', status: 500 },
  },

  AdminTokenWrong: { meaning: 'The token of the admin API is missing or wrong.' },
  AdminCallerForeign: { meaning: 'The admin API answers programs on this machine only.' },
  GrantEnded: { meaning: 'A grant ended with all its tokens.' },
  PasswordUnfit: {
    meaning:
      "The new password breaks a rule: its length, it is the user's own name or address, or it is common in breaches elsewhere.",
  },
  CredentialsWrong: { meaning: 'The sign-in name or the password is not correct.' },
  NameLookUpsThrottled: { meaning: 'Too many sign-in names came from this address; try again later.' },
  MailsThrottled: { meaning: 'Too many mails were asked for; try again later.' },
  LinkUseless: { meaning: 'The link has expired, was used before, or was replaced by a newer one.' },
  SecondFactorNeeded: { meaning: 'The password was right; the second factor of the user is asked for.' },
  SecondFactorWrong: { meaning: 'The code of the second factor is wrong, or was used before.' },
  SecondFactorThrottled: { meaning: 'Too many wrong codes or passkeys; try again later.' },
  PasskeyWrong: { meaning: 'The passkey is unknown here, or did not answer the challenge rightly.' },
  OutsideSignInRefused: { meaning: 'The sign-in by an outside provider did not come to a user of this data centre.' },
  SignInThrottled: { meaning: 'Too many wrong passwords; try again later.' },
  HopRefused: { meaning: 'A sign-in carried over from another data centre was not taken up.' },
  ConsentChanged: { meaning: 'What was accepted is not what the page showed; it is shown anew.' },
  FormExpired: { meaning: 'The form has expired or came from another site.' },
  UserIsNoAdministrator: {
    standard: 'access_denied',
    meaning: 'Only an administrator of an organization can grant access for all of it.',
  },
  UserHasNoOrganization: {
    standard: 'access_denied',
    meaning: 'The user has no organization that the scopes could apply to.',
  },
} as const satisfies Readonly<Record<string, OutcomeEntry>>;

export type Outcome = keyof typeof catalogue;
export const outcomes: Readonly<Record<Outcome, OutcomeEntry>> = catalogue;
