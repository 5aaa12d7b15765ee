import type { ClientConfig } from 'pg';
import { Database } from '../database/database.ts';
import { type DatabaseKind, migrate } from '../database/migrate.ts';
import { openTestServer } from './test-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection to the run's PostgreSQL, without a database. */
    postgres: ClientConfig;
    /** To the workers of the cluster that it coordinates, if it does. */
    postgresWorkers: readonly ClientConfig[];
    /** All databases of the run begin with it. */
    databasePrefix: string;
  }
}

interface Project {
  provide(key: 'postgres', value: ClientConfig): void;
  provide(key: 'postgresWorkers', value: readonly ClientConfig[]): void;
  provide(key: 'databasePrefix', value: string): void;
}

/** One real PostgreSQL for the whole test run; every test file makes its own databases in it from migrated templates. */
export default async function setup(project: Project) {
  const server = await openTestServer(process.env.GRANTWAY_TEST_POSTGRES_URL);
  try {
    for (const kind of ['directory', 'data-center'] satisfies DatabaseKind[]) {
      const name = templateName(server.prefix, kind);
      await server.create(name, kind);
      const database = new Database({ label: kind, connection: { ...server.connection, database: name } });
      try {
        await migrate(database, kind, 0);
        if (kind === 'data-center') await server.finishTemplate(database, name);
      } finally {
        await database.close();
      }
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('postgres', server.connection);
  project.provide('postgresWorkers', server.workers);
  project.provide('databasePrefix', server.prefix);
  return () => server.stop();
}

export function templateName(prefix: string, kind: DatabaseKind): string {
  return `${prefix}template_${kind.replace('-', '_')}`;
}
