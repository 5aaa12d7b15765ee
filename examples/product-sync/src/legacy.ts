import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { equal, type Product } from './product.ts';

/** What both sides had when they were last equal. */
export interface Pair {
  readonly sku: string;
  readonly crmId: string;
  readonly agreed: Product;
}

/** A result of the sync, to be written with what goes with it. */
export interface Settled {
  readonly sku: string;
  /** Undefined when the CRM has the product no more. */
  readonly crmId: string | undefined;
  readonly product: Product | undefined;
  /** What the row was when it was merged; if it is another one by now, the row stays and the next round merges again. */
  readonly seen: Product | undefined;
}

interface Row {
  readonly sku: string;
  readonly title: string;
  readonly price_cents: number;
  readonly stock: number;
  readonly on_sale: number;
  readonly notes: string;
}

/** Triggers note each change, whoever makes it, so that none is missed while the sync does not run. */
const ownTables = `
  CREATE TABLE IF NOT EXISTS sync_change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, sku TEXT NOT NULL, changed_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS sync_pair (sku TEXT PRIMARY KEY, crm_id TEXT NOT NULL UNIQUE, agreed TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS sync_state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  ${(
    [
      ['INSERT', 'new'],
      ['UPDATE', 'new'],
      ['UPDATE', 'old'],
      ['DELETE', 'old'],
    ] as const
  )
    .map(
      ([event, row]) => `CREATE TRIGGER IF NOT EXISTS sync_${event.toLowerCase()}_${row} AFTER ${event} ON product
        BEGIN INSERT INTO sync_change (sku, changed_ms) VALUES (${row}.sku, CAST(unixepoch('subsec') * 1000 AS INTEGER)); END;`,
    )
    .join('\n')}
`;

/** The old database. It also keeps what the sync knows, so that a row and what is known of it change in one transaction. */
export class Legacy {
  readonly #database: DatabaseSync;

  /** Opens the database; where there is none, makes it with the data that come with this sample. */
  constructor(path: string) {
    if (!existsSync(path)) makeDatabase(path);
    this.#database = new DatabaseSync(path);
    this.#database.exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL');
    this.#database.exec(ownTables);
  }

  close(): void {
    this.#database.close();
  }

  find(sku: string): Product | undefined {
    const row = this.#get<Row>('SELECT * FROM product WHERE sku = ?', sku);
    return row && productOf(row);
  }

  skus(): string[] {
    return this.#all<{ sku: string }>('SELECT sku FROM product').map(({ sku }) => sku);
  }

  /** Number of the newest change that was noted. */
  newestChange(): number {
    return Number(this.#get<{ newest: number | null }>('SELECT max(sequence) AS newest FROM sync_change')?.newest ?? 0);
  }

  /** When each of the products with noted changes was changed last. */
  changes(): Map<string, number> {
    const rows = this.#all<{ sku: string; at: number }>(
      'SELECT sku, max(changed_ms) AS at FROM sync_change GROUP BY sku',
    );
    return new Map(rows.map(({ sku, at }) => [sku, at]));
  }

  /** Has the next round look at a product again, if it would not anyway. */
  note(sku: string, changedMs: number): void {
    const text =
      'INSERT INTO sync_change (sku, changed_ms) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sync_change WHERE sku = ?)';
    this.#run(text, sku, changedMs, sku);
  }

  pair(sku: string): Pair | undefined {
    return toPair(this.#get('SELECT * FROM sync_pair WHERE sku = ?', sku));
  }

  pairOfCrm(crmId: string): Pair | undefined {
    return toPair(this.#get('SELECT * FROM sync_pair WHERE crm_id = ?', crmId));
  }

  state(name: string): string | undefined {
    return this.#get<{ value: string }>('SELECT value FROM sync_state WHERE name = ?', name)?.value;
  }

  setState(name: string, value: string): void {
    this.#run('INSERT OR REPLACE INTO sync_state (name, value) VALUES (?, ?)', name, value);
  }

  /**
   * Writes results, all or none: the row, the pair, and that the changes up to this number are done with.
   * @returns How many rows were changed.
   */
  settle(results: readonly Settled[], upToChange: number): number {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const changed = results.filter((result) => this.#settleOne(result, upToChange)).length;
      this.#database.exec('COMMIT');
      return changed;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #settleOne({ sku, crmId, product, seen }: Settled, upToChange: number): boolean {
    const now = this.find(sku);
    if (!equal(now, seen)) return false;
    const changes = !equal(now, product);
    if (!product) {
      this.#run('DELETE FROM product WHERE sku = ?', sku);
      this.#run('DELETE FROM sync_pair WHERE sku = ?', sku);
    } else {
      if (changes) this.#write(sku, product);
      if (crmId !== undefined) {
        this.#run('DELETE FROM sync_pair WHERE sku = ? OR crm_id = ?', sku, crmId);
        const agreed = JSON.stringify(product);
        this.#run('INSERT INTO sync_pair (sku, crm_id, agreed) VALUES (?, ?, ?)', sku, crmId, agreed);
      }
    }
    // The change that was just made is the sync's own.
    const ownChange = changes ? this.newestChange() : upToChange;
    this.#run('DELETE FROM sync_change WHERE sku = ? AND sequence <= ?', sku, Math.max(ownChange, upToChange));
    return changes;
  }

  #write(sku: string, { name, priceCents, stock, active, description }: Product): void {
    const text = `INSERT INTO product (sku, title, price_cents, stock, on_sale, notes) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (sku) DO UPDATE SET title = excluded.title, price_cents = excluded.price_cents,
        stock = excluded.stock, on_sale = excluded.on_sale, notes = excluded.notes`;
    this.#run(text, sku, name, priceCents, stock, active ? 1 : 0, description);
  }

  #get<T>(text: string, ...values: (string | number)[]): T | undefined {
    return this.#database.prepare(text).get(...values) as T | undefined;
  }

  #all<T>(text: string): T[] {
    return this.#database.prepare(text).all() as T[];
  }

  #run(text: string, ...values: (string | number)[]): void {
    this.#database.prepare(text).run(...values);
  }
}

/** Made beside its place and moved there, so that a process that was killed leaves no half of it. */
function makeDatabase(path: string): void {
  const unfinished = `${path}.${process.pid}`;
  const database = new DatabaseSync(unfinished);
  database.exec(readFileSync(join(import.meta.dirname, '..', 'legacy.sql'), 'utf8'));
  database.close();
  if (existsSync(path)) rmSync(unfinished);
  else renameSync(unfinished, path);
}

function productOf({ title, price_cents, stock, on_sale, notes }: Row): Product {
  return { name: title, priceCents: price_cents, stock, active: on_sale !== 0, description: notes };
}

function toPair(row: { sku: string; crm_id: string; agreed: string } | undefined): Pair | undefined {
  return row && { sku: row.sku, crmId: row.crm_id, agreed: JSON.parse(row.agreed) as Product };
}
