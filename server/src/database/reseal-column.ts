import { seal, unseal } from '../foundation/sealed.ts';
import type { Queryable } from './database.ts';

/** A column of sealed values, each sealed for a purpose that the id of its row tells. */
export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
  readonly purposeOf: (id: string) => string;
}

/**
 * Seals what was sealed under `from` under `to`. None of the names comes from outside.
 * @throws Error naming the row that neither of them opens.
 */
export async function resealColumn(
  database: Queryable,
  { column, id, purposeOf, table }: SealedColumn,
  from: Buffer,
  to: Buffer,
): Promise<void> {
  const rows = await database.query<{ id: string; sealed: string }>({
    text: `SELECT ${id} AS id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
  });
  for (const row of rows) {
    const value = await unseal(from, purposeOf(row.id), row.sealed);
    if (value === undefined) throw new Error(`${table} ${row.id} was sealed under another secret key`);
    const values = [row.id, await seal(to, purposeOf(row.id), value)];
    await database.query({ text: `UPDATE ${table} SET ${column} = $2 WHERE ${id} = $1`, values });
  }
}
