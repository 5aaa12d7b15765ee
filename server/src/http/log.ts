import { type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { currentTrace } from '../foundation/trace.ts';
import { Unavailable } from '../foundation/unavailable.ts';

/** The platform's log: one JSON object a line on standard error. Secrets never reach it; mask them before. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>;

export function createLog(level: Settings['logLevel']): Log {
  return pino(
    { level, base: null, serializers: { err: describeError }, mixin: traceOf },
    pino.destination({ fd: 2, sync: true }),
  );
}

/** A line that is written while a traced request is answered names its trace. */
function traceOf(): object {
  const { traceId, spanId } = currentTrace()?.ids() ?? {};
  return traceId === undefined ? {} : { traceId, spanId };
}

export const silentLog: Log = pino({ level: 'silent' });

/** Messages may hold what came with a request, however long it is. */
const maxMessage = 1_000;
const maxStack = 5_000;

/**
 * Errors as the log shows them: drivers hang their whole connection, and so more than anybody asked for, on theirs. Where in
 * the program it came up is told of faults of the program only, not of an outage or of what the operator can mend.
 */
function describeError(error: Error & { code?: unknown }) {
  const { name, message, code, stack } = error;
  const shown = { name, message: message.slice(0, maxMessage), code };
  if (error instanceof Unavailable || error instanceof UsableFailure) return shown;
  return { ...shown, stack: stack?.slice(0, maxStack) };
}
