import { invalidClient, invalidClientSecret, invalidCode, invalidRequest, type Outcomes } from './outcome-entry.ts';

/** What only the standard dialect (`/oauth2`) and clients of the strict profile are refused for. */
export const standardOutcomes = {
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
    meaning: 'The claims parameter demands a way of signing in that this server or this user does not have.',
    page: 'E6',
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
} as const satisfies Outcomes;
