import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import type { Database } from './database.ts';
import { aheadColumns, latestMoment } from './latest-moment.ts';

let dataCenter: Database;
let directory: Database;
beforeAll(async () => {
  dataCenter = await createTestDatabase('data-center');
  directory = await createTestDatabase('directory');
});
afterAll(() => Promise.all([dataCenter.close(), directory.close()]));

/** A moment that is past when it is written. A new column must be put here, or among those that may lie ahead. */
const pastColumns = [
  ...['created_at_ms', 'updated_at_ms', 'modified_at_ms', 'used_at_ms', 'last_used_at_ms', 'confirmed_at_ms'],
  ...[
    'at_ms',
    'ended_at_ms',
    'evicted_at_ms',
    'deleted_at_ms',
    'converted_at_ms',
    'shared_at_ms',
    'purged_at_ms',
    'locked_at_ms',
    'polled_at_ms',
    'replaced_at_ms',
    'started_at_ms',
    'last_at_ms',
    'email_verified_at_ms',
    'linked_at_ms',
    'revoked_at_ms',
    'evicted_at_ms',
    'sent_at_ms',
  ],
  ...['secret_created_at_ms', 'secret_used_at_ms', 'former_created_at_ms', 'former_used_at_ms'],
];

test('of every column with a moment it is known whether the moment may lie ahead', async () => {
  const names = await Promise.all(
    [dataCenter, directory].map((database) =>
      database.query<{ column_name: string }>({
        text: `SELECT DISTINCT column_name FROM information_schema.columns
               WHERE table_schema = current_schema() AND column_name ~ '(^|_)at_ms$' AND table_name <> 'migration'`,
      }),
    ),
  );
  const unknown = names
    .flat()
    .filter(({ column_name }) => !aheadColumns.has(column_name) && !pastColumns.includes(column_name));
  expect(unknown).toEqual([]);
});

test('the latest moment of all tables, but none that lies ahead', async () => {
  expect(await latestMoment(dataCenter, 5_000)).toBeNull();
  await dataCenter.query({
    text: `INSERT INTO protocol_event (at_ms, kind, outcome, detail) VALUES (1000, 'api', 'Success', '{}'), (9000, 'api', 'Success', '{}')`,
  });
  await dataCenter.query({ text: `INSERT INTO used_hop (nonce, expires_at_ms) VALUES ('\\x01', 4000)` });
  expect(await latestMoment(dataCenter, 5_000)).toBe(1000);
});
