import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { DatabaseCopies } from '../database/copies.ts';
import type { Database } from '../database/database.ts';
import { distributeTables } from '../database/distribute.ts';
import { startCluster } from '../database/embedded/cluster.ts';
import type { DatabaseKind } from '../database/migrate.ts';
import { type CitusNodes, citusNodes } from './citus-nodes.ts';

/** The PostgreSQL of a test run. */
export interface TestServer {
  /** To its databases, without the name of one. */
  readonly connection: ClientConfig;
  /** Where it is the coordinator of a Citus cluster, connections to the workers, likewise. */
  readonly workers: readonly ClientConfig[];
  /** All databases of the run begin with it. */
  readonly prefix: string;
  create(database: string, kind: DatabaseKind): Promise<void>;
  /** Where there are workers: spreads the tables of a data centre over them, and lets nobody in any more. */
  finishTemplate(database: Database, name: string): Promise<void>;
  /** Leaves nothing behind. */
  stop(): Promise<void>;
}

/** One that is started for the run, or the one that `GRANTWAY_TEST_POSTGRES_URL` names, as a role that may create databases. */
export async function openTestServer(url: string | undefined): Promise<TestServer> {
  return url ? useServer(url) : startServer();
}

async function startServer(): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'grantway-test-'));
  // Tests that prove durability start a PostgreSQL of their own; this one may trade it for speed.
  const cluster = await startCluster({ directory, settings: { fsync: 'off', full_page_writes: 'off' } });
  return {
    connection: cluster.connection(''),
    workers: [],
    prefix: '',
    create: (database) => cluster.ensureDatabase(database),
    finishTemplate: async () => {},
    stop: async () => {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function useServer(url: string): Promise<TestServer> {
  const copies = new DatabaseCopies({ connectionString: url });
  const { database: _, ...connection } = copies.connectionTo('');
  const nodes: CitusNodes | undefined = await citusNodes(copies);
  // Several runs may share the server.
  const prefix = `grantway_${randomBytes(4).toString('hex')}_`;
  return {
    connection,
    workers: nodes?.workers ?? [],
    prefix,
    create: (database, kind) => (nodes && kind === 'data-center' ? nodes.create(database) : copies.create(database)),
    finishTemplate: async (database, name) => {
      if (!nodes) return;
      await distributeTables(database);
      await nodes.close(name);
    },
    stop: async () => {
      for (const database of await copies.list(prefix)) await copies.drop(database);
      await nodes?.stop(prefix);
      await copies.close();
    },
  };
}
