/** A refusal of the admin API: a stable code, an HTTP status, and one line that names what was expected and what came. */
export class AdminFailure extends Error {
  override readonly name = 'AdminFailure';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function badInput(message: string): AdminFailure {
  return new AdminFailure(400, 'BAD_INPUT', message);
}

export function notFound(message: string): AdminFailure {
  return new AdminFailure(404, 'NOT_FOUND', message);
}

export function conflict(message: string): AdminFailure {
  return new AdminFailure(409, 'CONFLICT', message);
}
