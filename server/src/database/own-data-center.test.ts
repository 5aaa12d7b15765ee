import { expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { createDatabaseUrl, startTestPlatform } from '../testing/test-platform.ts';
import { checkOwnDataCenter } from './own-data-center.ts';

const dataCenters = ['us', 'eu'];
const urls = await Promise.all([
  createDatabaseUrl('directory'),
  ...dataCenters.map(() => createDatabaseUrl('data-center')),
]);
const [directory = '', us = '', eu = ''] = urls;
const secretKey = 'cd'.repeat(32);

async function startAndStop(named: Record<string, string>): Promise<void> {
  const databaseUrls = { directory, dataCenters: named };
  const platform = await startTestPlatform({ dataCenters: Object.keys(named), databaseUrls, secretKey });
  await platform.stop();
}

test('a platform starts again over its databases, and over one of them alone', async () => {
  for (const named of [{ us, eu }, { us, eu }, { eu }]) await startAndStop(named);
});

test('databases that have changed places are refused, both ids named', async () => {
  await expect(startAndStop({ us: eu, eu: us })).rejects.toThrow(
    /^the database that is named for the data centre "us" is that of "eu": .*GRANTWAY_DC_US_URL/,
  );
  await startAndStop({ us, eu });
});

test('one database that is named in two ways for two data centres is refused', async () => {
  const fresh = await createDatabaseUrl('data-center');
  // Another spelling of the same address.
  const again = fresh.replace('host=%2F', 'host=%2F%2F');
  expect(again).not.toBe(fresh);
  await expect(startAndStop({ us: fresh, eu: again })).rejects.toThrow(
    /^the database that is named for the data centre "(us" is that of "eu|eu" is that of "us)"/,
  );
});

test('of processes that open a new database at the same time for two data centres one is refused', async () => {
  const database = await createTestDatabase('data-center');
  const opened = await Promise.allSettled(dataCenters.map((id) => checkOwnDataCenter(database, id)));
  expect(opened.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await database.close();
});
