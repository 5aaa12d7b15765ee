import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { Database } from './database.ts';
import type { DatabaseKind } from './migrate.ts';
import { checkRights } from './rights.ts';

const role = `grantway_rights_${randomBytes(6).toString('hex')}`;
const owners = {
  directory: await createTestDatabase('directory'),
  'data-center': await createTestDatabase('data-center', 'us'),
};
const asRole = (kind: DatabaseKind) =>
  new Database({
    label: owners[kind].label,
    connection: { ...owners[kind].connection, user: role, password: 'secret' },
    limits: { maxConnections: 1 },
  });
const databases = { directory: asRole('directory'), 'data-center': asRole('data-center') };

const inDataCenter = (text: string) => owners['data-center'].query({ text });

beforeAll(async () => {
  await owners.directory.query({ text: `CREATE ROLE ${role} LOGIN PASSWORD 'secret'` });
  for (const owner of Object.values(owners)) {
    await owner.query({ text: `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}` });
  }
});
afterAll(async () => {
  for (const database of Object.values(databases)) await database.close();
  for (const owner of Object.values(owners)) await owner.query({ text: `DROP OWNED BY ${role}` });
  await owners.directory.query({ text: `DROP ROLE ${role}` });
  for (const owner of Object.values(owners)) await owner.close();
});

test('one statement tells whether nothing is missing', async () => {
  const before = databases['data-center'].roundTrips;
  await checkRights(databases['data-center'], 'data-center', 'all');
  expect(databases['data-center'].roundTrips - before).toBe(1);
  await checkRights(databases.directory, 'directory', 'without accounts');
});

test('a right on a sequence counts as well', async () => {
  await expect(checkRights(databases.directory, 'directory', 'all')).rejects.toThrow(
    new RegExp(
      `^the role "${role}" lacks rights in the database "\\w+" of "directory" .*: USAGE on id_prefix\\. Grant`,
    ),
  );
  await owners.directory.query({ text: `GRANT USAGE ON SEQUENCE id_prefix TO ${role}` });
  await checkRights(databases.directory, 'directory', 'all');
});

test('what is missing is named, a few tables at most; rights that no process needs are not asked for', async () => {
  await inDataCenter(`REVOKE UPDATE, DELETE ON audit_entry FROM ${role}`);
  await inDataCenter(`REVOKE INSERT, UPDATE, DELETE ON migration FROM ${role}`);
  await checkRights(databases['data-center'], 'data-center', 'all');
  await inDataCenter(`REVOKE INSERT, DELETE ON crm_record FROM ${role}`);
  const check = () => checkRights(databases['data-center'], 'data-center', 'without accounts');
  await expect(check()).rejects.toThrow(/"us" that this process needs: INSERT, DELETE on crm_record\. Grant/);
  await inDataCenter(`REVOKE ALL ON crm_tag, crm_user, crm_watch, user_account FROM ${role}`);
  const every = 'SELECT, INSERT, UPDATE, DELETE';
  await expect(check()).rejects.toThrow(
    `INSERT, DELETE on crm_record; ${every} on crm_tag; ${every} on crm_user; and on 1 more. Grant`,
  );
  await expect(checkRights(databases['data-center'], 'data-center', 'all')).rejects.toThrow('and on 2 more.');
  await inDataCenter('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await expect(check()).rejects.toThrow(/needs: USAGE on the schema public\. Grant/);
});

test('a table that is not there yet is no matter of rights', async () => {
  const empty = await createTestDatabase('directory');
  await empty.query({ text: 'DROP TABLE device_poll' });
  await checkRights(empty, 'directory', 'all').finally(() => empty.close());
});
