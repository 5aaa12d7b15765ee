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

/** A clock that stands still until it is moved; for tests. */
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

/** How the platform's time is derived from the machine's. */
export interface ClockState {
  /** What the machine's clock said when it was last moved. */
  readonly realMs: EpochMs;
  /** What the platform's clock said at that moment. */
  readonly virtualMs: EpochMs;
  /** Seconds of the platform in a second of the machine; 0: it stands still. */
  readonly speed: number;
}

/** A clock that was moved away from another one, and may run faster or slower than that. */
export class ShiftedClock implements Clock {
  readonly real: Clock;
  #state: ClockState;

  constructor(real: Clock, state?: ClockState) {
    this.real = real;
    const nowMs = real.nowMs();
    this.#state = state ?? { realMs: nowMs, virtualMs: nowMs, speed: 1 };
  }

  nowMs(): EpochMs {
    return this.at(this.real.nowMs());
  }

  /** What this clock says when the real one says `realMs`. */
  at(realMs: EpochMs): EpochMs {
    const { realMs: fromMs, virtualMs, speed } = this.#state;
    return virtualMs + Math.floor((realMs - fromMs) * speed);
  }

  get state(): ClockState {
    return this.#state;
  }

  set(state: ClockState): void {
    this.#state = state;
  }
}
