import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Round, RoundResult, WorkerSetup } from './worker.ts';

/** Processes that share stores. */
export class Workers {
  readonly #children: ChildProcess[] = [];

  /** Starts `count` processes and waits until all have opened their stores. */
  async start(count: number, setup: WorkerSetup): Promise<void> {
    const added = Array.from({ length: count }, () => fork(join(import.meta.dirname, 'worker.ts')));
    this.#children.push(...added);
    await Promise.all(
      added.map((child) => {
        const ready = once(child, 'message');
        child.send(setup);
        return ready;
      }),
    );
  }

  /** All make their calls at the same time. */
  async round(round: Round): Promise<RoundResult[]> {
    return Promise.all(
      this.#children.map(async (child) => {
        const result = once(child, 'message');
        child.send(round);
        return (await result)[0] as RoundResult;
      }),
    );
  }

  /** Sends a round to the newest process and waits for its end. */
  async roundToDeath(round: Round): Promise<void> {
    const child = this.#children.pop();
    if (!child) return;
    const ended = once(child, 'close');
    child.send(round);
    await ended;
  }

  async stop(): Promise<void> {
    const ends = this.#children.map((child) => once(child, 'close'));
    for (const child of this.#children) child.kill();
    await Promise.all(ends);
  }
}
