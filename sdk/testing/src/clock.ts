import type { Admin } from './admin.ts';

/** The platform's time. */
export interface ClockReading {
  readonly now: Date;
  /** The machine's time. */
  readonly real: Date;
  /** How far the platform's time is ahead of the machine's. */
  readonly offsetMs: number;
  /** Seconds of the platform in a second of the machine. */
  readonly speed: number;
  /** How much ended by this move, for example `{ access_tokens_expired: 4, codes_expired: 1 }`. */
  readonly effects: Readonly<Record<string, number>>;
}

interface Answer {
  readonly now: string;
  readonly real: string;
  readonly offset_ms: number;
  readonly speed: number;
  readonly effects: Readonly<Record<string, number>>;
}

/** The one clock that the whole platform lives by: lifetimes, windows of limits, jobs, times in answers. */
export class Clock {
  readonly #admin: Admin;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  read(): Promise<ClockReading> {
    return this.#call('GET', '');
  }

  /**
   * Moves the time on; what is due by then is done at once.
   * @param duration such as `61m`, `1h30m`, `500ms`, `2d`; or milliseconds.
   */
  advance(duration: string | number): Promise<ClockReading> {
    return this.#call('POST', '/advance', { duration: typeof duration === 'number' ? `${duration}ms` : duration });
  }

  /** Sets the time; it never goes back behind what is committed. */
  set(moment: Date | string): Promise<ClockReading> {
    return this.#call('POST', '/set', { now: typeof moment === 'string' ? moment : moment.toISOString() });
  }

  /** Lets the time run: seconds of the platform in a second of the machine; 0 stops it. */
  run(speed: number): Promise<ClockReading> {
    return this.#call('POST', '/speed', { speed });
  }

  /** Back to the machine's time. Throws TestPlatformError where data is committed that is later than it. */
  reset(): Promise<ClockReading> {
    return this.#call('POST', '/reset');
  }

  async #call(method: string, path: string, body?: unknown): Promise<ClockReading> {
    const answer = await this.#admin.call<Answer>(method, `/lab/clock${path}`, body);
    const { effects, now, offset_ms: offsetMs, real, speed } = answer;
    return { now: new Date(now), real: new Date(real), offsetMs, speed, effects };
  }
}
