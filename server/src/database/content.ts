import type { Queryable } from './database.ts';

/** A table with what it needs to be written again. */
export interface TableShape {
  readonly name: string;
  /** Those that are not computed. */
  readonly columns: readonly string[];
  /** Tables that its rows point to. */
  readonly parents: readonly string[];
}

/** All rows of a small database, with the places of its sequences. */
export interface DatabaseContent {
  /** Rows as a JSON list, by table; in an order in which no row points to one that comes later. */
  readonly tables: readonly { readonly shape: TableShape; readonly rows: string; readonly mark: string }[];
  readonly sequences: readonly { readonly name: string; readonly value: string; readonly called: boolean }[];
}

/** What says which release the database is of: never written by hand. */
const unwritten = 'migration';

/**
 * The tables of the database, each after those that it points to.
 * @param partitioned with the one that has partitions, the audit log, which is never rewound.
 */
export async function tablesOf(database: Queryable, { partitioned = false } = {}): Promise<TableShape[]> {
  const rows = await database.query<TableShape>({
    text: `SELECT c.relname AS name,
             ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                   AND attgenerated = '' ORDER BY attnum) AS columns,
             ARRAY(SELECT DISTINCT confrelid::regclass::text FROM pg_constraint
                   WHERE conrelid = c.oid AND contype = 'f' AND confrelid <> c.oid) AS parents
           FROM pg_class AS c
           WHERE relkind = ANY($2) AND NOT relispartition AND relnamespace = current_schema()::regnamespace AND relname <> $1 ORDER BY relname`,
    values: [unwritten, partitioned ? ['r', 'p'] : ['r']],
  });
  const sorted: TableShape[] = [];
  const waiting = new Map(rows.map((shape) => [shape.name, shape]));
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ parents }) => !parents.some((parent) => waiting.has(parent)));
    if (ready.length === 0)
      throw new Error(`tables point to each other in a circle: ${[...waiting.keys()].join(', ')}`);
    for (const shape of ready) waiting.delete(shape.name);
    sorted.push(...ready);
  }
  return sorted;
}

/** How many bytes the rows of the database take. */
export async function contentBytes(database: Queryable): Promise<number> {
  const [row] = await database.query<{ bytes: string }>({
    text: `SELECT coalesce(sum(pg_relation_size(oid)), 0) AS bytes FROM pg_class
           WHERE relkind IN ('r', 't') AND (relnamespace = current_schema()::regnamespace OR relkind = 't'
             AND oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace))`,
  });
  return Number(row?.bytes ?? 0);
}

/** Reads all of it; for small databases. */
export async function readContent(database: Queryable): Promise<DatabaseContent> {
  const shapes = await tablesOf(database);
  const reads = shapes.map(
    ({ name, columns }) => `(SELECT json_agg(${rowAsJson(columns)})::text FROM ${quoted(name)})`,
  );
  const [row] = await database.query<{ tables: (string | null)[]; marks: (string | null)[] }>({
    text: `SELECT tables, ARRAY(SELECT md5(t) FROM unnest(tables) AS t) AS marks FROM (SELECT ARRAY[${reads.join(', ')}] AS tables) AS r`,
  });
  const sequences = await readSequences(database);
  const tables = shapes.map((shape, index) => ({
    shape,
    rows: row?.tables[index] ?? '[]',
    mark: row?.marks[index] ?? '',
  }));
  return { tables, sequences };
}

/** Where the sequences of the database stand. */
export function readSequences(database: Queryable): Promise<DatabaseContent['sequences'][number][]> {
  return database.query({
    text: `SELECT sequencename AS name, coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS called
           FROM pg_sequences WHERE schemaname = current_schema()`,
  });
}

export async function setSequences(transaction: Queryable, sequences: DatabaseContent['sequences']): Promise<void> {
  const places = sequences.map(
    ({ name, value, called }) => `setval('${quoted(name)}', ${BigInt(value)}, ${called === true})`,
  );
  if (places.length > 0) await transaction.query({ text: `SELECT ${places.join(', ')}` });
}

/**
 * The rows of a table, some at a time, each list as JSON; in a transaction, so that they are of one moment.
 * @param most rows of a list.
 * @param only those whose column has one of the values.
 */
export async function* readRows(
  transaction: Queryable,
  { name, columns }: Pick<TableShape, 'name' | 'columns'>,
  most: number,
  only?: RowChoice,
): AsyncGenerator<string> {
  const cursor = 'rows_of_table';
  await transaction.query({
    text: `DECLARE ${cursor} NO SCROLL CURSOR FOR
           SELECT ${rowAsJson(columns)}::text AS row FROM ${quoted(name)}${only ? where(only) : ''}`,
    ...(only && { values: [only.values] }),
  });
  for (;;) {
    const rows = await transaction.query<{ row: string }>({ text: `FETCH ${most} FROM ${cursor}` });
    if (rows.length > 0) yield `[${rows.map(({ row }) => row).join(',')}]`;
    if (rows.length < most) break;
  }
  await transaction.query({ text: `CLOSE ${cursor}` });
}

/** Deletes all rows. */
export async function clearTables(transaction: Queryable, shapes: readonly TableShape[]): Promise<void> {
  const deletions = shapes.toReversed().map(({ name }) => `DELETE FROM ${quoted(name)}`);
  if (deletions.length > 0) await transaction.query({ text: deletions.join('; ') });
}

/** Makes the content of the database the given one, in the caller's transaction. What is the same already is left alone. */
export async function writeContent(transaction: Queryable, content: DatabaseContent): Promise<void> {
  const now = new Map((await readContent(transaction)).tables.map(({ shape, mark }) => [shape.name, mark]));
  const changed = new Set<string>();
  // Rows go with those that they point to.
  for (const { shape, mark } of content.tables) {
    if (now.get(shape.name) !== mark || shape.parents.some((parent) => changed.has(parent))) changed.add(shape.name);
  }
  const tables = content.tables.filter(({ shape }) => changed.has(shape.name));
  await clearTables(
    transaction,
    tables.map(({ shape }) => shape),
  );
  for (const { shape, rows } of tables) {
    if (rows !== '[]') await insertRows(transaction, shape, rows);
  }
  await setSequences(transaction, content.sequences);
}

/** Writes rows as `readContent` gave them: a JSON list of objects. @returns how many. */
export async function insertRows(
  transaction: Queryable,
  { name, columns }: Pick<TableShape, 'name' | 'columns'>,
  rows: string,
): Promise<number> {
  const [row] = await transaction.query<{ count: number }>({
    text: `WITH written AS (INSERT INTO ${quoted(name)} (${list(columns)}) OVERRIDING SYSTEM VALUE
           SELECT ${list(columns)} FROM json_populate_recordset(NULL::${quoted(name)}, $1::json) RETURNING 1)
           SELECT count(*)::int AS count FROM written`,
    values: [rows],
  });
  return row?.count ?? 0;
}

/** Deletes the rows of a table that are chosen. @returns how many. */
export async function deleteRows(transaction: Queryable, name: string, only: RowChoice): Promise<number> {
  const [row] = await transaction.query<{ count: number }>({
    text: `WITH gone AS (DELETE FROM ${quoted(name)}${where(only)} RETURNING 1) SELECT count(*)::int AS count FROM gone`,
    values: [only.values],
  });
  return row?.count ?? 0;
}

/** Rows of a table by the value of a column that holds whole numbers. */
export interface RowChoice {
  readonly column: string;
  readonly values: readonly (string | number)[];
}

const where = ({ column }: RowChoice) => ` WHERE ${quoted(column)} = ANY ($1::bigint[])`;

/** A row as a JSON object. A whole row (`row_to_json`) comes from the shards of a cluster with its columns called f1, f2, … */
function rowAsJson(columns: readonly string[]): string {
  return `json_build_object(${columns.map((column) => `'${column}', ${quoted(column)}`).join(', ')})`;
}

function list(columns: readonly string[]): string {
  return columns.map(quoted).join(', ');
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
