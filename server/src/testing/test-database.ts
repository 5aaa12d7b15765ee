import { randomBytes } from 'node:crypto';
import pg, { type ClientConfig } from 'pg';
import { inject } from 'vitest';
import { Database } from '../database/database.ts';
import type { DatabaseKind } from '../database/migrate.ts';
import { templateName } from './global-setup.ts';

/** Where no outage is tested, a machine that is busy with many tests is none. */
export const patientLimits = { connectTimeoutSeconds: 60, statementTimeoutSeconds: 60, lockTimeoutSeconds: 60 };

/** Connection to a new database of the run's PostgreSQL, migrated or empty; the run's end deletes it. */
export async function createFromTemplate(kind: DatabaseKind | 'empty'): Promise<ClientConfig> {
  const postgres = inject('postgres');
  const prefix = inject('databasePrefix');
  const database = `${prefix}test_${randomBytes(6).toString('hex')}`;
  const template = kind === 'empty' ? 'template0' : templateName(prefix, kind);
  // A copy of a coordinator's database knows the workers, and asks their databases of the same name.
  const workers = kind === 'data-center' ? inject('postgresWorkers') : [];
  for (const node of [postgres, ...workers]) {
    const client = new pg.Client({ ...node, database: 'postgres' });
    await client.connect();
    try {
      await client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
    } finally {
      await client.end();
    }
  }
  return { ...postgres, database };
}

/** A new, migrated database, opened. The caller closes it. */
export async function createTestDatabase(kind: DatabaseKind, label: string = kind): Promise<Database> {
  return new Database({
    label,
    connection: await createFromTemplate(kind),
    limits: { ...patientLimits, maxConnections: 4 },
  });
}
