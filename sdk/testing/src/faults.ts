import { type Admin, part } from './admin.ts';

/** Which calls a rule meets. What is left out is any; of data centres: the first one of the platform. */
export interface FaultScope {
  readonly dataCenter?: string;
  /** Left out: accounts, API and content. */
  readonly component?: 'accounts' | 'api' | 'content' | 'database';
  /** A path; `*` stands for any letters. */
  readonly endpoint?: string;
  readonly method?: string;
  readonly clientId?: string;
  /** Only the Nth matching call after the rule was added. */
  readonly nth?: number;
  /** The first K matching calls. */
  readonly times?: number;
  /** A part of the matching calls, over 0 to 1; the same `seed` (default 1) meets the same calls. */
  readonly share?: number;
  readonly seed?: number;
}

/** What happens to them: exactly one of `status`, `throttle`, `latency`, `cut` and `down`. */
export interface FaultAction {
  readonly status?: number;
  /** Any JSON, with `status`. */
  readonly body?: unknown;
  /** The platform's own answer to too many calls. */
  readonly throttle?: boolean;
  /** With `throttle`: in the language of Accept-Language. */
  readonly localized?: boolean;
  /** A duration, such as `2s`. */
  readonly latency?: string;
  readonly cut?: 'before' | 'after';
  readonly down?: boolean;
}

/** A rule in force. */
export interface Fault {
  readonly id: string;
  /** How many calls it was about since it was added, and how many of those it met. */
  counts(): Promise<{ readonly calls: number; readonly injected: number }>;
  remove(): Promise<void>;
}

interface Listed {
  readonly fault_id: string;
  readonly calls: number;
  readonly injected: number;
}

/** Rules that make the platform fail on purpose, until they are removed. */
export class Faults {
  readonly #admin: Admin;
  readonly #dataCenter: string;

  /** @param dataCenter of rules that name none. */
  constructor(admin: Admin, dataCenter: string) {
    this.#admin = admin;
    this.#dataCenter = dataCenter;
  }

  async add(rule: FaultScope & FaultAction): Promise<Fault> {
    const dataCenter = rule.dataCenter ?? this.#dataCenter;
    const { fault_id: id } = await this.#admin.call<Listed>('POST', '/lab/faults', { ...rule, dataCenter });
    return {
      id,
      counts: async () => {
        const { faults } = await this.#admin.call<{ faults: Listed[] }>('GET', '/lab/faults');
        const { calls = 0, injected = 0 } = faults.find((each) => each.fault_id === id) ?? {};
        return { calls, injected };
      },
      remove: async () => {
        await this.#admin.call('DELETE', `/lab/faults/${part(id)}`);
      },
    };
  }

  /** The work is done, and its answer lost: the connection ends without one. Once, unless the scope says otherwise. */
  lostAnswer(scope: FaultScope = {}): Promise<Fault> {
    return this.add({ ...once(scope), cut: 'after' });
  }

  /** The connection ends before anything is done. Once, unless the scope says otherwise. */
  lostRequest(scope: FaultScope = {}): Promise<Fault> {
    return this.add({ ...once(scope), cut: 'before' });
  }

  /** The platform's own answer to too many calls. */
  throttle(scope: FaultScope = {}): Promise<Fault> {
    return this.add({ ...scope, throttle: true });
  }

  /** This answer, before anything looks at the call. */
  answer(status: number, scope: FaultScope & Pick<FaultAction, 'body'> = {}): Promise<Fault> {
    return this.add({ ...scope, status });
  }

  /** The calls wait, then go on. @param duration such as `2s`. */
  latency(duration: string, scope: FaultScope = {}): Promise<Fault> {
    return this.add({ ...scope, latency: duration });
  }

  /** Every connection ends without an answer. */
  down(scope: FaultScope = {}): Promise<Fault> {
    return this.add({ ...scope, down: true });
  }

  async removeAll(): Promise<void> {
    await this.#admin.call('DELETE', '/lab/faults');
  }
}

function once(scope: FaultScope): FaultScope {
  const says = [scope.nth, scope.times, scope.share].some((each) => each !== undefined);
  return says ? scope : { ...scope, times: 1 };
}
