import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOn } from './testing/commands.ts';
import { throwaway, Workshop } from './testing/platform-process.ts';

/** `backup`, `restore` and `migrate` as an operator runs them, with two data centres of which one is not there by default. */
const shop = new Workshop();
const home = shop.folder('platform');
const secretKey = () => readFileSync(join(home, 'secret-key'), 'utf8').trim();
const start = (dataDirectory: string, dataCenters: string) =>
  shop.start({ dataDirectory, dataCenters, settings: throwaway });
const on = (dataDirectory: string) => commandsOn(shop, () => dataDirectory);
const { run, json, failure } = on(home);
const files = { running: shop.folder('running.gz'), us: shop.folder('us.gz'), stopped: shop.folder('stopped.gz') };

interface Written {
  readonly file: string;
  readonly bytes: number;
  readonly databases: readonly { readonly database: string; readonly rows: number }[];
  readonly left_out: readonly string[];
}
const namesIn = ({ databases }: Pick<Written, 'databases'>) => databases.map(({ database }) => database).toSorted();

beforeAll(async () => {
  const platform = await start(home, 'us,jp');
  for (const dc of ['us', 'jp']) {
    await json(`user create --dc ${dc} --email a@${dc}.example --last-name A --password`, 'correct horse');
  }
  await json('client create --dc us --owner a@us.example --type self --name Kept');
  expect(namesIn(await json(`backup --out ${files.running}`))).toEqual(['directory', 'jp', 'us']);
  expect(namesIn(await json(`backup --dc us --out ${files.us}`))).toEqual(['us']);
  await platform.end('SIGTERM');
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('of a platform that is stopped', () => {
  test('a backup has the data centres that it was started with, and says so', async () => {
    const written: Written = await json(`backup --out ${files.stopped}`);
    expect({ ...written, file: '', bytes: 0 }).toMatchObject({ left_out: [] });
    expect(namesIn(written)).toEqual(['directory', 'jp', 'us']);
    for (const { rows } of written.databases) expect(rows).toBeGreaterThan(0);
    const { stdout } = await run(`backup --out ${files.stopped}`);
    expect(stdout).toMatch(/^file {3}.*\nbytes {2}\d+\njp: \d+ rows\nus: \d+ rows\ndirectory: \d+ rows\n$/);
  });

  test('what --data-centers leaves out is told; what never was is refused and not made', async () => {
    const file = shop.folder('some.gz');
    const written: Written = await json(`backup --data-centers us --out ${file}`);
    expect([namesIn(written), written.left_out]).toEqual([['directory', 'us'], ['jp']]);
    expect((await run(`backup --data-centers us --out ${file}`)).stdout).toMatch(/^not in the backup: jp, /m);
    const { message } = await failure(1, `backup --data-centers us,eu --out ${file}`);
    expect(message).toMatch(/^the database of the data centre "eu" is not in the data directory: .*GRANTWAY_DC_EU_URL/);
    expect(namesIn(await json(`backup --out ${file}`))).toEqual(['directory', 'jp', 'us']);
  });

  test('migrate brings the same up to date', async () => {
    expect(await json('migrate')).toEqual({ migrated: ['directory', 'jp', 'us'] });
    expect(await json('migrate --data-centers us')).toEqual({ migrated: ['directory', 'us'] });
  });

  test('a directory that no platform was started with has nothing to back up', async () => {
    const empty = shop.folder('empty');
    mkdirSync(empty);
    expect((await on(empty).failure(1, `backup --out ${shop.folder('no.gz')}`)).message).toMatch(
      /^there is no secret key/,
    );
    copyFileSync(join(home, 'secret-key'), join(empty, 'secret-key'));
    const { message } = await on(empty).failure(1, `backup --out ${shop.folder('no.gz')}`);
    expect(message).toMatch(/^the database of the directory is not in the data directory: .*GRANTWAY_DIRECTORY_URL/);
    expect(existsSync(shop.folder('no.gz'))).toBe(false);
  });
});

describe('--out', () => {
  test('a folder, and a file in a folder that is not there, are refused before anything is done', async () => {
    const folder = shop.folder('a folder');
    mkdirSync(folder);
    expect((await failure(1, 'backup --out', folder)).message).toBe(`--out: expected a file, "${folder}" is a folder`);
    const nowhere = join(folder, 'none', 'x.gz');
    expect((await failure(1, 'backup --out', nowhere)).message).toBe(
      `--out: expected a file in a folder that is there, got "${nowhere}"`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a restore into a new data directory', () => {
  const env = () => ({ GRANTWAY_SECRET_KEY: secretKey() });
  const damaged = shop.folder('damaged.gz');

  test('that is refused makes nothing', async () => {
    const whole = readFileSync(files.running);
    writeFileSync(damaged, whole.subarray(0, whole.length - 100));
    const to = shop.folder('refused');
    const other = { GRANTWAY_SECRET_KEY: 'ab'.repeat(32) };
    const noDirectory =
      /^the directory, which has the clients, does not come back, and that of this platform is empty: /;
    const refusals: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
      [[files.running], {}, /^there is no secret key: expected it in GRANTWAY_SECRET_KEY, or in the file .*secret-key/],
      [[files.running], other, /^the backup is of a platform with another secret key/],
      [[damaged], env(), /^the file is damaged: it ends in /],
      [[files.us], env(), noDirectory],
      [[files.running, '--dc', 'us'], env(), noDirectory],
      [[files.running, '--dc', 'cn'], env(), /no data centre "cn"; it has us, jp$/],
      [[files.running, '--data-centers', 'us'], env(), /^the backup has jp, which --data-centers leaves out/],
    ];
    for (const [args, environment, message] of refusals) {
      const { code, stdout, stderr } = await shop.run(['restore', ...args, '--data', to], { env: environment });
      expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^grantway: .*\n$/)]);
      expect(stderr.slice('grantway: '.length).trimEnd()).toMatch(message);
      expect(existsSync(to), stderr).toBe(false);
    }
  });

  test('that is refused by a database leaves what was there', async () => {
    const [head, ...lines] = gunzipSync(readFileSync(files.running)).toString().trimEnd().split('\n').slice(0, -1);
    const { migrations, ...rest } = JSON.parse(head as string);
    const later = { ...rest, migrations: { ...migrations, us: [...migrations.us, '9999-of-tomorrow'] } };
    const text = [JSON.stringify(later), ...lines, ''].join('\n');
    const sha256 = createHash('sha256').update(text).digest('hex');
    const newer = shop.folder('newer.gz');
    writeFileSync(newer, gzipSync(`${text}${JSON.stringify({ sha256 })}\n`));

    const withKey = shop.folder('with-key');
    mkdirSync(withKey);
    copyFileSync(join(home, 'secret-key'), join(withKey, 'secret-key'));
    for (const to of [withKey, shop.folder('without')]) {
      const { code, stderr } = await shop.run(['restore', newer, '--data', to], { env: env() });
      expect([code, stderr]).toEqual([1, expect.stringMatching(/newer release \("9999-of-tomorrow"/)]);
    }
    expect(readdirSync(withKey)).toEqual(['secret-key']);
    expect(existsSync(shop.folder('without'))).toBe(false);
  });

  test('brings back all of it, without --data-centers; then one data centre comes back too', async () => {
    const to = shop.folder('restored');
    mkdirSync(to);
    copyFileSync(join(home, 'secret-key'), join(to, 'secret-key'));
    const there = on(to);
    const restored = await there.json(`restore ${files.running}`);
    expect(restored.restored.map(({ database }: { database: string }) => database)).toEqual(['us', 'jp', 'directory']);
    expect((await there.failure(1, `restore ${files.us}`)).message).toMatch(/^the us database is in use already; /);
    expect(await there.json(`restore ${files.us} --replace`)).toMatchObject({ restored: [{ database: 'us' }] });
    // Nobody has started it yet, and its backup has everything nevertheless.
    expect(namesIn(await there.json(`backup --out ${shop.folder('again.gz')}`))).toEqual(['directory', 'jp', 'us']);
    const platform = await start(to, 'us,jp');
    expect(await there.json('client list')).toMatchObject([{ name: 'Kept' }]);
    await platform.end('SIGTERM');
  });
});
