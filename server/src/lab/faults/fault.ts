/** What a rule of the lab does to the calls that it meets. */
export type FaultAction =
  | { readonly kind: 'status'; readonly status: number; readonly body: unknown }
  /** The platform's own answer to too many calls; `localized`: in the caller's language, as the original has it. */
  | { readonly kind: 'throttle'; readonly localized: boolean }
  | { readonly kind: 'latency'; readonly latencyMs: number }
  /** The connection ends without an answer: before the work was done, or after it ("lost answer"). */
  | { readonly kind: 'cut'; readonly cut: 'before' | 'after' }
  | { readonly kind: 'down' };

export const components = ['accounts', 'api', 'content', 'database'] as const;
export type Component = (typeof components)[number];

/** Which calls a rule is about. What is left out is any. */
export interface FaultScope {
  readonly dataCenter: string;
  /** Left out: accounts, API and content. */
  readonly component?: Component | undefined;
  /** A path; `*` stands for any letters. */
  readonly endpoint?: string | undefined;
  readonly method?: string | undefined;
  readonly clientId?: string | undefined;
}

/** Which of those it meets; all, where nothing is said. */
export interface FaultShare {
  /** Only the Nth since the rule was added, from 1. */
  readonly nth?: number | undefined;
  /** The first K. */
  readonly times?: number | undefined;
  /** A part of them, over 0 to 1, drawn in a series that `seed` decides. */
  readonly share?: number | undefined;
  readonly seed: number;
}

export interface FaultRule {
  readonly scope: FaultScope;
  readonly met: FaultShare;
  readonly action: FaultAction;
}

/** A call, as rules see it. */
export interface FaultedCall {
  readonly dataCenter: string;
  readonly component: Component;
  readonly method: string;
  readonly path: string;
  /** Who calls; asked for only where a rule wants to know. */
  readonly clientId: () => string | undefined | Promise<string | undefined>;
}

/** A rule in force. */
export class Fault {
  readonly id: string;
  readonly rule: FaultRule;
  readonly #path: RegExp | undefined;
  readonly #draw: () => number;
  /** Calls that it is about, since it was added. */
  calls = 0;
  /** Of those, the ones it met. */
  injected = 0;

  constructor(id: string, rule: FaultRule) {
    this.id = id;
    this.rule = rule;
    const { endpoint } = rule.scope;
    this.#path = endpoint === undefined ? undefined : pathPattern(endpoint);
    this.#draw = series(rule.met.seed);
  }

  /** Whether the rule is about single calls: counted, drawn, or of one client or endpoint. */
  get isSelective(): boolean {
    const { scope, met } = this.rule;
    return [met.nth, met.times, met.share, scope.endpoint, scope.method, scope.clientId].some(
      (each) => each !== undefined,
    );
  }

  /** Whether the call is one that the rule is about. */
  async concerns(call: FaultedCall): Promise<boolean> {
    const { dataCenter, component, method, clientId } = this.rule.scope;
    if (dataCenter !== call.dataCenter) return false;
    if (component === undefined ? call.component === 'database' : component !== call.component) return false;
    if (method !== undefined && method !== call.method) return false;
    if (this.#path && !this.#path.test(call.path)) return false;
    return clientId === undefined || clientId === (await call.clientId());
  }

  /** Counts a call that the rule is about. @returns whether it is met. */
  meets(): boolean {
    const { nth, times, share } = this.rule.met;
    this.calls++;
    const drawn = share === undefined || this.#draw() < share;
    const met = drawn && (nth === undefined || this.calls === nth) && (times === undefined || this.calls <= times);
    if (met) this.injected++;
    return met;
  }
}

function pathPattern(endpoint: string): RegExp {
  const literal = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${endpoint.split('*').map(literal).join('.*')}$`);
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function series(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
