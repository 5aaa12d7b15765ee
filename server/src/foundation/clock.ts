import type { EpochMs } from './kinds.ts';
/**
 * Where the platform takes its time from. Everything that needs the time is handed a Clock; nothing calls
 * `Date.now()` itself, so the whole platform can live at another time.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): EpochMs;
}

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that stands still until it is moved; for tests and for the lab. */
export class ManualClock implements Clock {
  #nowMs: EpochMs;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): EpochMs {
    return this.#nowMs;
  }

  /** Moves the clock by `seconds`, which may be negative. */
  advance(seconds: number): void {
    this.#nowMs += seconds * 1000;
  }

  set(nowMs: EpochMs): void {
    this.#nowMs = nowMs;
  }
}
