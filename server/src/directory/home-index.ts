import type { Database, Queryable } from '../database/database.ts';
import { keyedHash } from '../foundation/secrets.ts';

/** Folds a sign-in name for comparison: surrounding blanks and case do not matter. */
export function foldSignInName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** Which data centre a sign-in name lives in. The directory stores a keyed hash only and never learns the name. */
export class HomeIndex {
  readonly #database: Database;
  readonly #key: Buffer;

  constructor(database: Database, key: Buffer) {
    this.#database = database;
    this.#key = key;
  }

  /** The id of the home data centre, or undefined when nobody has this name. */
  async find(name: string): Promise<string | undefined> {
    const [row] = await this.#database.query<{ data_center: string }>({
      name: 'home-find',
      text: 'SELECT data_center FROM home WHERE name_hash = $1',
      values: [this.#hash(name)],
    });
    return row?.data_center;
  }

  /** Claims the name for a data centre. False when somebody has it, wherever. */
  async claim(name: string, dataCenterId: string, queryable: Queryable = this.#database): Promise<boolean> {
    const rows = await queryable.query({
      text: 'INSERT INTO home (name_hash, data_center) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING data_center',
      values: [this.#hash(name), dataCenterId],
    });
    return rows.length === 1;
  }

  async release(name: string): Promise<void> {
    await this.#database.query({ text: 'DELETE FROM home WHERE name_hash = $1', values: [this.#hash(name)] });
  }

  #hash(name: string): Buffer {
    return keyedHash(this.#key, foldSignInName(name));
  }
}
