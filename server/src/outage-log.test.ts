import { afterAll, expect, test } from 'vitest';
import { startDatabaseProxy } from './testing/database-proxy.ts';
import { until, Workshop } from './testing/platform-process.ts';
import { createFromTemplate } from './testing/test-database.ts';
import { createDatabaseUrl } from './testing/test-platform.ts';

const shop = new Workshop();
afterAll(() => shop[Symbol.asyncDispose]());

test('of a database that is away the log tells in lines without a stack: nothing is wrong with the program', async () => {
  await using database = await startDatabaseProxy(await createFromTemplate('data-center'));
  const platform = await shop.start({
    dataDirectory: shop.folder('data'),
    env: { GRANTWAY_DIRECTORY_URL: await createDatabaseUrl('directory'), GRANTWAY_DC_US_URL: database.url },
  });
  const headers = { authorization: `Zoho-oauthtoken 1000.${'ab'.repeat(16)}.${'cd'.repeat(16)}` };
  const call = async () => {
    const { status } = await fetch(`${platform.ready.dataCenters.us?.api}/crm/v8/Leads?fields=Last_Name`, { headers });
    return status;
  };
  expect(await call()).toBe(401);
  await database.goDown();
  await until(async () => (await call()) === 503, 'it is away');
  await until(() => platform.logged().includes('"msg":"unavailable"'), 'it is said');
  await database.restore();
  await until(async () => (await call()) === 401, 'it is back', 30);
  const { code, stderr } = await platform.end('SIGTERM');
  expect(code).toBe(0);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find(({ msg }) => msg === 'unavailable')).toMatchObject({
    level: 40,
    err: { name: 'Unavailable', message: expect.stringContaining('the database of "us" does not answer') },
  });
  expect(lines.filter(({ level, err }) => level >= 50 || err?.stack !== undefined)).toEqual([]);
});
