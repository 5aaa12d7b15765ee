import type { Database } from '../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../database/statement-queue.ts';
import { secretHash } from '../../foundation/secrets.ts';

/** Questions that may wait for one data centre; beyond that its share of the explanation is left out. */
const maxWaiting = 500;

/**
 * Finds out whether a code or token that one data centre does not know was issued by another one that this process
 * runs. Only for the event that explains a refusal: the answer on the wire is the same either way and never waits for
 * it, because one of the others may be away.
 */
export class CredentialFinder {
  readonly #queues: ReadonlyMap<string, StatementQueue<string, boolean>>;
  readonly #waiting = new Map<string, number>();

  constructor(databases: ReadonlyMap<string, Database>) {
    this.#queues = new Map(
      [...databases].map(([id, database]) => [
        id,
        createStatementQueue<string, boolean>({ run: (tokens) => areKnown(database, tokens) }),
      ]),
    );
  }

  /** The id of the other data centre that knows the credential, or undefined. Resolves as soon as one does; never rejects. */
  async findElsewhere(credential: string, here: string): Promise<string | undefined> {
    const others = [...this.#queues].filter(([id]) => id !== here);
    const answers = others.map(async ([id, queue]) => {
      if (!(await this.#ask(id, queue, credential))) throw new Error('unknown there');
      return id;
    });
    return Promise.any(answers).catch(() => undefined);
  }

  async #ask(id: string, queue: StatementQueue<string, boolean>, credential: string): Promise<boolean> {
    const waiting = this.#waiting.get(id) ?? 0;
    if (waiting >= maxWaiting) return false;
    this.#waiting.set(id, waiting + 1);
    try {
      return await queue.submit(credential);
    } finally {
      this.#waiting.set(id, (this.#waiting.get(id) ?? 1) - 1);
    }
  }
}

async function areKnown(database: Database, credentials: readonly string[]): Promise<boolean[]> {
  const rows = await database.query<{ known: boolean }>({
    name: 'credentials-known',
    text: `SELECT EXISTS (SELECT 1 FROM access_token a WHERE a.token_hash = q.hash)
               OR EXISTS (SELECT 1 FROM refresh_token r WHERE r.token_hash = q.hash)
               OR EXISTS (SELECT 1 FROM refresh_generation n WHERE n.token_hash = q.hash)
               OR EXISTS (SELECT 1 FROM authorization_code c WHERE c.code_hash = q.hash) AS known
           FROM unnest($1::bytea[]) WITH ORDINALITY AS q(hash, position) ORDER BY q.position`,
    values: [credentials.map(secretHash)],
  });
  return rows.map((row) => row.known);
}
