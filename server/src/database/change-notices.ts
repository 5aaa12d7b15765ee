import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Database, Queryable } from './database.ts';
import { nameSession } from './platform-sessions.ts';

/**
 * Change notices (LISTEN/NOTIFY): how a process hears that another one revoked a token or changed a client. A notice
 * is `topic:key`. While the listening connection is down notices are lost, so after each reconnection listeners are
 * told to forget everything.
 */
const channel = 'grantway';
const reconnectDelayMs = 200;
const closeMs = 2_000;
const keepAliveMs = 5_000;

/** The topic of the notice that the platform's clock was moved: what is due by now is due at once. */
export const clockTopic = 'clock';

/** The topic of the notice that a whole database was replaced by another state of it. */
export const restoredTopic = 'restored';

export interface ChangeListener {
  /** Something with this key changed. */
  changed(key: string): void;
  /** Anything may have changed. */
  reset(): void;
  /**
   * From now on notices are lost, until `reset` says that they arrive again. Without this, `reset` is called now too:
   * what is known may be old.
   */
  lost?(): void;
}

export class ChangeNotices {
  readonly #database: Database;
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #reconnecting = false;

  constructor(database: Database) {
    this.#database = database;
  }

  subscribe(topic: string, listener: ChangeListener): void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
  }

  /** Starts listening. Resolves once notices arrive. */
  async start(): Promise<void> {
    const client = await this.#database.dedicatedClient();
    this.#client = client;
    client.on('notification', ({ payload = '' }) => this.deliver(payload));
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    try {
      await nameSession(client);
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      this.#lost(client);
      throw error;
    }
    // A connection that a firewall dropped in silence, or a server that hangs, shows only when something is asked.
    const keepAlive = () => client.query('SELECT 1').catch(() => this.#lost(client));
    this.#timer = setInterval(keepAlive, keepAliveMs).unref();
  }

  /** Ends the connection on purpose, without telling anybody; `start` begins to listen again. */
  async suspend(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    clearInterval(this.#timer);
    await Promise.race([client?.end().catch(() => {}), delay(closeMs, undefined, { ref: false })]);
  }

  /** Tells the listeners of this process at once; others hear of it by the notice. */
  deliver(payload: string): void {
    const colon = payload.indexOf(':');
    const listeners = this.#listeners.get(payload.slice(0, colon));
    for (const listener of listeners ?? []) listener.changed(payload.slice(colon + 1));
  }

  /** Tells the listeners of this process, except for those of one topic, that anything may have changed. */
  forgetAllBut(topic: string): void {
    for (const [each, listeners] of this.#listeners) {
      if (each !== topic) for (const listener of listeners) listener.reset();
    }
  }

  #lost(client: pg.Client): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    clearInterval(this.#timer);
    client.end().catch(() => {});
    this.#each((listener) => (listener.lost ? listener.lost() : listener.reset()));
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    // A connection that breaks while it is being set up reports twice.
    if (this.#reconnecting) return;
    this.#reconnecting = true;
    while (!this.#closed) {
      await delay(reconnectDelayMs, undefined, { ref: false });
      try {
        await this.start();
        this.#reconnecting = false;
        this.#each((listener) => listener.reset());
        return;
      } catch {
        // The database is still away; caches keep their own time limit meanwhile.
      }
    }
  }

  #each(tell: (listener: ChangeListener) => void): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) tell(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    // A server that hangs does not take leave.
    const ended = this.#client?.end().catch(() => {});
    await Promise.race([ended, delay(closeMs, undefined, { ref: false })]);
  }
}

/** Sends `notices` with the transaction of `queryable`: they arrive if, and only when, it commits. */
export async function notifyChanges(queryable: Queryable, notices: readonly string[]): Promise<void> {
  if (notices.length === 0) return;
  await queryable.query({
    name: 'notify-changes',
    text: `SELECT pg_notify('${channel}', notice) FROM unnest($1::text[]) AS notice`,
    values: [notices],
  });
}

/**
 * The part `name` of a statement, which sends a notice for each row of the part `rows`. On a cluster it is carried out on the
 * coordinator, where processes listen, because it names a table that is nowhere else (migration 0063). A part that writes is
 * carried out whether anything reads it or not: this one is there for what it counts, and writes nothing.
 * @param notice SQL over the columns of `rows`.
 */
export function sendingPart(name: string, rows: string, notice: string): string {
  return `${name} AS (
    INSERT INTO notice_origin (place)
    SELECT 0 FROM (SELECT count(pg_notify('${channel}', ${notice})) AS sent FROM ${rows}) AS notices WHERE sent < 0)`;
}
