import { Interrupted } from '../foundation/interruption.ts';
import type { Log } from '../http/log.ts';
import type { MetricsDocument } from '../metrics/metrics.ts';
import type { WorkerOrder } from './worker-messages.ts';
import { WorkerPlace } from './worker-place.ts';

/**
 * The processes of `start --workers N`: they listen on the same ports and take connections in turn. This process starts
 * another one for each that ends, and does itself what is to be done once: the databases, jobs, the admin API, samples.
 */
export class Workers {
  readonly #log: Log;
  readonly #places: readonly WorkerPlace[];
  readonly #ending = new AbortController();
  #replacing = false;
  #replacementWanted = false;

  constructor(count: number, order: WorkerOrder, log: Log) {
    this.#log = log;
    this.#places = Array.from({ length: count }, () => new WorkerPlace(order, log, this.#ending.signal));
  }

  /** @throws UsableFailure when one of them cannot serve, with its reason. The caller ends the others by `end`. */
  async start(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.start()));
  }

  /**
   * Starts another worker for each, one by one, and ends the old one when the new one serves: no connection is refused. Where
   * that is under way already, all are replaced once more afterwards. The log tells how it went.
   */
  async replaceAll(): Promise<void> {
    this.#replacementWanted = true;
    if (this.#replacing) return;
    this.#replacing = true;
    while (this.#replacementWanted) {
      this.#replacementWanted = false;
      await this.#replaceEach();
    }
    this.#replacing = false;
  }

  /** The metrics of those that answer in time. */
  async metrics(): Promise<MetricsDocument[]> {
    const answers = await Promise.all(this.#places.map((place) => place.metrics()));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Each finishes what is under way. */
  async end(): Promise<void> {
    this.#ending.abort(new Interrupted('the end was asked for'));
    await Promise.all(this.#places.map((place) => place.end()));
  }

  async #replaceEach(): Promise<void> {
    const { signal } = this.#ending;
    try {
      for (const place of this.#places) await place.replace();
      this.#log.info({}, 'all worker processes have been replaced');
    } catch (error) {
      if (!signal.aborted)
        this.#log.error({ err: error }, 'a worker process could not be replaced; the old ones go on');
    }
  }
}
