import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../database/database.ts';
import type { DatabaseUrls } from '../databases.ts';
import { HomeIndex } from '../directory/home-index.ts';
import { keyPurposes } from '../foundation/key-purposes.ts';
import { deriveKey } from '../foundation/secrets.ts';
import { startLabStage } from '../lab/testing/lab-stage.ts';
import { createDatabaseUrl, startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import type { BackupDatabase } from './backup-format.ts';
import { inspectBackup } from './inspect-backup.ts';
import { type RestoreOptions, restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

const secretKey = 'ab'.repeat(32);
const labels = ['us', 'eu'] as const;
let from: Awaited<ReturnType<typeof startLabStage>>;
let tokens: { access_token: string; refresh_token: string };
/** Of all databases, as the admin API gives it. */
let file: Buffer;
let urls: DatabaseUrls;
const opened: Database[] = [];

async function newUrls(): Promise<DatabaseUrls> {
  const [directory, us, eu] = await Promise.all(
    (['directory', 'data-center', 'data-center'] as const).map((kind) => createDatabaseUrl(kind)),
  );
  return { directory, dataCenters: { us: us as string, eu: eu as string } };
}

function restorable({ directory, dataCenters }: DatabaseUrls): BackupDatabase[] {
  return [
    { label: 'directory', kind: 'directory', ownerConnection: { connectionString: directory as string } },
    ...labels.map((label) => {
      return {
        label,
        kind: 'data-center',
        ownerConnection: { connectionString: dataCenters[label] as string },
      } as const;
    }),
  ];
}

function open(label: string, of: DatabaseUrls): Database {
  const connectionString = (label === 'directory' ? of.directory : of.dataCenters[label]) as string;
  const database = new Database({ label, connection: { connectionString } });
  opened.push(database);
  return database;
}

async function restore(bytes: Buffer, to: DatabaseUrls, more: Partial<RestoreOptions> = {}) {
  const key = Buffer.from(secretKey, 'hex');
  return restoreBackup(Readable.from([bytes]), restorable(to), {
    ...{ replace: false, secretKey: key, nowMs: Date.UTC(2026, 0, 16), interrupted: new AbortController().signal },
    homeIndex: new HomeIndex(open('directory', to), deriveKey(key, keyPurposes.homeIndex)),
    ...more,
  });
}

async function download(platform: TestPlatform, query = ''): Promise<Response> {
  return fetch(`${platform.adminOrigin}/backup${query}`, {
    headers: { authorization: `Bearer ${platform.admin.adminToken}` },
  });
}

/** A few facts by which a lost or doubled row would show. */
async function countRows(label: string, of: DatabaseUrls): Promise<Record<string, unknown>> {
  const database = open(label, of);
  const [row] = await database.query(
    label === 'directory'
      ? { text: 'SELECT (SELECT count(*) FROM client) AS clients, (SELECT count(*) FROM home) AS homes' }
      : {
          text: `SELECT (SELECT count(*) FROM user_account) AS users, (SELECT count(*) FROM crm_record) AS records,
                   (SELECT count(*) FROM audit_entry) AS audited`,
        },
  );
  return row ?? {};
}

beforeAll(async () => {
  urls = await newUrls();
  from = await startLabStage({ dataCenters: labels, databaseUrls: urls, secretKey });
  await from.platform.addUser('eu', 'berta@eu.example');
  tokens = await from.exchange();
  const body = { data: [{ Last_Name: 'Kept', Company: 'Über "GmbH"\tand more' }] };
  expect((await from.call(tokens.access_token, 'Leads', body)).status).toBe(201);
  const answer = await download(from.platform);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/gzip']);
  file = Buffer.from(await answer.arrayBuffer());
});
afterAll(async () => {
  await from?.platform.stop();
  await Promise.all(opened.map((database) => database.close()));
});

test('a platform goes on with a backup of it: records, tokens, secrets, homes and the chain of the audit log', async () => {
  const to = await newUrls();
  const restored = await restore(file, to);
  expect(restored.map(({ database }) => database).toSorted()).toEqual(['directory', 'eu', 'us']);
  for (const label of ['directory', ...labels])
    expect(await countRows(label, to)).toEqual(await countRows(label, urls));

  const platform = await startTestPlatform({ dataCenters: labels, databaseUrls: to, secretKey });
  try {
    const { api = '' } = platform.topology.find('us')?.origins ?? {};
    const answer = await fetch(`${api}/crm/v8/Leads?fields=Last_Name,Company`, {
      headers: { authorization: `Zoho-oauthtoken ${tokens.access_token}` },
    });
    expect(await answer.json()).toMatchObject({ data: [{ Last_Name: 'Kept', Company: 'Über "GmbH"\tand more' }] });
    expect(await platform.admin.clients.secrets.tellNewest(from.self.client_id)).toEqual({
      us: from.self.client_secret,
    });
    expect(await platform.admin.homeIndex.find('berta@eu.example')).toBe('eu');
    // New rows do not clash with those that came back.
    await platform.addUser('us', 'carla@us.example');
    for (const id of labels) {
      expect(await platform.admin.dataCenters.get(id)?.audit.verify()).toMatchObject({ valid: true, faults: [] });
    }
  } finally {
    await platform.stop();
  }
});

test('one data centre alone comes back; the others and the directory stay as they are', async () => {
  const to = await newUrls();
  await restore(file, to);
  await open('eu', to).query({ text: "UPDATE user_account SET first_name = 'Changed'" });
  await open('us', to).query({ text: 'DELETE FROM crm_record' });
  const one = Buffer.from(await (await download(from.platform, '?dataCenter=us')).arrayBuffer());
  for (const bytes of [one, file]) {
    await expect(restore(bytes, to, { dataCenter: 'us' })).rejects.toThrow(
      /us database is in use already; with --replace/,
    );
    expect(await restore(bytes, to, { dataCenter: 'us', replace: true })).toMatchObject([{ database: 'us' }]);
  }
  expect(await countRows('us', to)).toMatchObject({ records: '1' });
  const [user] = await open('eu', to).query({ text: 'SELECT first_name AS name FROM user_account' });
  expect(user).toEqual({ name: 'Changed' });
  expect(await countRows('directory', to)).toEqual(await countRows('directory', urls));
});

test('a data centre does not come back where its clients are lost: the directory is empty, and stays so', async () => {
  const one = Buffer.from(await (await download(from.platform, '?dataCenter=us')).arrayBuffer());
  const missing = /^the directory, which has the clients, does not come back, and that of this platform is empty: /;
  const to = await newUrls();
  await expect(restore(one, to)).rejects.toThrow(missing);
  await expect(restore(file, to, { dataCenter: 'us' })).rejects.toThrow(/: restore the backup without --dc$/);
  expect(await countRows('us', to)).toMatchObject({ users: '0', records: '0' });
});

test('a backup tells what is in it, and which data centres its directory knows beside', async () => {
  const whole = await inspectBackup(Readable.from([file]));
  expect(whole.databases.map(({ database }) => database)).toEqual(['us', 'eu', 'directory']);
  const restored = await restore(file, await newUrls());
  expect(restored.map(({ database, rows }) => ({ database, rows }))).toEqual(whole.databases);
  expect([whole.head.known_data_centers, whole.leftOut]).toEqual([['eu', 'us'], []]);
  const some = await writeBackup(
    restorable(urls).filter(({ label }) => label !== 'eu'),
    { secretKey: Buffer.from(secretKey, 'hex'), nowMs: 0 },
  );
  expect((await inspectBackup(some)).leftOut).toEqual(['eu']);
});

test('addresses that another data centre has by now are told, and stay there', async () => {
  const to = await newUrls();
  await restore(file, to);
  const directory = open('directory', to);
  await directory.query({ text: "UPDATE home SET data_center = 'eu'" });
  expect(await restore(file, to, { dataCenter: 'us', replace: true })).toMatchObject([
    { database: 'us', displaced: ['anna@us.example'] },
  ]);
});

test('a backup of an earlier release is brought up to date; one of a later release is refused', async () => {
  const lines = gunzipSync(file).toString().split('\n');
  const head = JSON.parse(lines[0] as string) as { migrations: Record<string, string[]> };
  const later = { ...head.migrations, us: [...(head.migrations.us as string[]), '9999-of-tomorrow'] };
  const bytes = gzipSync([JSON.stringify({ ...head, migrations: later }), ...lines.slice(1)].join('\n'));
  const to = await newUrls();
  await expect(restore(bytes, to)).rejects.toThrow(/newer release \("9999-of-tomorrow"/);

  // As if the newest migrations had not been there when it was written: their tables are empty in this backup, but for what
  // was computed from others then, and the rows of `notice_origin` and `own_data_center`.
  const earlier = (head.migrations.eu as string[]).filter((name) => name < '0045');
  const text = [
    JSON.stringify({ ...head, migrations: { ...head.migrations, eu: earlier } }),
    ...lines.slice(1, -2).flatMap(withoutSlots),
  ];
  const sha256 = createHash('sha256')
    .update(`${text.join('\n')}\n`)
    .digest('hex');
  const older = gzipSync(`${text.join('\n')}\n${JSON.stringify({ sha256 })}\n`);
  await restore(older, to);
  const names = await open('eu', to).query<{ name: string }>({ text: 'SELECT name FROM migration ORDER BY name' });
  expect(names.map(({ name }) => name)).toEqual(head.migrations.eu);
  expect(await countRows('eu', to)).toEqual(await countRows('eu', urls));
});

/** The parts of a backup, a head and its rows each, as they were before the users of `eu` had slots; as text, which rounds no id. */
function withoutSlots(line: string, index: number, lines: readonly string[]): string[] {
  const head = (text = '') => (text.startsWith('{"database":"eu","table":"') ? text : '');
  if (
    [line, lines[index - 1]].some((each) => /"table":"(user_address|notice_origin|own_data_center)"/.test(head(each)))
  )
    return [];
  if (head(line) === '' || line.includes('"table":"crm_')) return [line];
  return [line.replace(/"columns":\[[^\]]*\]/, (columns) => columns.replace(/,"(name_)?slot"/, ''))];
}

test('nothing is restored while a platform runs over the databases, whichever its data directory is', async () => {
  const before = await countRows('us', urls);
  const running =
    /^a platform runs over the (us|directory) database: grantway, process \d+ on [^;]*, backend \d+ of PostgreSQL\. Stop it/;
  await expect(restore(file, urls, { replace: true })).rejects.toThrow(running);
  await expect(restore(file, urls, { replace: true, dataCenter: 'us' })).rejects.toThrow(/runs over the us database/);
  expect(await countRows('us', urls)).toEqual(before);
  // Its other data centres, and whoever else looks, are in nobody's way.
  const to = await newUrls();
  await restore(file, { ...to, directory: urls.directory }, { dataCenter: 'eu' });
  await open('us', to).query({ text: 'SELECT 1' });
  await restore(file, to, { replace: true });
});

test('what cannot be restored leaves everything as it was', async () => {
  const to = await newUrls();
  await restore(file, to);
  const before = await countRows('us', to);
  const text = gunzipSync(file).toString();
  const files: readonly (readonly [Buffer, RegExp])[] = [
    [
      file.subarray(0, file.length - 100),
      /^the file is damaged: it ends in the .* of "directory" or behind, too early$/,
    ],
    [gzipSync(text.replace('Kept', 'Gone')), /^the file is damaged: its check sum is not that of its content$/],
    [
      gzipSync(text.replace('"Kept', '"\\u0000')),
      /^the file is damaged: the rows of the table "crm_record" of "us" cannot be written .* error 22P05\)$/,
    ],
    [
      gzipSync(text.replace('"Kept', 'Kept')),
      /^the file is damaged: the rows of the table "crm_record" of "us" are not JSON as it was written$/,
    ],
    [
      gzipSync(text.replace('{"database":"eu","table"', '{"database":"eu";"table"')),
      /^the file is damaged: what comes behind the sequences of "us" is not JSON as it was written$/,
    ],
    [Buffer.from('hello'), /expected a file that "backup" wrote, got another/],
  ];
  for (const [bytes, message] of files) await expect(restore(bytes, to, { replace: true })).rejects.toThrow(message);
  await expect(restore(file, to, { replace: true, secretKey: Buffer.alloc(32) })).rejects.toThrow(/another secret key/);
  await expect(restore(file, to, { replace: true, dataCenter: 'jp' })).rejects.toThrow(
    /no data centre "jp"; it has us, eu/,
  );
  const stopped = AbortSignal.abort(new Error('the end was asked for'));
  await expect(restore(file, to, { replace: true, interrupted: stopped })).rejects.toThrow('the end was asked for');
  expect(await countRows('us', to)).toEqual(before);
});

test('an unknown data centre is refused by the admin API; the file names no secret key', async () => {
  const answer = await download(from.platform, '?dataCenter=jp');
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { error: { message: expect.stringMatching(/one of us, eu/) } },
  ]);
  const content = gunzipSync(file).toString();
  expect(content).not.toContain(secretKey);
  expect(content).not.toContain(from.self.client_secret);
  expect(content).not.toContain(tokens.access_token);
});
