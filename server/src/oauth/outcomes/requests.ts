import { invalidClient, invalidClientSecret, invalidRequest, type Outcomes } from './outcome-entry.ts';

const invalidRedirectUri = { error: 'invalid_redirect_uri', status: 200 } as const;

/** Requests and the clients that send them: what is asked before any code or token is looked at. */
export const requestOutcomes = {
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
  LogoutMissing: { meaning: 'The parameter logout=true is missing.', page: 'E6' },
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
} as const satisfies Outcomes;
