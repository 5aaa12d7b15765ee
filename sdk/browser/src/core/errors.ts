/**
 * The errors of the typed face (and of `raw: false` in the script-tag build). Every one has a stable `code`; those that
 * come from a server keep the server's own.
 */

/** Base of all errors that this SDK raises. */
export class GrantwayError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'GrantwayError';
    this.code = code;
  }
}

const signInMessages: Readonly<Record<string, string>> = {
  sign_in_required: 'No one is signed in yet; a sign-in window has been asked for.',
  popup_blocked: 'The browser blocked the sign-in window. Call signIn() from a click.',
  window_closed: 'The sign-in window was closed before access was granted.',
  access_denied: 'The user did not allow access.',
  client_not_granted: 'Access was not granted for the session, or the user has signed out.',
  prompt_required: 'The requested scopes were not granted before.',
  untrusted_accounts_server:
    'The answer names an accounts server that is none of the realm, so nothing was sent to it.',
};

/**
 * A sign-in did not end with a token. `code` is `popup_blocked`, `window_closed`, `sign_in_required` or what the
 * accounts server put into `error=`, for example `access_denied`.
 */
export class SignInError extends GrantwayError {
  constructor(code: string) {
    super(code, signInMessages[code] ?? `The sign-in ended with ${code}.`);
    this.name = 'SignInError';
  }
}

/** The API answered with an error status. `code` and `message` are the API's own. */
export class ApiError extends GrantwayError {
  readonly status: number;
  readonly details: unknown;
  /** The parsed answer, or its text when it is no JSON. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    const fault = faultOf(body);
    super(fault.code ?? `HTTP_${status}`, fault.message ?? `The API answered with status ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.details = fault.details;
    this.body = body;
  }
}

/** No answer: the network failed, or the API refused this origin (browsers do not tell the two apart). */
export class NetworkError extends GrantwayError {
  constructor(url: string) {
    super(
      'network_error',
      `No answer from ${new URL(url, location.href).origin}: the network failed, or ${location.origin} is not a JavaScript domain of this client.`,
    );
    this.name = 'NetworkError';
  }
}

interface Fault {
  code?: string;
  message?: string;
  details?: unknown;
}

/** A refusal of the whole request is at the top; a refused record is an item of the first array (`data`, `users`, …). */
function faultOf(body: unknown): Fault {
  if (typeof body !== 'object' || body === null) return {};
  if ('code' in body) return body as Fault;
  const list = Object.values(body).find(Array.isArray) as unknown[] | undefined;
  const item = list?.find((entry) => (entry as { status?: unknown } | null)?.status === 'error');
  return (item as Fault | undefined) ?? {};
}
