import { findClient } from '../../admin/clients.ts';
import { badInput } from '../../admin/failure.ts';
import { administered } from '../../admin/users.ts';
import { parseDuration } from '../clock/duration.ts';
import type { LabContext } from '../context.ts';
import { type Component, components, type Fault, type FaultAction } from './fault.ts';

/** A rule as it is asked for: exactly one of `status`, `throttle`, `latency`, `cut` and `down`. */
export interface NewFault {
  readonly dataCenter: string;
  readonly component?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly method?: string | undefined;
  readonly clientId?: string | undefined;
  readonly nth?: number | undefined;
  readonly times?: number | undefined;
  readonly share?: number | undefined;
  readonly seed?: number | undefined;
  readonly status?: number | undefined;
  readonly body?: unknown;
  readonly throttle?: boolean | undefined;
  readonly localized?: boolean | undefined;
  /** A duration, such as 2s, or milliseconds. */
  readonly latency?: string | number | undefined;
  readonly cut?: string | undefined;
  readonly down?: boolean | undefined;
}

/** A rule in force, as it is listed. */
export interface DescribedFault {
  readonly fault_id: string;
  readonly data_center: string;
  /** Null: accounts, API and content. */
  readonly component: Component | null;
  readonly endpoint: string | null;
  readonly method: string | null;
  readonly client_id: string | null;
  readonly nth: number | null;
  readonly times: number | null;
  readonly share: number | null;
  readonly seed: number;
  readonly action: FaultAction['kind'];
  readonly status?: number;
  readonly body?: unknown;
  readonly localized?: boolean;
  readonly latency_ms?: number;
  readonly cut?: 'before' | 'after';
  /** Calls that the rule is about since it was added, and of those the ones it met. */
  readonly calls: number;
  readonly injected: number;
}

const longestLatencyMs = 10 * 60_000;
const wholeCalls = (name: string, count: number | undefined) => {
  if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
    throw badInput(`${name}: expected a whole number from 1, got ${count}`);
  }
};

/** Rules that make the platform fail on purpose, until they are removed or the platform ends. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export class LabFaults {
  readonly #context: LabContext;

  constructor(context: LabContext) {
    this.#context = context;
  }

  /** @throws AdminFailure naming what is wrong with the rule. */
  async add(fresh: NewFault): Promise<{ readonly fault_id: string }> {
    administered(this.#context.admin, fresh.dataCenter);
    const component = componentOf(fresh.component);
    const { dataCenter, endpoint, clientId, nth, times, share, seed = 1 } = fresh;
    if (endpoint !== undefined && !/^[/*]/.test(endpoint)) {
      throw badInput(`endpoint: expected a path like /oauth/v2/token, got "${endpoint.slice(0, 100)}"`);
    }
    wholeCalls('nth', nth);
    wholeCalls('times', times);
    if (share !== undefined && !(share > 0 && share <= 1)) {
      throw badInput(`share: expected a number over 0 and up to 1, got ${share}`);
    }
    if (!Number.isInteger(seed)) throw badInput(`seed: expected a whole number, got ${seed}`);
    // One that nobody registered would never meet the rule.
    if (clientId !== undefined) await findClient(this.#context.admin, clientId);
    const action = actionOf(fresh);
    if (component === 'database' && (action.kind === 'status' || action.kind === 'throttle')) {
      throw badInput(`a database has no ${action.kind}: expected latency, cut or down`);
    }
    const method = fresh.method?.toUpperCase();
    if (method !== undefined && !methods.includes(method)) {
      throw badInput(`method: expected one of ${methods.join(', ')}, got "${method.slice(0, 100)}"`);
    }
    const fault = this.#context.faults.add({
      scope: { dataCenter, component, endpoint, method, clientId },
      met: { nth, times, share, seed },
      action,
    });
    return { fault_id: fault.id };
  }

  list(): DescribedFault[] {
    return this.#context.faults.list().map(describe);
  }

  /** @throws AdminFailure when there is no such rule. */
  remove(id: string): { readonly removed: number } {
    this.#context.faults.remove(id);
    return { removed: 1 };
  }

  removeAll(): { readonly removed: number } {
    return { removed: this.#context.faults.removeAll() };
  }
}

function componentOf(name: string | undefined): Component | undefined {
  const component = components.find((each) => each === name);
  if (name !== undefined && !component) {
    throw badInput(`component: expected one of ${components.join(', ')}, got "${name.slice(0, 50)}"`);
  }
  return component;
}

function actionOf(fresh: NewFault): FaultAction {
  const { status, body, throttle = false, localized = false, latency, cut, down = false } = fresh;
  const given = [
    ...(status === undefined ? [] : ['status']),
    ...(throttle ? ['throttle'] : []),
    ...(latency === undefined ? [] : ['latency']),
    ...(cut === undefined ? [] : ['cut']),
    ...(down ? ['down'] : []),
  ];
  if (given.length !== 1) {
    const came = given.length === 0 ? 'none' : given.join(' and ');
    throw badInput(`expected exactly one of status, throttle, latency, cut and down, got ${came}`);
  }
  if (body !== undefined && status === undefined) throw badInput('body: only an answer with a status has one');
  if (localized && !throttle) throw badInput('localized: only the throttle answer is known in other languages');
  if (status !== undefined) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw badInput(`status: expected 200 to 599, got ${status}`);
    }
    return { kind: 'status', status, body };
  }
  if (throttle) return { kind: 'throttle', localized };
  if (down) return { kind: 'down' };
  if (cut !== undefined) {
    if (cut !== 'before' && cut !== 'after') throw badInput(`cut: expected before or after, got "${cut.slice(0, 50)}"`);
    return { kind: 'cut', cut };
  }
  const latencyMs = typeof latency === 'string' ? parseDuration(latency, 'latency') : (latency ?? 0);
  if (latencyMs > longestLatencyMs)
    throw badInput(`latency: expected at most ${longestLatencyMs} ms, got ${latencyMs}`);
  return { kind: 'latency', latencyMs };
}

function describe({ id, rule, calls, injected }: Fault): DescribedFault {
  const { scope, met, action } = rule;
  return {
    fault_id: id,
    data_center: scope.dataCenter,
    component: scope.component ?? null,
    endpoint: scope.endpoint ?? null,
    method: scope.method ?? null,
    client_id: scope.clientId ?? null,
    nth: met.nth ?? null,
    times: met.times ?? null,
    share: met.share ?? null,
    seed: met.seed,
    action: action.kind,
    ...(action.kind === 'status' && { status: action.status, body: action.body ?? null }),
    ...(action.kind === 'throttle' && { localized: action.localized }),
    ...(action.kind === 'latency' && { latency_ms: action.latencyMs }),
    ...(action.kind === 'cut' && { cut: action.cut }),
    calls,
    injected,
  };
}
