import type { Queryable } from '../../database/database.ts';
import { deleteBelow, deleteExpired } from '../../database/delete-expired.ts';

/** How much the store of one data centre may hold; 0: no bound. */
export interface StoreBounds {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** The store is cut back to this part of its bound, so that this is not done with every row. */
const cutTo = 0.95;
/** Of the growth after which the store is looked at: what is left of it after a look that failed. */
const retryAt = 0.9;
/** Events that one statement looks at. */
const eventsPerLook = 5_000;
/** A link is noted as used again after this time at the earliest. */
export const linkUseMs = 60_000;
const newestOfAll = '9223372036854775807';

/**
 * Keeps the events of a data centre within their bounds. Nothing waits for it and nothing fails with it: what was written is
 * noted, and where that may be too much the oldest events go, in small steps, beside what is written meanwhile. What could
 * not be done is done when somewhat more was written.
 */
export class BoundKeeper {
  readonly #database: Queryable;
  readonly #bounds: StoreBounds;
  readonly #onFault: (error: Error) => void;
  /** What this process wrote since the last look, as a part of what may come before the next. */
  #growth = 0;
  #cutting: Promise<void> | undefined;

  constructor(database: Queryable, bounds: StoreBounds, onFault: (error: Error) => void) {
    this.#database = database;
    this.#bounds = bounds;
    this.#onFault = onFault;
  }

  /** Notes that so many events of so many bytes were written. */
  note(events: number, bytes: number): void {
    const { maxBytes, maxEvents } = this.#bounds;
    const part = (of: number, most: number) => (most === 0 ? 0 : of / (most * (1 - cutTo)));
    this.#growth += Math.max(part(events, maxEvents), part(bytes, maxBytes));
    this.#look();
  }

  /** Resolves when nothing is being cut. */
  async idle(): Promise<void> {
    while (this.#cutting) await this.#cutting;
  }

  #look(): void {
    if (this.#growth < 1 || this.#cutting) return;
    this.#growth = 0;
    this.#cutting = this.#cut()
      .catch((error: Error) => {
        this.#growth = retryAt;
        this.#onFault(error);
      })
      .finally(() => {
        this.#cutting = undefined;
        this.#look();
      });
  }

  async #cut(): Promise<void> {
    const newest = await this.#newestBeyond();
    if (newest === undefined) return;
    await deleteBelow(this.#database, { table: 'protocol_event', column: 'event_id' }, newest + 1);
    await deleteEmptyFlows(this.#database);
  }

  /** The newest event that is not within the bounds, found page by page from the newest of all. */
  async #newestBeyond(): Promise<number | undefined> {
    const { maxBytes, maxEvents } = this.#bounds;
    let events = maxEvents === 0 ? null : Math.floor(maxEvents * cutTo);
    let bytes = maxBytes === 0 ? null : Math.floor(maxBytes * cutTo);
    for (let before = newestOfAll; ; ) {
      const [page] = await this.#database.query<{
        events: number;
        bytes: number;
        oldest: string;
        beyond: string | null;
      }>({
        text: `SELECT count(*)::int AS events, coalesce(sum(bytes), 0)::float8 AS bytes, min(event_id) AS oldest,
                 max(event_id) FILTER (WHERE place > $2::bigint OR taken > $3::bigint) AS beyond
               FROM (SELECT event_id, bytes, row_number() OVER newest AS place, sum(bytes) OVER newest AS taken
                     FROM (SELECT event_id, bytes FROM protocol_event WHERE event_id < $1
                           ORDER BY event_id DESC LIMIT ${eventsPerLook}) AS page
                     WINDOW newest AS (ORDER BY event_id DESC)) AS summed`,
        values: [before, events, bytes],
      });
      if (!page || page.events === 0) return undefined;
      if (page.beyond !== null) return Number(page.beyond);
      if (page.events < eventsPerLook) return undefined;
      if (events !== null) events -= page.events;
      if (bytes !== null) bytes -= page.bytes;
      before = page.oldest;
    }
  }
}

/** Flows whose events have all gone, and what links to them. */
export async function deleteEmptyFlows(database: Queryable): Promise<void> {
  const [oldest] = await database.query<{ at_ms: string | null }>({
    text: 'SELECT min(at_ms) AS at_ms FROM protocol_event',
  });
  const beforeMs = Number(oldest?.at_ms ?? Number.MAX_SAFE_INTEGER);
  await deleteExpired(
    database,
    [
      { table: 'flow_link', column: 'at_ms', keptMs: linkUseMs },
      { table: 'flow', column: 'last_at_ms', keptMs: 0 },
    ],
    beforeMs,
  );
}
