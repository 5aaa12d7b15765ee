import type { Database } from '../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../database/statement-queue.ts';
import { secretHash } from '../../foundation/secrets.ts';

/**
 * Finds out whether a code or token that one data centre does not know was issued by another one that this process
 * runs. Only for the event that explains a refusal: the answer on the wire is the same either way.
 */
export class CredentialFinder {
  readonly #queues: ReadonlyMap<string, StatementQueue<string, boolean>>;

  constructor(databases: ReadonlyMap<string, Database>) {
    this.#queues = new Map(
      [...databases].map(([id, database]) => [
        id,
        createStatementQueue<string, boolean>({ run: (tokens) => areKnown(database, tokens) }),
      ]),
    );
  }

  /** The id of the other data centre that knows the credential, or undefined. */
  async findElsewhere(credential: string, here: string): Promise<string | undefined> {
    const others = [...this.#queues].filter(([id]) => id !== here);
    const known = await Promise.all(others.map(([, queue]) => queue.submit(credential)));
    return others[known.indexOf(true)]?.[0];
  }
}

async function areKnown(database: Database, credentials: readonly string[]): Promise<boolean[]> {
  const rows = await database.query<{ known: boolean }>({
    name: 'credentials-known',
    text: `SELECT EXISTS (SELECT 1 FROM access_token a WHERE a.token_hash = q.hash)
               OR EXISTS (SELECT 1 FROM refresh_token r WHERE r.token_hash = q.hash)
               OR EXISTS (SELECT 1 FROM authorization_code c WHERE c.code_hash = q.hash) AS known
           FROM unnest($1::bytea[]) WITH ORDINALITY AS q(hash, position) ORDER BY q.position`,
    values: [credentials.map(secretHash)],
  });
  return rows.map((row) => row.known);
}
