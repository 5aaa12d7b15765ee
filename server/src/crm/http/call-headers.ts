import type { Clock } from '../../foundation/clock.ts';
import { formatDateTime } from '../values/date-time.ts';

/**
 * The limit headers. Nothing is enforced yet: credits are counted per organization over fixed days, in this process.
 */
const creditsPerDay = 5_000_000;
const callsPerMinute = 100_000;
const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Organizations whose credits are remembered. */
const maxCounters = 10_000;

interface Counter {
  dayStartMs: number;
  used: number;
}

export class CreditCounter {
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one credit of the organization and returns what is left of its day. */
  take(organizationId: string): number {
    const nowMs = this.#clock.nowMs();
    const counter = this.#counters.get(organizationId);
    if (counter && nowMs >= counter.dayStartMs && nowMs - counter.dayStartMs < dayMs) {
      counter.used++;
      return Math.max(creditsPerDay - counter.used, 0);
    }
    this.#counters.delete(organizationId);
    if (this.#counters.size >= maxCounters) this.#counters.delete(this.#counters.keys().next().value as string);
    this.#counters.set(organizationId, { dayStartMs: nowMs, used: 1 });
    return creditsPerDay - 1;
  }
}

/** Headers of every answer to a valid token. */
export function callHeaders(
  nowMs: number,
  expiresAtMs: number,
  timeZone: string,
  creditsLeft: number,
): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-accesstoken-reset': formatDateTime(expiresAtMs, timeZone),
    'x-api-credits-remaining': String(creditsLeft),
    'x-ratelimit-limit': String(callsPerMinute),
    'x-ratelimit-remaining': String(callsPerMinute - 1),
    'x-ratelimit-reset': String(nowMs - (nowMs % minuteMs) + minuteMs),
    'x-ratelimit-day-limit': String(creditsPerDay),
    'x-ratelimit-day-remaining': String(creditsLeft),
  };
}
