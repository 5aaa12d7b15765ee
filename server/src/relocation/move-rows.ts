import { endSessionsOfClients } from '../accounts/store/session-clients.ts';
import { deleteRows, insertRows, type RowChoice, readRows, type TableShape, tablesOf } from '../database/content.ts';
import type { Queryable } from '../database/database.ts';
import type { MovingGroup } from './moving-group.ts';

const rowsOfChunk = 1_000;

/** What of the accounts tables goes with a user. What else is the user's ends: sessions, grants, tokens and passkeys by a cascade. */
const ofUsers: ReadonlySet<string> = new Set(['user_account', 'user_address', 'totp_secret', 'recovery_code']);
/** What stays behind and no cascade reaches: it is in other shards than its user. */
const endsWithUsers: ReadonlySet<string> = new Set(['outside_identity']);

/** How the rows of the group are found in a table; undefined where it has none. */
function choiceIn(
  { name, columns }: TableShape,
  group: MovingGroup,
  usersTables: ReadonlySet<string>,
): RowChoice | undefined {
  if (columns.includes('data_space')) return { column: 'data_space', values: group.dataSpaces };
  if (name.startsWith('crm_') && columns.includes('organization_id')) {
    return { column: 'organization_id', values: group.organizations.map(({ organizationId }) => organizationId) };
  }
  return usersTables.has(name) ? { column: 'user_id', values: group.userIds } : undefined;
}

interface ChosenTable {
  readonly shape: TableShape;
  readonly choice: RowChoice;
}

async function chosenTables(
  queryable: Queryable,
  group: MovingGroup,
  usersTables: ReadonlySet<string>,
): Promise<ChosenTable[]> {
  return (await tablesOf(queryable)).flatMap((shape) => {
    const choice = choiceIn(shape, group, usersTables);
    return choice ? [{ shape, choice }] : [];
  });
}

/**
 * Moves all rows of the group from one data centre to the other, in the caller's transactions. Ids stay: those of records and
 * organizations are unique over all data centres; numbers that a database gave by itself are given anew where nothing
 * points to them.
 * @returns how many rows moved.
 */
export async function moveRows(from: Queryable, to: Queryable, group: MovingGroup): Promise<number> {
  const tables = await chosenTables(from, group, ofUsers);
  const numbered = await numberedColumns(to);
  let moved = 0;
  for (const { shape, choice } of tables) {
    const { column: own, alone } = numbered.get(shape.name) ?? {};
    const columns = alone ? shape.columns.filter((column) => column !== own) : shape.columns;
    let rowsOfTable = 0;
    for await (const rows of readRows(from, shape, rowsOfChunk, choice)) {
      rowsOfTable += await insertRows(to, { name: shape.name, columns }, rows);
    }
    if (rowsOfTable > 0 && own !== undefined && !alone) await goPast(to, shape.name, own);
    moved += rowsOfTable;
  }
  await removeRows(from, group);
  return moved;
}

/** Deletes all rows of the group. */
export async function removeRows(queryable: Queryable, group: MovingGroup): Promise<void> {
  await endSessionsOfClients(queryable, group.userIds);
  const tables = await chosenTables(queryable, group, ofUsers.union(endsWithUsers));
  for (const { shape, choice } of tables.toReversed()) await deleteRows(queryable, shape.name, choice);
}

/** Columns whose values the database gives by itself; `alone`: it is the whole key, so that nothing else tells rows apart. */
async function numberedColumns(queryable: Queryable): Promise<Map<string, { column: string; alone: boolean }>> {
  const rows = await queryable.query<{ name: string; column: string; alone: boolean }>({
    text: `SELECT c.relname AS name, a.attname AS column, i.indnatts = 1 AND i.indkey[0] = a.attnum AS alone
           FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attidentity <> ''
             JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
           WHERE c.relnamespace = current_schema()::regnamespace`,
  });
  return new Map(rows.map(({ name, ...rest }) => [name, rest]));
}

/** The next number that the database gives is later than all that have come. */
async function goPast(queryable: Queryable, table: string, column: string): Promise<void> {
  await queryable.query({
    text: `SELECT setval(sequence, greatest(most, nextval(sequence)))
           FROM (SELECT pg_get_serial_sequence($1, $2)::regclass AS sequence, max("${column}") AS most FROM "${table}") AS m
           WHERE most IS NOT NULL`,
    values: [table, column],
  });
}
