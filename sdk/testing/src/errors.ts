/** The platform refused, or could not be started. `message` says what was expected and what came. */
export class TestPlatformError extends Error {
  override readonly name = 'TestPlatformError';
  /** Of the admin API, such as `BAD_INPUT` and `NOT_FOUND`; `START` for a platform that did not start. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
