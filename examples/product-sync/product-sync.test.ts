import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSelfClientCode } from '../../server/src/admin/self-client-code.ts';
import { until } from '../../server/src/testing/platform-process.ts';
import { RunningClock } from '../../server/src/testing/running-clock.ts';
import { startTestPlatform, type TestPlatform } from '../../server/src/testing/test-platform.ts';
import { unlimited } from '../../server/src/testing/unlimited.ts';

/** The command as a person runs it, against a platform with access tokens that live for seconds. */
const owner = 'products@us.example';
const scope = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.notifications.ALL',
  'ZohoFiles.files.ALL',
].join(',');
const shipped = 111;
const more = 150;

let platform: TestPlatform;
let client: { client_id: string; client_secret: string };
let accounts: string;
let api: string;
let token: string;
let refreshToken: string;
const folder = mkdtempSync(join(tmpdir(), 'grantway-products-'));
const database = join(folder, 'legacy.sqlite');
const children = new Set<ChildProcess>();

const newCode = async () => {
  const request = { dataCenter: 'us', clientId: client.client_id, scope, minutes: 10, environment: 'production' };
  return (await createSelfClientCode(platform.admin, { ...request, organizationId: undefined, description: 'sync' }))
    .code;
};

beforeAll(async () => {
  platform = await startTestPlatform({
    clock: new RunningClock(),
    settings: { limits: unlimited, lifetimes: { accessTokenTtlSeconds: 24 } },
  });
  await platform.addUser('us', owner);
  client = (await platform.addClient({ owner, type: 'self' })) as typeof client;
  ({ accounts, api } = platform.topology.dataCenters[0]?.origins ?? { accounts: '', api: '' });
  const body = { grant_type: 'authorization_code', ...client, code: await newCode() };
  const answer = await post('/oauth/v2/token', body);
  ({ access_token: token, refresh_token: refreshToken } = answer);
});
afterAll(async () => {
  const ends = [...children].map((child) => once(child, 'close'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ends);
  await platform?.stop();
  rmSync(folder, { recursive: true });
});

async function post(path: string, { client_id, client_secret, ...more }: Record<string, string>) {
  const body = new URLSearchParams({ client_id: client_id ?? '', client_secret: client_secret ?? '', ...more });
  return (await fetch(accounts + path, { method: 'POST', body })).json() as Promise<{
    access_token: string;
    refresh_token: string;
  }>;
}

async function crm(method: string, path: string, body?: object) {
  const call = () => {
    const headers = { authorization: `Zoho-oauthtoken ${token}`, 'content-type': 'application/json' };
    return fetch(`${api}/crm/v8/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };
  let answer = await call();
  if (answer.status === 401) {
    const refresh = { grant_type: 'refresh_token', ...client, refresh_token: refreshToken };
    token = (await post('/oauth/v2/token', refresh)).access_token;
    answer = await call();
  }
  return answer.status === 204 ? { data: [] } : answer.json();
}

const columns = ['Legacy_SKU', 'Product_Name', 'Unit_Price', 'Qty_in_Stock', 'Product_Active', 'Description'];
const empty = ['', '', 0, 0, false, ''];

async function recordsOfCrm(): Promise<Record<string, string | number | boolean | null>[]> {
  const page = (number: number) => crm('GET', `Products?fields=${columns}&per_page=200&page=${number}`);
  return [...(await page(1)).data, ...(await page(2)).data];
}

/** Rows as `inLegacy` has them. */
async function inCrm() {
  const rows = (await recordsOfCrm()).map((record) => columns.map((name, index) => record[name] ?? empty[index] ?? ''));
  return rows.toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
}

function legacy<T>(text: string): T[] {
  const opened = new DatabaseSync(database);
  opened.exec('PRAGMA busy_timeout = 10000');
  try {
    return opened.prepare(text).all() as T[];
  } finally {
    opened.close();
  }
}

const inLegacy = () =>
  legacy<Record<string, string | number>>('SELECT * FROM product ORDER BY sku').map((row) => [
    row.sku,
    row.title,
    Number(row.price_cents) / 100,
    row.stock,
    row.on_sale === 1,
    row.notes,
  ]);

function start(code: string | undefined, ...args: string[]) {
  const env = { ...process.env, CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, ACCOUNTS: accounts };
  const main = join(import.meta.dirname, 'src', 'main.ts');
  const child = spawn(process.execPath, [main, '--database', database, ...args], {
    env: { ...env, ...(code && { CODE: code }) },
  });
  children.add(child);
  let output = '';
  const lines: ((line: string, count: number) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      const before = output.split('\n').length;
      output += text;
      for (const [index, line] of output
        .split('\n')
        .slice(before - 1, -1)
        .entries())
        for (const each of lines) each(line, before + index);
    });
  }
  const ended = once(child, 'close').then(() => {
    children.delete(child);
    return child.exitCode;
  });
  return { child, ended, output: () => output, onLine: (each: (typeof lines)[number]) => void lines.push(each) };
}

async function run(code?: string, ...args: string[]) {
  const command = start(code, ...args);
  const exit = await command.ended;
  return { exit, output: command.output() };
}

const idOf = async (sku: string) => (await recordsOfCrm()).find(({ Legacy_SKU }) => Legacy_SKU === sku)?.id;

test('says what is missing', async () => {
  const { exit, output } = await run();
  expect([exit, output]).toEqual([1, expect.stringContaining('expected CODE in the environment')]);
  expect((await run(undefined, '--conflicts', 'best')).output).toContain('expected newest, legacy, crm, got "best"');
});

test('killed at every step of the first run, then let go: both sides are equal, nothing is doubled', async () => {
  // A product that was made in the CRM before, and has a code of its own.
  await crm('POST', 'Products', {
    data: [{ Product_Name: 'Made in the CRM', Product_Code: 'CRM-ONLY', Unit_Price: 9.5 }],
  });
  const code = await newCode();
  const killAt = async (step: string) => {
    const command = start(code);
    command.onLine((line) => line.startsWith(step) && command.child.kill('SIGKILL'));
    await command.ended;
    expect([command.child.signalCode, command.output()]).toEqual(['SIGKILL', expect.stringContaining(step)]);
  };
  for (const step of ['made the field', 'first run', 'bulk read', 'bulk write', 'settled']) await killAt(step);
  legacy(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${more})
          INSERT INTO product (sku, title) SELECT 'MORE-' || i, 'More ' || i FROM n`);
  // Of these some have been settled when it ends, and the others have been written only.
  await killAt('settled 100 ');
  const { exit, output } = await run(code);
  expect([exit, output]).toEqual([0, expect.stringContaining('to the CRM: 0, to the old database: 0, conflicts: 0')]);
  const [both, other] = [await inCrm(), inLegacy()];
  expect(both).toHaveLength(shipped + more + 1);
  expect(both).toEqual(other);
  expect(other).toContainEqual(['CRM-ONLY', 'Made in the CRM', 9.5, 0, false, '']);
});

test('changes on both sides, conflicts by the rule, deletions', async () => {
  const skus = legacy<{ sku: string }>('SELECT sku FROM product ORDER BY sku LIMIT 6').map(({ sku }) => sku);
  const [one, two, three, four, five, six] = skus as [string, string, string, string, string, string];
  const write = (text: string) => legacy(text);
  const change = async (sku: string, fields: object) => crm('PUT', `Products/${await idOf(sku)}`, { data: [fields] });
  // Different fields of one product: no conflict.
  write(`UPDATE product SET stock = 12345 WHERE sku = '${one}'`);
  await change(one, { Unit_Price: 1.23 });
  // The same field.
  write(`UPDATE product SET title = 'From the old side' WHERE sku = '${two}'`);
  await change(two, { Product_Name: 'From the CRM' });
  write(`DELETE FROM product WHERE sku = '${three}'`);
  await crm('DELETE', `Products/${await idOf(four)}`);
  // A change wins over a deletion.
  await crm('DELETE', `Products/${await idOf(five)}`);
  write(`UPDATE product SET stock = 77 WHERE sku = '${five}'`);
  await change(six, { Product_Name: 'Stays' });
  write(`DELETE FROM product WHERE sku = '${six}'`);
  write(`INSERT INTO product (sku, title) VALUES ('NEW-1', 'New here')`);
  const { exit, output } = await run(undefined, '--conflicts', 'legacy');
  expect(output).toContain(`conflict in ${two}: name, decided by the rule "legacy"`);
  expect(exit).toBe(0);
  const [both, other] = [await inCrm(), inLegacy()];
  expect(both).toEqual(other);
  const row = (sku: string) => other.find(([each]) => each === sku);
  expect(row(one)?.slice(2, 4)).toEqual([1.23, 12345]);
  expect(row(two)?.[1]).toBe('From the old side');
  expect([row(three), row(four)]).toEqual([undefined, undefined]);
  expect(row(five)?.[3]).toBe(77);
  expect(row(six)?.[1]).toBe('Stays');
  expect(row('NEW-1')?.[1]).toBe('New here');
  // With the rule "newest" the later change wins.
  write(`UPDATE product SET title = 'Earlier' WHERE sku = '${one}'`);
  (platform.clock as RunningClock).advance(60);
  await change(one, { Product_Name: 'Later' });
  await run();
  expect(inLegacy().find(([sku]) => sku === one)?.[1]).toBe('Later');
  // What the CRM refuses is told, waits, and harms nothing else.
  write(`UPDATE product SET title = '${'x'.repeat(300)}' WHERE sku = '${one}'`);
  write(`UPDATE product SET stock = 1 WHERE sku = '${two}'`);
  const refused = await run();
  expect([refused.exit, refused.output]).toEqual([1, expect.stringContaining(`the CRM refused ${one}: INVALID_DATA`)]);
  expect((await inCrm()).find(([sku]) => sku === two)?.[3]).toBe(1);
  write(`UPDATE product SET title = 'Short again' WHERE sku = '${one}'`);
  expect((await run()).exit).toBe(0);
  expect(await inCrm()).toEqual(inLegacy());
});

test('--watch takes changes over as they happen, told by notifications; killed and started again it misses nothing', async () => {
  const port = platform.basePort + 95;
  const args = ['--watch', '--port', String(port), '--poll', '3600'];
  const first = start(undefined, ...args);
  await until(() => /watching/.test(first.output()), 'it watches');
  expect(first.output()).toContain(`notifications come to http://127.0.0.1:${port}/`);
  const { data } = await crm('POST', 'Products', { data: [{ Product_Name: 'Told of', Product_Code: 'TOLD-1' }] });
  await until(() => inLegacy().some(([sku]) => sku === 'TOLD-1'), 'the new product is here');
  expect(first.output()).toContain(`told of insert: ${data[0].details.id}`);
  legacy(`UPDATE product SET stock = 4711 WHERE sku = 'TOLD-1'`);
  await until(async () => (await inCrm()).some((row) => row[3] === 4711), 'the stock is there');
  first.child.kill('SIGKILL');
  await first.ended;
  await crm('DELETE', `Products/${data[0].details.id}`);
  legacy(`UPDATE product SET stock = 4712 WHERE sku = 'NEW-1'`);
  const second = start(undefined, ...args);
  await until(() => !inLegacy().some(([sku]) => sku === 'TOLD-1'), 'it is gone here, too');
  await until(async () => (await inCrm()).some((row) => row[3] === 4712), 'what was changed meanwhile');
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  expect(await inCrm()).toEqual(inLegacy());
});

test('refresh-token.sh renews before the end, with nothing but curl', async () => {
  const file = join(folder, 'access-token');
  const secrets = { CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, REFRESH_TOKEN: refreshToken };
  const script = join(import.meta.dirname, 'refresh-token.sh');
  const launch = (env: object, ...args: string[]) => {
    const child = spawn(script, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    children.add(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    return { child, said: () => said, ended: once(child, 'close').then(([code]) => children.delete(child) && code) };
  };
  const keeper = launch({ ...secrets, ACCOUNTS: accounts, MARGIN_SECONDS: '23' }, file);
  const kept: string[] = [];
  for (let round = 0; round < 3; round++) {
    await until(() => existsSync(file) && !kept.includes(readFileSync(file, 'utf8')), 'another token');
    const fresh = readFileSync(file, 'utf8');
    kept.push(fresh);
    const headers = { authorization: `Zoho-oauthtoken ${fresh.trim()}` };
    expect((await fetch(`${api}/crm/v8/org`, { headers })).status).toBe(200);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
  keeper.child.kill();
  await keeper.ended;
  const wrong = launch({ ...secrets, REFRESH_TOKEN: '1000.no.token', ACCOUNTS: accounts }, '--once', file);
  expect([await wrong.ended, wrong.said()]).toEqual([1, expect.stringContaining('refused with invalid_code')]);
  const nobody = launch({ ...secrets, ACCOUNTS: 'http://127.0.0.1:9' }, '--once', file);
  expect([await nobody.ended, nobody.said()]).toEqual([1, expect.stringContaining('no answer')]);
  const empty = launch({ ACCOUNTS: accounts });
  expect([await empty.ended, empty.said()]).toEqual([2, expect.stringContaining('expected CLIENT_ID')]);
  expect(keeper.said() + wrong.said()).not.toMatch(new RegExp(`${client.client_secret}|${refreshToken}`));
});
