/**
 * Where the platform takes its time from. Everything that needs the time is handed a Clock; nothing calls
 * `Date.now()` itself, so the whole platform can live at another time.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that stands still until it is moved; for tests and for the lab. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Moves the clock by `seconds`, which may be negative. */
  advance(seconds: number): void {
    this.#nowMs += seconds * 1000;
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }
}
