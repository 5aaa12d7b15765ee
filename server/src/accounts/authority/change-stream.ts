import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeListener } from '../../database/change-notices.ts';
import type { Log } from '../../http/log.ts';
import { type AccountsServer, reasonOf } from './accounts-server.ts';
import { heartbeatMs, readChange } from './wire.ts';

const reconnectDelayMs = 200;
/** After so long without a sign of life the stream is lost. */
const silenceMs = 4 * heartbeatMs;

/**
 * What an accounts server tells of tokens and clients that change, for as long as this process runs. While the stream is lost,
 * and until it is there for the first time, nothing is told, and caches have their own time limit; when it begins anew,
 * all that is known may be old, and listeners hear that.
 */
export class ChangeStream {
  readonly #server: AccountsServer;
  readonly #log: Log;
  readonly #dataCenter: string;
  readonly #listeners = new Map<string, ChangeListener[]>();
  readonly #closed = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: { readonly server: AccountsServer; readonly log: Log; readonly dataCenter: string }) {
    this.#server = options.server;
    this.#log = options.log;
    this.#dataCenter = options.dataCenter;
  }

  subscribe(topic: string, listener: ChangeListener): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  start(): void {
    this.#running ??= this.#run(this.#closed.signal);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(closed: AbortSignal): Promise<void> {
    let isLost = false;
    while (!closed.aborted) {
      const reason = await this.#listen(closed, () => {
        if (isLost) this.#log.info({ dataCenter: this.#dataCenter }, 'the accounts server tells of changes again');
        isLost = false;
      });
      if (closed.aborted) return;
      if (!isLost) {
        const fields = { dataCenter: this.#dataCenter, accounts: this.#server.origin, reason };
        this.#log.warn(fields, 'the accounts server does not tell of changes; tokens are asked for again meanwhile');
      }
      isLost = true;
      await delay(reconnectDelayMs, undefined, { ref: false, signal: closed }).catch(() => {});
    }
  }

  /** One stream, to its end. @returns why it ended. */
  async #listen(closed: AbortSignal, begun: () => void): Promise<string> {
    const silent = new AbortController();
    const timer = setTimeout(() => silent.abort(), silenceMs).unref();
    try {
      for await (const line of this.#server.changes(AbortSignal.any([closed, silent.signal]))) {
        timer.refresh();
        begun();
        this.#read(line);
      }
      return 'it ended the stream';
    } catch (error) {
      return silent.signal.aborted ? `nothing in ${silenceMs / 1000} seconds` : reasonOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells the listeners of a notice (`topic:key`). */
  deliver(notice: string): void {
    const colon = notice.indexOf(':');
    for (const each of this.#listeners.get(notice.slice(0, colon)) ?? []) each.changed(notice.slice(colon + 1));
  }

  #read(line: string): void {
    const { notice, reset } = readChange(line);
    if (reset) for (const listeners of this.#listeners.values()) for (const each of listeners) each.reset();
    if (notice !== undefined) this.deliver(notice);
  }
}
