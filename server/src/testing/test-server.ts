import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { DatabaseCopies } from '../database/copies.ts';
import { startCluster } from '../database/embedded/cluster.ts';

/** The PostgreSQL of a test run. */
export interface TestServer {
  /** To its databases, without the name of one. */
  readonly connection: ClientConfig;
  /** All databases of the run begin with it. */
  readonly prefix: string;
  create(database: string): Promise<void>;
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
    prefix: '',
    create: (database) => cluster.ensureDatabase(database),
    stop: async () => {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function useServer(url: string): Promise<TestServer> {
  const copies = new DatabaseCopies({ connectionString: url });
  const { database: _, ...connection } = copies.connectionTo('');
  // Several runs may share the server.
  const prefix = `grantway_${randomBytes(4).toString('hex')}_`;
  return {
    connection,
    prefix,
    create: (database) => copies.create(database),
    stop: async () => {
      for (const database of await copies.list(prefix)) await copies.drop(database);
      await copies.close();
    },
  };
}
