import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { Database } from '../database/database.ts';
import { startCluster } from '../database/embedded/cluster.ts';
import { type DatabaseKind, migrate } from '../database/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection to the run's PostgreSQL, without a database. */
    postgres: ClientConfig;
  }
}

/** One real PostgreSQL for the whole test run; every test file makes its own databases in it from migrated templates. */
export default async function setup(project: { provide(key: 'postgres', value: ClientConfig): void }) {
  const directory = mkdtempSync(join(tmpdir(), 'grantway-test-'));
  // Tests that prove durability start a PostgreSQL of their own; this one may trade it for speed.
  const cluster = await startCluster({ directory, settings: { fsync: 'off', full_page_writes: 'off' } });
  const stop = async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    for (const kind of ['directory', 'data-center'] satisfies DatabaseKind[]) {
      const name = templateName(kind);
      await cluster.ensureDatabase(name);
      const database = new Database({ label: kind, connection: cluster.connection(name) });
      await migrate(database, kind, 0).finally(() => database.close());
    }
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('postgres', cluster.connection(''));
  return stop;
}

export function templateName(kind: DatabaseKind): string {
  return `template_${kind.replace('-', '_')}`;
}
