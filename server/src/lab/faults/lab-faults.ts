import { findClient } from '../../admin/clients.ts';
import { administered } from '../../admin/users.ts';
import type { LabContext } from '../context.ts';
import type { Component, Fault, FaultAction } from './fault.ts';
import { type NewFault, readNewFault } from './new-fault.ts';

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

/** Rules that make the platform fail on purpose, until they are removed or the platform ends. */
export class LabFaults {
  readonly #context: LabContext;

  constructor(context: LabContext) {
    this.#context = context;
  }

  /** @throws AdminFailure naming what is wrong with the rule. */
  async add(fresh: NewFault): Promise<{ readonly fault_id: string }> {
    administered(this.#context.admin, fresh.dataCenter);
    const rule = readNewFault(fresh);
    // One that nobody registered would never meet the rule.
    if (rule.scope.clientId !== undefined) await findClient(this.#context.admin, rule.scope.clientId);
    const fault = this.#context.faults.add(rule);
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
