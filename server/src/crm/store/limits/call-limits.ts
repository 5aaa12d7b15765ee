import type { Settings } from '../../../config/settings.ts';
import type { Database } from '../../../database/database.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { EpochMs } from '../../../foundation/kinds.ts';
import type { Cost } from '../../kernel/cost.ts';
import { type CrmOutcome, Refusal } from '../../kernel/errors.ts';
import type { Limits, Pass } from '../../kernel/store.ts';
import { Concurrency } from './concurrency.ts';
import { CreditLedger, type Taking } from './credit-ledger.ts';
import { UseCounter } from './use-counter.ts';

/** What the headers count down from where nothing is limited. */
const nominalLimit = 1_000_000_000;
const minuteMs = 60_000;

type LimitSettings = Pick<
  Settings['limits'],
  'crmCreditsPerDay' | 'crmCallsPerMinute' | 'crmConcurrentCalls' | 'crmConcurrentHeavyCalls'
>;

/**
 * Credits of an organization, its calls in a minute, and the calls of one client that run at the same time (crm-api
 * 10). Credits are the same for all processes; the other two are counted by each process for itself.
 */
export class CallLimits implements Limits {
  readonly #limits: LimitSettings;
  readonly #clock: Clock;
  readonly #ledger: CreditLedger | undefined;
  #uses = new UseCounter();
  readonly #calls = new Concurrency();
  readonly #heavyCalls = new Concurrency();

  constructor(database: Database, clock: Clock, limits: LimitSettings) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ledger =
      limits.crmCreditsPerDay === 0 ? undefined : new CreditLedger(database, clock, limits.crmCreditsPerDay);
  }

  /** Forgets what was counted. Calls under way stay counted. */
  forget(): void {
    this.#ledger?.forget();
    this.#uses = new UseCounter();
  }

  /** @throws Refusal TOO_MANY_REQUESTS; what it took besides credits is given back. */
  enter(organizationId: string, clientId: string, cost: Cost): Pass | Promise<Pass> {
    const nowMs = this.#clock.nowMs();
    const use = this.#uses.count(organizationId, this.#ledger ? 0 : cost.credits, nowMs);
    const { crmCallsPerMinute } = this.#limits;
    const minuteEndMs = use.minuteMs + minuteMs;
    const rate = rateHeaders(crmCallsPerMinute, use.callsOfMinute, minuteEndMs);
    if (crmCallsPerMinute > 0 && use.callsOfMinute > crmCallsPerMinute) {
      throw tooMany('CallsOfMinuteUsedUp', minuteEndMs - nowMs, rate, {
        limit: crmCallsPerMinute,
        came: use.callsOfMinute,
      });
    }
    const leave = this.#enterConcurrent(`${organizationId}/${clientId}`, cost, rate);
    if (!this.#ledger) return { headers: { ...rate, ...creditHeaders(nominalLimit, use.creditsOfDay) }, leave };
    return this.#ledger.take(organizationId, cost.credits).then(
      (taking) => {
        const headers = { ...rate, ...this.#creditHeaders(taking) };
        if (taking.granted) return { headers, leave };
        leave?.();
        throw tooMany('CreditsUsedUp', taking.retryAtMs - nowMs, headers, {
          limit: this.#limits.crmCreditsPerDay,
          cost: cost.credits,
        });
      },
      (error: unknown) => {
        leave?.();
        throw error;
      },
    );
  }

  /** Counts a call that is in, and has proved heavy, among the heavy ones. @throws Refusal TOO_MANY_REQUESTS */
  enterHeavy(organizationId: string, clientId: string, headers: Pass['headers']): Pass['leave'] {
    const { crmConcurrentHeavyCalls } = this.#limits;
    if (crmConcurrentHeavyCalls === 0) return undefined;
    const key = `${organizationId}/${clientId}`;
    if (!this.#heavyCalls.enter(key, crmConcurrentHeavyCalls)) {
      throw tooMany('ConcurrentHeavyCalls', 1000, headers, { limit: crmConcurrentHeavyCalls });
    }
    return once(() => this.#heavyCalls.leave(key));
  }

  /** Takes the further credits of a call that has run, whether or not they are there. */
  async charge(organizationId: string, pass: Pass, credits: number): Promise<void> {
    const headers = this.#ledger
      ? this.#creditHeaders(await this.#ledger.take(organizationId, credits, true))
      : creditHeaders(nominalLimit, this.#uses.addCredits(organizationId, credits, this.#clock.nowMs()).creditsOfDay);
    pass.headers = { ...pass.headers, ...headers };
  }

  #creditHeaders({ left }: Taking): Record<string, string> {
    return creditHeaders(this.#limits.crmCreditsPerDay, this.#limits.crmCreditsPerDay - left);
  }

  #enterConcurrent(key: string, cost: Cost, rate: Record<string, string>): (() => void) | undefined {
    const { crmConcurrentCalls, crmConcurrentHeavyCalls } = this.#limits;
    const calls = crmConcurrentCalls > 0;
    const heavy = cost.heavy && crmConcurrentHeavyCalls > 0;
    if (calls && !this.#calls.enter(key, crmConcurrentCalls)) {
      throw tooMany('ConcurrentCalls', 1000, rate, { limit: crmConcurrentCalls });
    }
    if (heavy && !this.#heavyCalls.enter(key, crmConcurrentHeavyCalls)) {
      if (calls) this.#calls.leave(key);
      throw tooMany('ConcurrentHeavyCalls', 1000, rate, { limit: crmConcurrentHeavyCalls });
    }
    if (!calls && !heavy) return undefined;
    return once(() => {
      if (calls) this.#calls.leave(key);
      if (heavy) this.#heavyCalls.leave(key);
    });
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}

function rateHeaders(limit: number, used: number, endMs: number): Record<string, string> {
  const shown = limit === 0 ? nominalLimit : limit;
  return {
    'x-ratelimit-limit': String(shown),
    'x-ratelimit-remaining': String(Math.max(shown - used, 0)),
    'x-ratelimit-reset': String(endMs),
  };
}

function creditHeaders(limit: number, used: number): Record<string, string> {
  const left = String(Math.max(limit - used, 0));
  return {
    'x-api-credits-remaining': left,
    'x-ratelimit-day-limit': String(limit),
    'x-ratelimit-day-remaining': left,
  };
}

/** The refusal of a call whose organization has no credits left, as it would be made now. */
export function creditsUsedUp({ crmCreditsPerDay, crmCallsPerMinute }: LimitSettings, nowMs: EpochMs): Refusal {
  const minuteEndMs = nowMs - (nowMs % minuteMs) + minuteMs;
  const limit = crmCreditsPerDay === 0 ? nominalLimit : crmCreditsPerDay;
  const headers = { ...rateHeaders(crmCallsPerMinute, 1, minuteEndMs), ...creditHeaders(limit, limit) };
  return tooMany('CreditsUsedUp', minuteEndMs - nowMs, headers, { limit });
}

function tooMany(
  outcome: CrmOutcome,
  waitMs: number,
  headers: Readonly<Record<string, string>>,
  counted: Readonly<Record<string, number>>,
): Refusal {
  const seconds = Math.max(Math.ceil(waitMs / 1000), 1);
  return new Refusal('TOO_MANY_REQUESTS', {
    outcome,
    reason: { ...counted, retryAfterSeconds: seconds },
    headers: { ...headers, 'retry-after': String(seconds) },
  });
}
