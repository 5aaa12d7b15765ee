import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freshBasePort } from '../testing/base-port.ts';
import { type PlatformProcess, throwaway, Workshop } from '../testing/platform-process.ts';

test('the demo is made for a new directory only; a first start that failed leaves it new', async () => {
  await using shop = new Workshop();
  const dataDirectory = shop.folder('data');
  const common = { env: { GRANTWAY_SECRET_KEY: 'ab'.repeat(32) }, settings: throwaway };
  const basePort = freshBasePort();
  const holder = createServer().listen(basePort + 93, '127.0.0.1');
  const failed = await shop.begin({ ...common, dataDirectory, basePort, args: [] }).result;
  holder.close();
  expect([failed.code, JSON.parse(failed.stdout).error.message]).toEqual([
    1,
    expect.stringMatching(/^port \d+93 \(the sample app "tv"\) is in use; .* --base-port$/),
  ]);
  const first = await shop.start({ ...common, dataDirectory, args: [] });
  await expectSampleApps(first);
  expect(first.ready.demo?.users).toHaveLength(2);
  expect(Object.keys(first.ready.demo?.clients ?? {})).toHaveLength(5);
  await first.end('SIGTERM');

  // It can be told again at any time: by the next start, and by command.
  const later = await shop.start({ ...common, dataDirectory, args: [] });
  const { users, clients } = first.ready.demo ?? {};
  expect(later.ready.demo).toMatchObject({ users, clients });
  // Another base port: the demo's clients learn the new addresses.
  await expectSampleApps(later);
  const [portal] = Object.values(clients ?? {});
  const shown = await shop.run([
    'client',
    'show',
    '--client-id',
    portal?.client_id ?? '',
    '--json',
    '--data',
    dataDirectory,
  ]);
  expect(JSON.parse(shown.stdout).redirect_uris).toContain(`http://127.0.0.1:${later.basePort + 91}/callback`);
  const told = await shop.run(['demo', '--json', '--data', dataDirectory]);
  expect(JSON.parse(told.stdout)).toMatchObject({ clients, sampleApps: later.ready.demo?.sampleApps });
  const [user] = users ?? [];
  const table = await shop.run(['demo', '--data', dataDirectory]);
  expect(table.stdout).toContain(`us        ${user?.email}  ${user?.password}`);
  expect(table.stdout).toContain(clients?.server?.client_secret);
  await later.end('SIGTERM');

  const empty = shop.folder('empty');
  await (await shop.start({ ...common, dataDirectory: empty })).end('SIGTERM');
  const again = await shop.start({ ...common, dataDirectory: empty, args: [] });
  expect(again.ready.demo).toBeUndefined();
  await expect(fetch(`http://127.0.0.1:${again.basePort + 91}/`)).rejects.toThrow('fetch failed');
  const none = await shop.run(['demo', '--json', '--data', empty]);
  expect([none.code, JSON.parse(none.stdout).error.message]).toEqual([1, expect.stringContaining('has no demo')]);
  // Six starts, each with everything in it.
}, 180_000);

/** All sample apps accept, by both of their names. */
async function expectSampleApps({ ready, basePort }: PlatformProcess): Promise<void> {
  const { sampleApps = {} } = ready.demo ?? {};
  expect(sampleApps).toMatchObject({
    browser: `http://localhost:${basePort + 90}`,
    server: `http://localhost:${basePort + 91}`,
    mobile: `http://localhost:${basePort + 92}`,
    device: `http://localhost:${basePort + 93}`,
  });
  for (const origin of Object.values(sampleApps)) {
    const answers = await Promise.all([fetch(`${origin}/`), fetch(`${origin.replace('localhost', '127.0.0.1')}/`)]);
    expect([origin, ...answers.map(({ status }) => status)]).toEqual([origin, 200, 200]);
  }
}
