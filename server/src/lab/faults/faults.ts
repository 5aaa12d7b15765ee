import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import { notFound } from '../../admin/failure.ts';
import type { EventRecorder } from '../../inspector/events.ts';
import { Fault, type FaultedCall, type FaultRule } from './fault.ts';
import { Traffic } from './traffic.ts';

/** The request that is under way, for the faults of the statements it makes. */
export interface FaultedRequest {
  readonly requestId: string;
  readonly call: FaultedCall;
}

const mostRemembered = 10_000;

/** The rules of the lab in force in this process. */
export class Faults {
  #faults: Fault[] = [];
  #added = 0;
  /** The request in whose name the code at hand runs. */
  readonly request = new AsyncLocalStorage<FaultedRequest>();
  /** Which rules met a request, by its id. */
  readonly #met = new LRUCache<string, string>({ max: mostRemembered });

  /** Requests under way, and what those that come wait for while everything is replaced. */
  readonly traffic = new Traffic();

  add(rule: FaultRule): Fault {
    const fault = new Fault(`f${++this.#added}`, rule);
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  /** @throws AdminFailure when there is no such rule. */
  remove(id: string): void {
    const others = this.#faults.filter((fault) => fault.id !== id);
    if (others.length === this.#faults.length) throw notFound(`the lab has no fault ${id}`);
    this.#faults = others;
  }

  /** @returns how many there were. */
  removeAll(): number {
    const { length } = this.#faults;
    this.#faults = [];
    return length;
  }

  /** The rules that meet the call, in the order in which they were added. Every rule that it concerns counts it. */
  async meeting(call: FaultedCall, wanted: (fault: Fault) => boolean = () => true): Promise<Fault[]> {
    const met: Fault[] = [];
    for (const fault of this.#faults) {
      if (wanted(fault) && (await fault.concerns(call)) && fault.meets()) met.push(fault);
    }
    return met;
  }

  /** Remembers that a rule met the request: its events say so. */
  mark(requestId: string, fault: Fault): void {
    const before = this.#met.get(requestId);
    this.#met.set(requestId, before === undefined ? fault.id : `${before}, ${fault.id}`);
  }

  /** The recorder, with `injected` in the detail of events of requests that a rule met. */
  marking(events: EventRecorder): EventRecorder {
    return {
      ...events,
      record: (event) => {
        const fault = event.requestId === undefined ? undefined : this.#met.get(event.requestId);
        if (fault === undefined) return events.record(event);
        const { detail } = event;
        const told = () => ({ ...(typeof detail === 'function' ? detail() : detail), injected: true, fault });
        return events.record({ ...event, detail: told });
      },
    };
  }
}
