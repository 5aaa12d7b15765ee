/**
 * The catalogue of outcomes: every way in which an authorization can fail has one entry, with the sentence for people
 * and its form in the platform dialect. The core returns outcome names; what the wire may hide, events and the log
 * never do.
 */

/** The error pages of the authorization endpoint (reference §1.3), with the marker that tests read. */
export const errorPages = {
  E1: { title: 'Invalid Client', marker: 'invalid_client' },
  E2: { title: 'Invalid response type', marker: 'invalid_response_type' },
  E3: { title: 'Invalid OAuth scope', marker: 'invalid_scope' },
  E4: { title: 'Invalid Redirect Uri', marker: 'invalid_redirect_uri' },
  E5: { title: 'An error occurred', marker: 'unsupported_response_type' },
  E6: { title: '400', marker: 'invalid_request' },
  E7: { title: 'Access Denied', marker: 'access_denied' },
} as const;
export type ErrorPage = keyof typeof errorPages;

interface OutcomeEntry {
  /** The sentence for people: what is wrong and what mends it. */
  readonly meaning: string;
  /** The page of the authorization endpoint. */
  readonly page?: ErrorPage;
  /** The body of the token endpoint: `error` and status. */
  readonly token?: { readonly error: string; readonly status: number };
  /** The `error` that the client is sent to its redirect URI with. */
  readonly redirect?: string;
}

const invalidClient = { error: 'invalid_client', status: 200 } as const;
const invalidClientSecret = { error: 'invalid_client_secret', status: 200 } as const;
const invalidRedirectUri = { error: 'invalid_redirect_uri', status: 200 } as const;
const invalidCode = { error: 'invalid_code', status: 200 } as const;
const invalidRequest = { error: 'invalid_request', status: 400 } as const;

const catalogue = {
  MethodNotAllowed: { meaning: 'The request has the wrong HTTP method.', page: 'E6', token: invalidRequest },
  RequestUnreadable: { meaning: 'The request cannot be read.', page: 'E6', token: invalidRequest },
  ParameterTooLong: { meaning: 'A parameter is longer than allowed.', page: 'E6', token: invalidRequest },

  ClientIdMissing: { meaning: 'The parameter client_id is missing.', page: 'E2', token: invalidClient },
  ClientUnknown: { meaning: 'No client has this client_id.', page: 'E1', token: invalidClient },
  ClientNotEnabled: {
    meaning:
      'The client is registered, but not enabled for this data centre. Its owner can switch this data centre on in the API console.',
    page: 'E1',
    token: invalidClient,
  },
  SecretMissing: { meaning: 'The client secret is missing.', token: invalidClientSecret },
  SecretWrong: { meaning: 'The client secret is wrong.', token: invalidClientSecret },
  SecretOfOtherDataCenter: {
    meaning: 'The client secret is the one of another data centre; this client has a secret for each.',
    token: invalidClientSecret,
  },

  ResponseTypeMissing: { meaning: 'The parameter response_type is missing.', page: 'E2' },
  ResponseTypeUnknown: { meaning: 'The response_type is neither "code" nor "token".', page: 'E5' },
  ResponseTypeNotAllowed: { meaning: 'This type of client may not use this response_type.', page: 'E1' },
  RedirectUriMissing: { meaning: 'The parameter redirect_uri is missing.', page: 'E4', token: invalidRedirectUri },
  RedirectUriMismatch: {
    meaning: 'The redirect_uri is not exactly the registered one, or not the one the code was sent to.',
    page: 'E4',
    token: invalidRedirectUri,
  },
  RedirectOriginNotRegistered: {
    meaning: "The redirect_uri is not on one of the client's JavaScript domains.",
    page: 'E4',
  },
  ScopeMissing: { meaning: 'The parameter scope is missing.', page: 'E3' },
  ScopeUnknown: { meaning: 'The parameter scope names a scope that does not exist.', page: 'E3' },
  ChallengeMissing: { meaning: 'This type of client must send a code_challenge (PKCE).', page: 'E6' },
  ChallengeInvalid: { meaning: 'The code_challenge or its method is malformed.', page: 'E6' },

  AccessDenied: { meaning: 'The user rejected the request.', redirect: 'access_denied' },
  ClientNotGranted: {
    meaning: 'The user is signed out or did not grant access for the entire session.',
    redirect: 'client_not_granted',
  },
  PromptRequired: { meaning: 'A scope was not granted before; the user must be asked.', redirect: 'prompt_required' },

  GrantTypeMissing: { meaning: 'The parameter grant_type is missing.', token: invalidRequest },
  GrantTypeUnknown: { meaning: 'The grant_type is not known.', token: invalidClient },
  GrantTypeNotAllowed: { meaning: 'This type of client may not use this grant_type.', token: invalidClient },
  CodeMissing: { meaning: 'The parameter code is missing.', token: invalidCode },
  CodeUnknown: { meaning: 'This data centre has issued no such code.', token: invalidCode },
  CodeExpired: { meaning: 'The code has expired.', token: invalidCode },
  CodeUsed: { meaning: 'The code has been used before.', token: invalidCode },
  CodeOfOtherClient: { meaning: 'The code was issued to another client.', token: invalidCode },
  VerifierMissing: {
    meaning: 'The code was asked for with a code_challenge; code_verifier is missing.',
    token: invalidCode,
  },
  VerifierMismatch: { meaning: 'The code_verifier does not answer the code_challenge.', token: invalidCode },
  VerifierUnexpected: {
    meaning: 'A code_verifier came, but the code was asked for without a code_challenge.',
    token: invalidCode,
  },
  RefreshTokenMissing: { meaning: 'The parameter refresh_token is missing.', token: invalidCode },
  RefreshTokenUnknown: {
    meaning: 'This data centre has no such refresh token: never issued, revoked or evicted.',
    token: invalidCode,
  },
  RefreshTokenOfOtherClient: { meaning: 'The refresh token was issued to another client.', token: invalidCode },
  UserInactive: { meaning: 'The user has been deactivated.', token: invalidCode },
  TokenThrottled: {
    meaning: 'Too many access tokens were made with this refresh token in ten minutes.',
    page: 'E7',
    token: { error: 'Access Denied', status: 400 },
  },
  InternalFailure: {
    meaning: 'Our own fault; the log has the cause.',
    page: 'E5',
    token: { error: 'general_error', status: 500 },
  },

  CredentialsWrong: { meaning: 'The sign-in name or the password is not correct.' },
  SignInThrottled: { meaning: 'Too many wrong passwords; try again later.' },
  FormExpired: { meaning: 'The form has expired or came from another site.' },
  UserHasNoOrganization: { meaning: 'The user has no organization that the scopes could apply to.' },
} as const satisfies Readonly<Record<string, OutcomeEntry>>;

export type Outcome = keyof typeof catalogue;
export const outcomes: Readonly<Record<Outcome, OutcomeEntry>> = catalogue;

/** The most precise answer to "why did this fail?": the outcome and the compared values, secrets masked. */
export interface Refusal {
  readonly outcome: Outcome;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The body that says "too many tokens" (reference §11.3). */
export const throttleBody = {
  error_description: 'You have made too many requests continuously. Please try again after some time.',
  error: 'Access Denied',
  status: 'failure',
} as const;
