import type { FastifyReply } from 'fastify';
import type { Failure } from './wire.ts';

/** A refusal of the console's API: a stable code, an HTTP status, and a sentence that names what was expected and what came. */
export class ConsoleFailure extends Error {
  override readonly name = 'ConsoleFailure';
  readonly status: number;
  readonly error: Failure['error'];

  constructor(status: number, code: string, message: string, place: { field?: string; value?: string } = {}) {
    super(message);
    this.status = status;
    this.error = { code, message, ...place };
  }
}

export const signedOut = () => new ConsoleFailure(401, 'SIGNED_OUT', 'Sign in to go on.');
export const foreignCall = () =>
  new ConsoleFailure(403, 'FOREIGN_CALL', 'This call did not come from a page of the console.');
export const badInput = (message: string, field?: string) =>
  new ConsoleFailure(400, 'BAD_INPUT', message, field === undefined ? {} : { field });
/** Also for what exists but is another user's, so that nobody learns which ids exist. */
export const notFound = (what: string) => new ConsoleFailure(404, 'NOT_FOUND', `There is no such ${what}.`);

export function sendFailure(reply: FastifyReply, { status, error }: ConsoleFailure): FastifyReply {
  return reply.code(status).send({ error });
}
