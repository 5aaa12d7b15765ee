/** Seconds after which a request that met an outage may come again (`Retry-After`). */
const retryAfterSeconds = 5;

/**
 * Something that the platform needs does not answer for the moment: a database that is down, hung, starting or out of
 * connections. Listeners answer 503 in their own dialect; nothing is wrong with the request.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly retryAfterSeconds = retryAfterSeconds;
  /** What the cause calls itself: an SQLSTATE, or an error code of the system. */
  readonly code: string | undefined;

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.code = (cause as { code?: string }).code;
  }
}
