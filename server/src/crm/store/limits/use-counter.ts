/** Organizations whose use is remembered. */
const maxCounters = 10_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

interface Use {
  minuteMs: number;
  callsOfMinute: number;
  dayStartMs: number;
  creditsOfDay: number;
}

/** What organizations used of this process: calls in the minute of the clock, and credits where none are limited. */
export class UseCounter {
  readonly #uses = new Map<string, Use>();

  /** Counts one call and its credits. */
  count(organizationId: string, credits: number, nowMs: number): Readonly<Use> {
    const use = this.#useOf(organizationId, nowMs);
    use.callsOfMinute++;
    use.creditsOfDay += credits;
    return use;
  }

  addCredits(organizationId: string, credits: number, nowMs: number): Readonly<Use> {
    const use = this.#useOf(organizationId, nowMs);
    use.creditsOfDay += credits;
    return use;
  }

  #useOf(organizationId: string, nowMs: number): Use {
    let use = this.#uses.get(organizationId);
    const minute = nowMs - (nowMs % minuteMs);
    if (!use) {
      if (this.#uses.size >= maxCounters) this.#uses.delete(this.#uses.keys().next().value as string);
      use = { minuteMs: minute, callsOfMinute: 0, dayStartMs: nowMs, creditsOfDay: 0 };
      this.#uses.set(organizationId, use);
    }
    if (use.minuteMs !== minute) {
      use.minuteMs = minute;
      use.callsOfMinute = 0;
    }
    if (nowMs < use.dayStartMs || nowMs - use.dayStartMs >= dayMs) {
      use.dayStartMs = nowMs;
      use.creditsOfDay = 0;
    }
    return use;
  }
}
