import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findUser } from '../accounts/users.ts';
import { rotateClientSecret } from '../admin/clients.ts';
import { administered, changeUser } from '../admin/users.ts';
import { systemRandom } from '../foundation/random.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { demoAccountsFile, loadDemoUsers, readDemoUsers } from './demo-accounts.ts';
import { describeDemo } from './describe-demo.ts';
import { seedDemo } from './seed-demo.ts';

let platform: TestPlatform;
const directory = mkdtempSync(join(tmpdir(), 'grantway-demo-'));

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu'] });
});
afterAll(async () => {
  await platform.stop();
  rmSync(directory, { recursive: true });
});

test('the demo can be told again as it is: accounts with passwords, clients with secrets', async () => {
  expect(await describeDemo(platform.admin, [])).toBeUndefined();
  const users = loadDemoUsers(directory, ['us', 'eu'], systemRandom);
  const seeded = await seedDemo(platform.admin, users);
  const found = users.map(({ dataCenter, email }) =>
    findUser(administered(platform.admin, dataCenter).database, { name: email }),
  );
  expect((await Promise.all(found)).map((user) => user?.operator)).toEqual([true, false, false, false]);
  expect(statSync(demoAccountsFile(directory)).mode & 0o777).toBe(0o600);

  const demo = await describeDemo(platform.admin, readDemoUsers(directory));
  expect(demo?.users).toEqual(
    users.map(({ dataCenter, email, password, profile }) => ({ data_center: dataCenter, email, password, profile })),
  );
  expect(Object.keys(demo?.clients ?? {})).toEqual(['server', 'browser', 'self', 'device', 'mobile']);
  for (const [type, { client_id, client_secret, secrets }] of Object.entries(demo?.clients ?? {})) {
    expect({ client_id, client_secret }).toEqual(seeded?.clients[type]);
    expect(Object.keys(secrets)).toContain('us');
  }
  expect(demo?.clients.server?.secrets).toEqual({
    us: demo?.clients.server?.client_secret,
    eu: demo?.clients.server?.client_secret,
  });
  // The file has the passwords and no secret; the database has neither.
  expect(readFileSync(demoAccountsFile(directory), 'utf8')).not.toContain(demo?.clients.self?.client_secret);

  // What has changed since is told as it is now.
  const [first] = users;
  await changeUser(platform.admin, 'us', first?.email ?? '', { password: 'another one', endTokens: false });
  const { client_id = '' } = demo?.clients.self ?? {};
  const { client_secret } = await rotateClientSecret(platform.admin, client_id, undefined);
  await platform.admin.clients.delete(demo?.clients.device?.client_id ?? '');
  const now = await describeDemo(platform.admin, readDemoUsers(directory));
  expect(now?.users.map(({ password }) => password)).toEqual([null, ...users.slice(1).map(({ password }) => password)]);
  expect(now?.clients.self).toEqual({ client_id, client_secret, secrets: { us: client_secret } });
  expect(now?.clients).not.toHaveProperty('device');
});
