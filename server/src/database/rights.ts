import { readFileSync } from 'node:fs';
import { UsableFailure } from '../foundation/failure.ts';
import type { Database } from './database.ts';
import { distributions } from './distribution.ts';
import type { DatabaseKind } from './migrate.ts';

/** What a process works on in a database: everything, or all but what belongs to the accounts server (docs/scale.md). */
export type DatabaseUse = 'all' | 'without accounts';

type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'USAGE';

const ownerOf: Readonly<Record<string, { readonly owner: string }>> = JSON.parse(
  readFileSync(new URL('table-owners.json', import.meta.url), 'utf8'),
);

const everyRight: readonly Right[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
/** Where a process needs fewer rights than every one, or others. */
const fewerRights: Readonly<Record<string, readonly Right[]>> = {
  audit_entry: ['SELECT', 'INSERT'],
  id_prefix: ['USAGE'],
  migration: ['SELECT'],
  notice_origin: ['SELECT', 'INSERT'],
  own_data_center: ['SELECT', 'INSERT'],
};

const ofDataCenter = Object.keys(distributions);
const ofDirectory = ['id_prefix', 'migration', ...Object.keys(ownerOf).filter((table) => !distributions[table])];
const isOfAccounts = (table: string) => /^(accounts|console)(\/|$)/.test(ownerOf[table]?.owner ?? '');

/** The rights that a process needs, by table or sequence. */
function rightsFor(kind: DatabaseKind, use: DatabaseUse): readonly (readonly [string, readonly Right[]])[] {
  if (kind === 'directory' && use === 'without accounts') {
    return [
      ['directory_fact', ['SELECT', 'INSERT', 'UPDATE']],
      ['migration', ['SELECT']],
    ];
  }
  const tables = kind === 'directory' ? ofDirectory : ofDataCenter;
  return tables
    .filter((table) => use === 'all' || !isOfAccounts(table))
    .map((table) => [table, fewerRights[table] ?? everyRight]);
}

interface Lack {
  readonly role: string;
  readonly database: string;
  readonly place: string;
  readonly rights: string;
}

const toldAtMost = 3;

/**
 * Asks, by one statement, whether the role of the connection has the rights that a process needs on the tables that are there.
 * @throws UsableFailure in one line that names the role, the database and what is missing.
 */
export async function checkRights(database: Database, kind: DatabaseKind, use: DatabaseUse): Promise<void> {
  const needed = rightsFor(kind, use).flatMap(([name, rights]) => rights.map((right) => [name, right] as const));
  const lacks = await database.query<Lack>({
    text: `SELECT current_user AS role, current_database() AS database, place, string_agg(wanted, ', ' ORDER BY number) AS rights
           FROM (SELECT needed.name AS place, wanted, number,
                   CASE relkind WHEN 'S' THEN has_sequence_privilege(c.oid, wanted) ELSE has_table_privilege(c.oid, wanted) END AS given
                 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS needed (name, wanted, number)
                 JOIN pg_class AS c ON c.relname = needed.name AND c.relnamespace = current_schema()::regnamespace
                 UNION ALL SELECT 'the schema public', 'USAGE', 0, current_schema() IS NOT NULL) AS asked
           WHERE NOT given GROUP BY place ORDER BY min(number)`,
    values: [needed.map(([name]) => name), needed.map(([, right]) => right)],
  });
  const [first] = lacks;
  if (first === undefined) return;
  const told = lacks.slice(0, toldAtMost).map(({ place, rights }) => `${rights} on ${place}`);
  const more = lacks.length - told.length;
  throw new UsableFailure(
    `the role "${first.role}" lacks rights in the database "${first.database}" of "${database.label}" that this process needs: ` +
      `${told.join('; ')}${more > 0 ? `; and on ${more} more` : ''}. Grant them as the owner of the tables`,
  );
}
