import { NetworkError } from '../errors.ts';

/** Whether a request may be made again. `refused`: only when it was surely not carried out. */
export type RetryRule = 'always' | 'refused' | 'never';

/** Faults that pass by themselves. */
const passingStatuses = new Set([408, 429, 500, 502, 503, 504]);

/** Failures of the connection before anything of the request was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH']);

const firstDelayMs = 500;

/** What the decision depends on. */
export interface RetryState {
  readonly rule: RetryRule;
  /** The try that has just ended, from 1. */
  readonly attempt: number;
  readonly random: () => number;
}

/**
 * How long to wait before the next try, in milliseconds; undefined: there must be none. `Retry-After` decides where there
 * is one, else the wait doubles, with jitter. A request that may have been carried out and must not be carried out twice
 * (rule `refused`) is sent again only after 429, or when no connection was made.
 *
 * @example
 * retryDelayMs(new Response('', { status: 503 }), { rule: 'always', attempt: 1, random: Math.random }); // 250 to 500
 */
export function retryDelayMs(outcome: Response | NetworkError, state: RetryState): number | undefined {
  if (state.rule === 'never') return undefined;
  if (outcome instanceof NetworkError) {
    return state.rule === 'always' || neverSent.has(outcome.code) ? backoffMs(state) : undefined;
  }
  const retryAfter = retryAfterSeconds(outcome.headers.get('retry-after'));
  const asked = retryAfter === undefined ? undefined : retryAfter * 1000;
  if (state.rule === 'refused') return outcome.status === 429 ? (asked ?? backoffMs(state)) : undefined;
  if (!passingStatuses.has(outcome.status) && !(outcome.status === 413 && asked !== undefined)) return undefined;
  return asked ?? backoffMs(state);
}

function backoffMs({ attempt, random }: RetryState): number {
  const most = firstDelayMs * 2 ** (attempt - 1);
  return most / 2 + (random() * most) / 2;
}

/**
 * The seconds of a `Retry-After` header (RFC 9110 §10.2.3), which is a number or a date.
 *
 * @example
 * retryAfterSeconds('120'); // 120
 */
export function retryAfterSeconds(header: string | null, nowMs: number = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header);
  const untilMs = Date.parse(header);
  return Number.isNaN(untilMs) ? undefined : Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}
