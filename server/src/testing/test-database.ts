import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { Database } from '../database/database.ts';
import type { DatabaseKind } from '../database/migrate.ts';
import { templateName } from './global-setup.ts';

/** A new, migrated database of the run's PostgreSQL. The caller closes it; the run's end deletes it. */
export async function createTestDatabase(kind: DatabaseKind, label: string = kind): Promise<Database> {
  const postgres = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ ...postgres, database: 'postgres' });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName(kind)}`);
  } finally {
    await client.end();
  }
  return new Database({ label, connection: { ...postgres, database: name }, maxConnections: 4 });
}
