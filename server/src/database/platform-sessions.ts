import { hostname } from 'node:os';
import type { Queryable } from './database.ts';

/**
 * How a running platform is known to others at its databases: by the name of the connection that hears of changes, which each of its
 * processes keeps open there for as long as it runs. Commands that only open the databases have none.
 */
const prefix = 'grantway, process ';

/** Gives the connection the name of a running platform's process. */
export async function nameSession(connection: {
  query(text: string, values: unknown[]): Promise<unknown>;
}): Promise<void> {
  const name = `${prefix}${process.pid} on ${hostname()}`;
  await connection.query(`SELECT set_config('application_name', $1, false)`, [name]);
}

/** The processes of running platforms that are connected to the database, in words for the operator. */
export async function listPlatformSessions(queryable: Queryable): Promise<string[]> {
  const rows = await queryable.query<{ name: string; address: string | null; pid: number }>({
    text: `SELECT application_name AS name, host(client_addr) AS address, pid FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, $1)
           ORDER BY name, pid`,
    values: [prefix],
  });
  return rows.map(
    ({ name, address, pid }) => `${name}${address === null ? '' : ` (${address})`}, backend ${pid} of PostgreSQL`,
  );
}
