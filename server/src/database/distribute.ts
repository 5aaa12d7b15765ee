import { UsableFailure } from '../foundation/failure.ts';
import { addAccountsForeignKeys, contractAccounts, dropAccountsForeignKeys } from './accounts-contraction.ts';
import type { Database, Queryable } from './database.ts';
import { distributionColumns, distributions } from './distribution.ts';

/**
 * Spreads the tables of a data centre over a Citus cluster, as `distribution.ts` says. What is spread already stays as it
 * is, so that a run which was cut short goes on.
 */

/** A table takes as long as it takes. */
const unlimited = { statementTimeoutSeconds: 0 };

interface Placed {
  readonly name: string;
  readonly place: 'shards' | 'everywhere';
}

/** @throws UsableFailure when the database has no Citus. */
export async function checkCitus(database: Database): Promise<void> {
  const [found] = await database.query<{ there: boolean }>({
    text: `SELECT to_regclass('pg_dist_partition') IS NOT NULL AS there`,
  });
  if (found?.there) return;
  throw new UsableFailure(
    `the database of "${database.label}" cannot be distributed: expected the extension citus in it ` +
      '(CREATE EXTENSION citus on the coordinator of a cluster), found none',
  );
}

/**
 * Distributes what is not distributed yet, a table a transaction.
 * @returns the names of the tables that were distributed now.
 * @throws UsableFailure without Citus, or when a table was distributed in another way than the one it has to be.
 */
export async function distributeTables(database: Database): Promise<string[]> {
  await checkCitus(database);
  const placed = await placedTables(database);
  const tables = Object.entries(distributions);
  const done: string[] = [];
  const run = async (name: string, text: string, values: readonly unknown[]) => {
    await database.transaction((transaction) => transaction.query({ text, values }), unlimited);
    done.push(name);
  };
  await database.query({ text: readRecordsOfShards });
  await distributeFunctions(database);
  for (const [name, distribution] of tables) {
    if (!('copies' in distribution) || isPlaced(database, placed, name, 'everywhere')) continue;
    await run(name, 'SELECT create_reference_table($1::text::regclass)', [name]);
  }
  for (const column of distributionColumns) {
    const group = tables.filter(([, place]) => 'by' in place && place.by === column).map(([name]) => name);
    const open = group.filter((name) => !isPlaced(database, placed, name, 'shards'));
    if (column === 'slot' && open.length > 0) await prepareAccounts(database);
    // Rows of one value are on one machine, whichever of the tables they are in: those that come go to those that are there.
    let together = group.find((name) => !open.includes(name));
    for (const name of open) {
      await run(name, 'SELECT create_distributed_table($1::text::regclass, $2::text, colocate_with => $3::text)', [
        name,
        column,
        together ?? 'none',
      ]);
      together ??= name;
    }
    if (column === 'slot') await database.transaction(addAccountsForeignKeys, unlimited);
  }
  return done;
}

/** Nothing of the release before is going to run here: what is there for it goes, and shards can be made. */
async function prepareAccounts(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await contractAccounts(transaction);
    await dropAccountsForeignKeys(transaction);
  }, unlimited);
}

/** Whether the table is spread over the machines of a cluster. */
export async function isSpread(queryable: Queryable, table: string): Promise<boolean> {
  const [known] = await queryable.query<{ known: boolean }>({
    text: `SELECT to_regclass('pg_dist_partition') IS NOT NULL AS known`,
  });
  if (!known?.known) return false;
  return (await placedTables(queryable)).some(({ name, place }) => name === table && place === 'shards');
}

async function placedTables(queryable: Queryable): Promise<Placed[]> {
  // A table that is known to Citus without being spread has the method n as well, and another kind of replication.
  return queryable.query<Placed>({
    text: `SELECT relname AS name, CASE partmethod WHEN 'n' THEN 'everywhere' ELSE 'shards' END AS place
           FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
           WHERE relnamespace = current_schema()::regnamespace AND (partmethod <> 'n' OR repmodel = 't')`,
  });
}

function isPlaced(database: Database, placed: readonly Placed[], name: string, place: Placed['place']): boolean {
  const found = placed.find((each) => each.name === name);
  if (!found || found.place === place) return found !== undefined;
  const words = { shards: 'spread over shards', everywhere: 'a reference table' };
  throw new UsableFailure(
    `the table ${name} of "${database.label}": expected it to be ${words[place]}, but it is ${words[found.place]}; ` +
      'call undistribute_table for it, then run this again',
  );
}

/**
 * Reads records by id, as on one server (migration 0017). A plan that is kept would ask all shards; one that is made for
 * the data spaces of a call asks theirs.
 */
const readRecordsOfShards = `
  CREATE OR REPLACE FUNCTION crm_read_records(data_spaces integer[], modules integer[], ids bigint[])
  RETURNS TABLE (place integer, record_id bigint, version integer, name text, owner_id bigint, created_by bigint,
                 created_at_ms bigint, modified_by bigint, modified_at_ms bigint, activity_at_ms bigint, converted boolean,
                 data jsonb)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
  BEGIN
    RETURN QUERY
      SELECT wanted.place::integer, r.record_id, r.version, r.name, r.owner_id, r.created_by, r.created_at_ms,
             r.modified_by, r.modified_at_ms, r.activity_at_ms, r.converted, r.data
      FROM unnest(data_spaces, modules, ids) WITH ORDINALITY AS wanted (data_space, module, record_id, place)
      JOIN crm_record AS r ON r.data_space = wanted.data_space AND r.module = wanted.module
                              AND r.record_id = wanted.record_id
      WHERE r.data_space = ANY (data_spaces);
  END $$`;

/** Statements call these functions where the rows are. */
async function distributeFunctions(database: Database): Promise<void> {
  await database.query({
    text: `SELECT create_distributed_function(oid::regprocedure) FROM pg_proc
           WHERE pronamespace = current_schema()::regnamespace AND proname ~ '^(crm|oauth)_'
             AND NOT EXISTS (SELECT FROM pg_dist_object AS known
                             WHERE known.classid = 'pg_proc'::regclass AND known.objid = pg_proc.oid)`,
  });
}
