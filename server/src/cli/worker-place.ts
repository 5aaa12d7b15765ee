import cluster, { type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { UsableFailure } from '../foundation/failure.ts';
import type { Log } from '../http/log.ts';
import type { MetricsDocument } from '../metrics/metrics.ts';
import { type FromWorker, send, type WorkerOrder } from './worker-messages.ts';

const metricsTimeoutMs = 2_000;
/** Waits before a worker that ended unasked is started again: longer each time, until one has lived for a while. */
const firstDelayMs = 100;
const longestDelayMs = 5_000;
const livesMs = 30_000;

/**
 * The place of one worker process. It does one thing at a time, so that whatever is asked of it and whatever happens to its
 * process at the same moment, one worker serves there in the end.
 */
export class WorkerPlace {
  readonly #order: WorkerOrder;
  readonly #log: Log;
  readonly #ending: AbortSignal;
  #serving: Worker | undefined;
  /** Beside the one that serves: one that will take its place, or has given it up. */
  readonly #alive = new Set<Worker>();
  #last: Promise<void> = Promise.resolve();
  #failures = 0;
  #requests = 0;

  /** @param ending aborted before `end`: from then on nothing is started. */
  constructor(order: WorkerOrder, log: Log, ending: AbortSignal) {
    this.#order = order;
    this.#log = log;
    this.#ending = ending;
  }

  /** @throws UsableFailure when the worker cannot serve, with its reason. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#startOne());
  }

  /** Starts another worker, and ends the one that served when that one serves. @throws UsableFailure when it cannot; the old one goes on. */
  replace(): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#serving;
      await this.#startOne();
      if (old) await endWorker(old);
    });
  }

  /** Undefined where none serves, or it does not answer in time. */
  metrics(): Promise<MetricsDocument | undefined> {
    const worker = this.#serving;
    if (!worker) return Promise.resolve(undefined);
    const request = ++this.#requests;
    return new Promise((resolve) => {
      const settle = (document?: MetricsDocument) => {
        clearTimeout(timer);
        worker.off('message', hear);
        resolve(document);
      };
      const hear = (message: FromWorker) => {
        if (message.kind === 'metrics' && message.request === request) settle(message.document);
      };
      const timer = setTimeout(settle, metricsTimeoutMs);
      worker.on('message', hear);
      send(worker, { kind: 'metrics', request });
    });
  }

  /** Each worker of this place finishes what is under way. */
  async end(): Promise<void> {
    await Promise.all([...this.#alive].map(endWorker));
    await this.#last;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #startOne(): Promise<void> {
    this.#ending.throwIfAborted();
    const worker = cluster.fork();
    this.#alive.add(worker);
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'waiting') send(worker, { kind: 'serve', order: this.#order });
        else if (message.kind === 'ready') resolve(this.#serves(worker));
        else if (message.kind === 'failed') reject(new UsableFailure(message.message));
      });
      worker.once('exit', (code, signal) => {
        this.#alive.delete(worker);
        if (this.#serving === worker) this.#lost(worker, code, signal);
        reject(new UsableFailure(`a worker process ended before it served: ${signal ?? `exit code ${code}`}`));
      });
    });
  }

  #serves(worker: Worker): void {
    this.#serving = worker;
    const lives = setTimeout(() => {
      this.#failures = 0;
    }, livesMs).unref();
    worker.once('exit', () => clearTimeout(lives));
  }

  /** The one that served has ended, and no other has taken its place. */
  #lost(worker: Worker, code: number, signal: string | null): void {
    this.#serving = undefined;
    if (this.#ending.aborted) return;
    this.#log.error({ pid: worker.process.pid, code, signal }, 'a worker process ended and is started again');
    void this.#inTurn(() => this.#startAgain());
  }

  /** Until one serves, which may be one that was started to replace the lost one. Never rejects. */
  async #startAgain(): Promise<void> {
    while (!this.#serving && !this.#ending.aborted) {
      const waitMs = Math.min(firstDelayMs * 2 ** this.#failures++, longestDelayMs);
      await delay(waitMs, undefined, { signal: this.#ending }).catch(() => {});
      await this.#startOne().catch((error: Error) => {
        if (!this.#ending.aborted) this.#log.error({ err: error }, 'a worker process cannot be started again');
      });
    }
  }
}

async function endWorker(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  send(worker, { kind: 'end' });
  await ended;
}
