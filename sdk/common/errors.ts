/**
 * The errors of this package. Each has a stable `code`, the data centre it came from when there is one, and a `mend`: what
 * whoever sees it can do. Codes that a server sent stay the server's own. No message holds a token or a secret.
 */

/** What an error knows besides its message. */
export interface ErrorFacts {
  readonly code: string;
  /** `location` of the data centre, such as `eu`. */
  readonly dataCenter?: string | undefined;
  /** What can be done about it. */
  readonly mend?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Base of all errors of this package.
 *
 * @example
 * try { await session.refresh(); }
 * catch (error) { if (error instanceof GrantwayError) console.error(error.code, error.dataCenter, error.mend); }
 */
export class GrantwayError extends Error {
  readonly code: string;
  readonly dataCenter: string | undefined;
  readonly mend: string | undefined;

  constructor(message: string, { code, dataCenter, mend, cause }: ErrorFacts) {
    const place = dataCenter === undefined ? '' : ` (data centre "${dataCenter}")`;
    super(`${message}${place}${mend === undefined ? '' : `. ${mend}`}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.dataCenter = dataCenter;
    this.mend = mend;
  }
}

/** Something that the program gave is not usable; nothing was sent. */
export class ConfigurationError extends GrantwayError {}

/** An address that is not in the table of data centres. Nothing was sent to it. */
export class UntrustedServerError extends GrantwayError {}

/** The authorization did not end with a code: `error=` of the redirect, or a `state` that is not ours. */
export class AuthorizationError extends GrantwayError {}

/** The accounts server refused a token request. `code` is its own, such as `invalid_code`. */
export class OAuthError extends GrantwayError {
  readonly status: number;
  /** Seconds until it makes sense to ask again, when the server said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, facts: ErrorFacts & { status: number; retryAfterSeconds?: number | undefined }) {
    super(message, facts);
    this.status = facts.status;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/** The user's tokens are gone or no longer good, and only a new authorization by the user gives others. */
export class SignInRequiredError extends GrantwayError {}

/** No answer: the network failed, the time was up, or the answer was cut short. */
export class NetworkError extends GrantwayError {}

/** A token store could not be read or written. */
export class StoreError extends GrantwayError {}

/** The result of one record of a write, in the order of the input. */
export interface WriteResult {
  readonly status: 'success' | 'error';
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>> & { readonly id?: string };
  /** Of an upsert: what was done. */
  readonly action?: 'insert' | 'update';
}

/** The API refused a call. `code`, `message` and `details` are its own. */
export class ApiError extends GrantwayError {
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** One for each record of a write, where the answer had them. */
  readonly results: readonly WriteResult[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    facts: ErrorFacts & {
      status: number;
      details?: Readonly<Record<string, unknown>> | undefined;
      results?: readonly WriteResult[] | undefined;
      retryAfterSeconds?: number | undefined;
    },
  ) {
    super(message, facts);
    this.status = facts.status;
    this.details = facts.details ?? {};
    this.results = facts.results;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}
