import type { Database, Queryable } from '../database/database.ts';
import { foldEmailAddress } from '../foundation/email-address.ts';
import { keyedHash } from '../foundation/secrets.ts';

/** Which data centre a sign-in name (an e-mail address, compared folded) lives in. The directory stores a keyed hash only and never learns the name. */
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

  /**
   * Where a name that nobody has is sent, so that it cannot be told from one that somebody has: always the same of the
   * data centres, chosen by keyed hash (rendezvous hashing: another data centre in the realm moves few names).
   */
  pseudoHome<Place extends { readonly id: string }>(name: string, dataCenters: readonly Place[]): Place | undefined {
    const folded = foldEmailAddress(name);
    const ranked = dataCenters.map((place) => {
      return { place, rank: keyedHash(this.#key, `pseudo home ${place.id} ${folded}`).toString('hex') };
    });
    return ranked.toSorted((a, b) => (a.rank < b.rank ? 1 : -1))[0]?.place;
  }

  /** Claims the name for a data centre. False when somebody has it, wherever. */
  async claim(name: string, dataCenterId: string, queryable: Queryable = this.#database): Promise<boolean> {
    const rows = await queryable.query({
      text: 'INSERT INTO home (name_hash, data_center) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING data_center',
      values: [this.#hash(name), dataCenterId],
    });
    return rows.length === 1;
  }

  /** Forgets all names. */
  async clear(): Promise<void> {
    await this.#database.query({ text: 'DELETE FROM home' });
  }

  /** Gives names of one data centre to another, which they live in from now on. */
  async move(names: readonly string[], from: string, to: string, transaction: Queryable): Promise<void> {
    await transaction.query({
      text: 'UPDATE home SET data_center = $3 WHERE name_hash = ANY ($1::bytea[]) AND data_center = $2',
      values: [names.map((name) => this.#hash(name)), from, to],
    });
  }

  /**
   * Makes the names of a data centre exactly these.
   * @returns those that another data centre has, and keeps.
   */
  async replace(dataCenterId: string, names: readonly string[], transaction: Queryable): Promise<string[]> {
    await transaction.query({ text: 'DELETE FROM home WHERE data_center = $1', values: [dataCenterId] });
    const rows = await transaction.query<{ hash: Buffer }>({
      text: `INSERT INTO home (name_hash, data_center) SELECT DISTINCT hash, $1 FROM unnest($2::bytea[]) AS n (hash)
             ON CONFLICT DO NOTHING RETURNING name_hash AS hash`,
      values: [dataCenterId, names.map((name) => this.#hash(name))],
    });
    const claimed = new Set(rows.map(({ hash }) => hash.toString('hex')));
    return names.filter((name) => !claimed.has(this.#hash(name).toString('hex')));
  }

  async release(name: string): Promise<void> {
    await this.#database.query({ text: 'DELETE FROM home WHERE name_hash = $1', values: [this.#hash(name)] });
  }

  /**
   * Gives a name that an earlier release folded in another way (`folded`) its entry under today's fold.
   * @returns false, and changes nothing, when somebody else has the name already.
   */
  async refold(folded: string, name: string, dataCenterId: string): Promise<boolean> {
    if (!(await this.claim(name, dataCenterId)) && (await this.find(name)) !== dataCenterId) return false;
    if (folded === foldEmailAddress(name)) return true;
    const values = [keyedHash(this.#key, folded)];
    await this.#database.query({ text: 'DELETE FROM home WHERE name_hash = $1', values });
    return true;
  }

  #hash(name: string): Buffer {
    return keyedHash(this.#key, foldEmailAddress(name));
  }
}
