import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Unavailable } from '../foundation/unavailable.ts';
import { isSilence } from './outage.ts';

const answerMs = 1_000;
const pauseMs = 500;

/**
 * Knows whether a database hangs, so that requests need not each find out by waiting. When one waited without an answer, a
 * connection of its own asks the server something trivial: while that gets no answer either, the rest is refused at once,
 * and the first answer ends it. Errors do not count: they come soon enough by themselves.
 */
export class HangWatch {
  readonly #connection: pg.ClientConfig;
  readonly #label: string;
  #hangs = false;
  #asking = false;
  #closed = false;

  constructor(connection: pg.ClientConfig, label: string) {
    this.#connection = connection;
    this.#label = label;
  }

  /** @throws Unavailable while the database hangs. */
  check(): void {
    if (this.#hangs) throw new Unavailable(`the database of "${this.#label}" does not answer: it hangs`, {});
  }

  /** Looks at what a statement or connection ended with. */
  observe(outage: unknown): void {
    if (!this.#asking && !this.#closed && isSilence(outage)) void this.#ask();
  }

  close(): void {
    this.#closed = true;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    while (!this.#closed) {
      this.#hangs = !(await this.#answers());
      if (!this.#hangs) break;
      await delay(pauseMs, undefined, { ref: false });
    }
    this.#asking = false;
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({
      ...this.#connection,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch (error) {
      return !isSilence(error);
    } finally {
      void client.end().catch(() => {});
    }
  }
}
