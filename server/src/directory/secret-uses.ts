import type { Database } from '../database/database.ts';

/** A use of a client's secret is written down at most once in this time. */
const resolutionMs = 60_000;
const writeAfterMs = 1_000;
const mostKnown = 100_000;

interface Use {
  readonly clientId: string;
  readonly dataCenter: string;
  readonly hash: string;
  readonly atMs: number;
}

/**
 * When secrets were last used, for the owners who replace them. Whoever is authenticated does not wait for it: uses are
 * gathered in memory and written together, a little later; those that cannot be written are let go.
 */
export class SecretUses {
  readonly #database: Database;
  readonly #known = new Map<string, number>();
  #waiting: Use[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The secret with this hash was accepted. */
  note(clientId: string, dataCenter: string, secretHash: Buffer, nowMs: number): void {
    const hash = secretHash.toString('hex');
    const key = `${clientId} ${dataCenter} ${hash}`;
    const before = this.#known.get(key);
    if (before !== undefined && nowMs - before < resolutionMs) return;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, nowMs);
    this.#waiting.push({ clientId, dataCenter, hash, atMs: nowMs });
    this.#timer ??= setTimeout(() => void this.store(), writeAfterMs).unref();
  }

  /** What was noted before is written again at its next use. */
  forget(): void {
    this.#known.clear();
  }

  /** Writes what is waiting. */
  async store(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const uses = this.#waiting;
    this.#waiting = [];
    if (uses.length === 0) return;
    const written = this.#database.query({
      name: 'client-secret-uses',
      text: `WITH used AS MATERIALIZED (
               SELECT client_id, data_center, decode(hash, 'hex') AS hash, at_ms
               FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS u(client_id, data_center, hash, at_ms))
             UPDATE client_data_center d SET
               secret_used_at_ms = greatest(d.secret_used_at_ms, (SELECT max(at_ms) FROM used u
                 WHERE u.client_id = d.client_id AND u.data_center = d.data_center AND u.hash = d.secret_hash)),
               former_used_at_ms = greatest(d.former_used_at_ms, (SELECT max(at_ms) FROM used u
                 WHERE u.client_id = d.client_id AND u.data_center = d.data_center AND u.hash = d.former_hash))
             WHERE (d.client_id, d.data_center) IN (SELECT client_id, data_center FROM used)`,
      values: [
        uses.map(({ clientId }) => clientId),
        uses.map(({ dataCenter }) => dataCenter),
        uses.map(({ hash }) => hash),
        uses.map(({ atMs }) => atMs),
      ],
    });
    await written.catch(() => {});
  }
}
