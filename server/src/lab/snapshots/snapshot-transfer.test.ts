import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLabStage } from '../testing/lab-stage.ts';

type Stage = Awaited<ReturnType<typeof startLabStage>>;
let from: Stage;
/** Another machine: other databases, another secret key. */
let to: Stage;
let file: Buffer;
let tokens: { access_token: string; refresh_token: string };
beforeAll(async () => {
  [from, to] = await Promise.all([
    startLabStage({ dataCenters: ['us', 'eu'] }),
    startLabStage({ dataCenters: ['us', 'eu'] }),
  ]);
  await from.platform.addUser('eu', 'berta@eu.example');
  tokens = await from.exchange();
  const body = { data: [{ Last_Name: 'Carried', Company: 'Über "GmbH"\tand more' }] };
  expect((await from.call(tokens.access_token, 'Leads', body)).status).toBe(201);
  // The first who asks for it makes the key.
  await fetch(`${from.accounts}/oauth/v2/keys`);
  await from.lab.clock.advance('10m');
  await from.lab.snapshots.save('carried');
  file = await buffer(await from.lab.transfer.export('carried'));
});
afterAll(() => Promise.all([from?.platform.stop(), to?.platform.stop()]));

const leads = async (stage: Stage) => {
  const answer = await stage.call(tokens.access_token, 'Leads?fields=Last_Name,Company');
  return answer.status === 200 ? ((await answer.json()) as { data: unknown[] }).data : answer.status;
};

test('a state goes on on another machine, under its secret key', async () => {
  expect(await leads(to)).toBe(401);
  expect(await to.lab.transfer.import(Readable.from([file]))).toMatchObject({ name: 'carried' });
  expect(to.lab.snapshots.list()).toMatchObject([{ name: 'carried', offset_ms: 600_000 }]);
  await to.lab.snapshots.restore('carried');
  expect(await leads(to)).toMatchObject([{ Last_Name: 'Carried', Company: 'Über "GmbH"\tand more' }]);
  expect(await to.lab.clock.show()).toMatchObject({ offset_ms: 600_000 });

  // Secrets can be told and used, users are found, new ones do not clash, ID tokens are signed.
  const { admin, dataCenters } = to.platform;
  expect(await admin.clients.secrets.tellNewest(from.self.client_id)).toEqual({ us: from.self.client_secret });
  expect(await admin.homeIndex.find('berta@eu.example')).toBe('eu');
  await to.platform.addUser('us', 'carla@us.example');
  const body = new URLSearchParams({
    ...{ client_id: from.self.client_id, client_secret: from.self.client_secret },
    ...{ grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
  });
  expect((await fetch(`${to.accounts}/oauth/v2/token`, { method: 'POST', body })).status).toBe(200);
  const keys = async (stage: Stage) => (await fetch(`${stage.accounts}/oauth/v2/keys`)).json();
  expect(await keys(to)).toEqual(await keys(from));
  expect(dataCenters.size).toBe(2);
  // Its audit log is another one, of which nothing was cut.
  expect(await dataCenters.get('us')?.audit.verify()).toMatchObject({ valid: true });

  // Any number of times, and under another name.
  await to.lab.transfer.import(Readable.from([file]), 'again');
  await to.lab.snapshots.restore('again');
  expect(await leads(to)).toMatchObject([{ Last_Name: 'Carried' }]);
});

test('a damaged file, another file and one of another release are refused in one line; nothing is left', async () => {
  const before = to.lab.snapshots.list().map(({ name }) => name);
  const text = gunzipSync(file).toString();
  const lines = text.trimEnd().split('\n');
  const head = JSON.parse(lines[0] ?? '{}');
  const changed = (edit: Record<string, unknown>) =>
    [JSON.stringify({ ...head, ...edit }), ...lines.slice(1)].join('\n');
  const files: readonly (readonly [string, Buffer, RegExp])[] = [
    ['empty', Buffer.alloc(0), /damaged/],
    ['text', Buffer.from('hello'), /lab snapshot export/],
    ['other gzip', gzipSync('hello\n'), /lab snapshot export/],
    ['other JSON', gzipSync('{"format":"other"}\n'), /lab snapshot export/],
    ['noise', randomBytes(5_000), /lab snapshot export/],
    ['cut short', file.subarray(0, file.length - 200), /damaged/],
    ['half', gzipSync(lines.slice(0, Math.floor(lines.length / 2)).join('\n')), /damaged/],
    ['changed', gzipSync(text.replace('Carried', 'Curried')), /damaged/],
    ['bytes changed', Buffer.concat([file.subarray(0, 3_000), randomBytes(50), file.subarray(3_050)]), /damaged/],
    ['other format', gzipSync(changed({ version: 9 })), /version 9.*reads version 2/],
    [
      'other tables',
      gzipSync(changed({ migrations: { ...head.migrations, us: ['0001'] }, release: '7.7.7' })),
      /7\.7\.7/,
    ],
    ['other data centres', gzipSync(changed({ migrations: { directory: [], jp: [] } })), /jp.*us,eu/],
  ];
  for (const [what, bytes, message] of files) {
    const error = await to.lab.transfer.import(Readable.from([bytes]), 'wrong').then(
      () => undefined,
      (refused: Error) => refused,
    );
    expect([what, error?.name, error?.message]).toEqual([what, 'AdminFailure', expect.stringMatching(message)]);
    expect(error?.message).not.toContain('\n');
  }
  await expect(to.lab.transfer.export('nowhere')).rejects.toThrow('no snapshot nowhere');
  expect(to.lab.snapshots.list().map(({ name }) => name)).toEqual(before);
  await to.lab.snapshots.settled();
  const kept = new Set(to.lab.snapshots.registry.list().flatMap(({ databases }) => Object.values(databases)));
  const [live] = await to.platform.admin.directory.query<{ name: string }>({
    text: 'SELECT current_database() AS name',
  });
  const rows = await to.platform.admin.directory.query<{ datname: string }>({
    text: 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    values: [`${live?.name}_lab_`],
  });
  // What is not of a snapshot is the copy that waits for the next restore.
  expect(rows.filter(({ datname }) => !kept.has(datname)).length).toBeLessThan(2);
});

test('a reset leaves the demo, and nothing else', async () => {
  const { lab, platform } = to;
  await lab.reset();
  expect(await lab.clock.show()).toMatchObject({ offset_ms: 0, speed: 1 });
  expect(await platform.admin.homeIndex.find('berta@eu.example')).toBeUndefined();
  expect(await platform.admin.homeIndex.find('robin.eu@demo.example')).toBe('eu');
  expect((await platform.admin.clients.list()).map(({ type }) => type).sort()).toEqual([
    'browser',
    'device',
    'mobile',
    'self',
    'server',
  ]);
  expect(platform.samples.list().length).toBeGreaterThan(0);
  const keys = (await (await fetch(`${to.accounts}/oauth/v2/keys`)).json()) as { keys: unknown[] };
  expect(keys.keys.length).toBeGreaterThan(0);
  // Twice is as good as once; snapshots stay.
  await lab.reset();
  expect(lab.snapshots.list().map(({ name }) => name)).toContain('carried');
  await lab.snapshots.restore('carried');
  expect(await leads(to)).toMatchObject([{ Last_Name: 'Carried' }]);
}, 120_000);
