import type { Database } from '../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../database/statement-queue.ts';
import { secretHash } from '../../foundation/secrets.ts';
import { isCredential } from '../../oauth/formats.ts';
import { rowsOf } from './credential-slot.ts';

/** Questions that may wait for one data centre; beyond that its share of the explanation is left out. */
const maxWaiting = 500;

/** Where a code or token was issued, and to whom. */
export interface KnownCredential {
  readonly dataCenter: string;
  readonly clientId: string;
}

/**
 * Finds out whether a code or token that one data centre does not know was issued by another one that this process
 * runs. Only for the event that explains a refusal: the answer on the wire is the same either way and never waits for
 * it, because one of the others may be away.
 */
export class CredentialFinder {
  readonly #queues: ReadonlyMap<string, StatementQueue<string, string | null>>;
  readonly #waiting = new Map<string, number>();

  constructor(databases: ReadonlyMap<string, Database>) {
    this.#queues = new Map(
      [...databases].map(([id, database]) => [
        id,
        createStatementQueue<string, string | null>({ run: (tokens) => clientsOf(database, tokens) }),
      ]),
    );
  }

  /**
   * The other data centre that knows the credential, with the client that it was given to, or undefined. Resolves as soon
   * as one does; never rejects.
   */
  async findElsewhere(credential: string, here: string): Promise<KnownCredential | undefined> {
    if (!isCredential(credential)) return undefined;
    const others = [...this.#queues].filter(([id]) => id !== here);
    const answers = others.map(async ([id, queue]) => {
      const clientId = await this.#ask(id, queue, credential);
      if (clientId === null) throw new Error('unknown there');
      return { dataCenter: id, clientId };
    });
    return Promise.any(answers).catch(() => undefined);
  }

  async #ask(id: string, queue: StatementQueue<string, string | null>, credential: string): Promise<string | null> {
    const waiting = this.#waiting.get(id) ?? 0;
    if (waiting >= maxWaiting) return null;
    this.#waiting.set(id, waiting + 1);
    try {
      return await queue.submit(credential);
    } finally {
      this.#waiting.set(id, (this.#waiting.get(id) ?? 1) - 1);
    }
  }
}

/** The client of each credential; null for those that are not known. */
async function clientsOf(database: Database, credentials: readonly string[]): Promise<(string | null)[]> {
  const hashes = credentials.map(secretHash);
  const rows = await database.query<{ hash: Buffer; client_id: string }>({
    name: 'clients-of-credentials',
    text: `SELECT token_hash AS hash, client_id FROM access_token WHERE token_hash = ANY ($1::bytea[])
           UNION ALL SELECT token_hash, client_id FROM refresh_token WHERE token_hash = ANY ($1::bytea[])
           UNION ALL SELECT n.token_hash, f.client_id FROM refresh_generation n
                       JOIN refresh_token f ON f.token_hash = n.family_hash AND f.slot = n.slot
                     WHERE n.token_hash = ANY ($1::bytea[])
           UNION ALL SELECT code_hash, client_id FROM authorization_code WHERE code_hash = ANY ($1::bytea[])`,
    values: [hashes],
  });
  return rowsOf(hashes, rows).map((row) => row?.client_id ?? null);
}
