import { Unavailable } from '../foundation/unavailable.ts';

/**
 * SQLSTATEs (PostgreSQL manual, appendix A) that say nothing of the statement and all of the moment: connections (08),
 * resources (53), the operator (57: shutdown, start, a statement ended by its time limit), the system (58), a lock that
 * was not to be had in time, a transaction that waited too long, and a server that became a read-only replica.
 */
const outageStates = /^(08|53|57|58)|^(55P03|25P03|25006)$/;
const outageErrors = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENOENT'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'ECONNABORTED', 'EMFILE', 'ENFILE'],
]);
/** The driver's own errors have no code. */
const driverMessages =
  /timeout exceeded when trying to connect|^Connection terminated|^Query read timeout$|^timeout expired$|not queryable$|^Cannot use a pool after calling end/;

/** What the coordinator of a Citus cluster says, as an internal error, when a worker goes away in the middle of a statement. */
const lostWorker = /^failure on connection marked as essential/;

/** The error as listeners want it: `Unavailable` when the database is not there for the moment, else as it came. */
export function asOutage(error: unknown, label: string): unknown {
  if (error instanceof Unavailable) return error;
  const { code, message = '' } = error as { code?: string; message?: string };
  const away =
    code === undefined
      ? driverMessages.test(message)
      : outageStates.test(code) || outageErrors.has(code) || (code === 'XX000' && lostWorker.test(message));
  return away ? new Unavailable(`the database of "${label}" does not answer: ${message || code}`, error) : error;
}

/** Whether the outage is one for every statement of the moment; a lock that one of them waits for is not. */
export function concernsAll(error: unknown): boolean {
  return error instanceof Unavailable && error.code !== '55P03';
}

/** The driver's messages when a wait ended without an answer. */
const silences =
  /^(timeout exceeded when trying|Connection terminated due to connection timeout|Query read timeout|timeout expired)/;

/** Whether the error says that no answer came, rather than a bad one. */
export function isSilence(error: unknown): boolean {
  const { cause, message } = error as { cause?: unknown; message?: string };
  return silences.test(message ?? '') || (error instanceof Unavailable && cause instanceof Error && isSilence(cause));
}

/** SQLSTATEs after which the connection is still in order, although what was asked was not done. */
const usableAfter = new Set(['55P03', '57014', '53100', '53200']);

/** Whether nothing more may be asked on the connection that reported this: it would wait, or fail, as well. */
export function endsConnection(outage: unknown): boolean {
  return outage instanceof Unavailable && !usableAfter.has(outage.code ?? '');
}
