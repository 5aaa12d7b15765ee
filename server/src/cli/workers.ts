import cluster, { type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config/settings.ts';
import type { DatabaseUrls } from '../databases.ts';
import { UsableFailure } from '../foundation/failure.ts';
import type { Log } from '../http/log.ts';
import type { MetricsDocument } from '../metrics/metrics.ts';

/** What a worker needs to serve; it goes over the channel between the two processes and is in no environment or file. */
export interface WorkerOrder {
  readonly settings: Settings;
  readonly databaseUrls: DatabaseUrls;
  readonly dataPath: string;
  /** Hexadecimal. */
  readonly secretKey: string;
  readonly adminToken: string;
}

export type ToWorker =
  | { readonly kind: 'serve'; readonly order: WorkerOrder }
  | { readonly kind: 'metrics'; readonly request: number }
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready' }
  /** `message`: one line for the operator. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'metrics'; readonly request: number; readonly document: MetricsDocument };

const metricsTimeoutMs = 2_000;
/** Waits before a worker that ended unasked is started again: longer each time, until one has lived for a while. */
const firstDelayMs = 100;
const longestDelayMs = 5_000;
const livesMs = 30_000;

/**
 * The processes of `start --workers N`: they listen on the same ports and take connections in turn. This process starts
 * another one for each that ends, and does itself what is to be done once: the databases, jobs, the admin API, samples.
 */
export class Workers {
  readonly #order: WorkerOrder;
  readonly #log: Log;
  readonly #running = new Set<Worker>();
  readonly #ending = new AbortController();
  readonly #replacements = new Set<Promise<void>>();
  #requests = 0;
  #failures = 0;

  constructor(order: WorkerOrder, log: Log) {
    this.#order = order;
    this.#log = log;
    cluster.on('exit', this.#exited);
  }

  /** @throws UsableFailure when one of them cannot serve, with its reason. The caller ends the others by `end`. */
  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#startOne()));
  }

  /** Starts another worker for each, one by one, and ends the old one when the new one serves: no connection is refused. */
  async replaceAll(): Promise<void> {
    for (const old of [...this.#running]) {
      if (this.#ending.signal.aborted) return;
      await this.#startOne();
      await this.#endOne(old);
    }
  }

  /** The metrics of those that answer in time. */
  async metrics(): Promise<MetricsDocument[]> {
    const answers = await Promise.all([...this.#running].map((worker) => this.#metricsOf(worker)));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Each finishes what is under way. */
  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#replacements]);
    await Promise.all([...this.#running].map((worker) => this.#endOne(worker)));
    cluster.off('exit', this.#exited);
  }

  async #startOne(): Promise<void> {
    const worker = cluster.fork();
    this.#running.add(worker);
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'waiting') send(worker, { kind: 'serve', order: this.#order });
        else if (message.kind === 'ready') resolve();
        else if (message.kind === 'failed') reject(new UsableFailure(message.message));
      });
      worker.once('exit', (code, signal) =>
        reject(new UsableFailure(`a worker process ended before it served: ${signal ?? `exit code ${code}`}`)),
      );
    });
  }

  async #endOne(worker: Worker): Promise<void> {
    // It is expected to end, so nothing takes its place.
    this.#running.delete(worker);
    if (worker.isDead()) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    send(worker, { kind: 'end' });
    await ended;
  }

  readonly #exited = (worker: Worker, code: number, signal: string | null) => {
    const unasked = this.#running.delete(worker);
    if (!unasked || this.#ending.signal.aborted) return;
    this.#log.error({ pid: worker.process.pid, code, signal }, 'a worker process ended and is started again');
    const replacement = this.#replace().finally(() => this.#replacements.delete(replacement));
    this.#replacements.add(replacement);
  };

  async #replace(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const waitMs = Math.min(firstDelayMs * 2 ** this.#failures++, longestDelayMs);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const failure = await this.#startOne().then(
        () => undefined,
        (error: Error) => error,
      );
      if (failure === undefined) {
        setTimeout(() => {
          this.#failures = 0;
        }, livesMs).unref();
        return;
      }
      this.#log.error({ err: failure }, 'a worker process cannot be started again');
    }
  }

  #metricsOf(worker: Worker): Promise<MetricsDocument | undefined> {
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
}

/** A worker that has just ended hears nothing; its end is told by its event. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, undefined, () => {});
}
