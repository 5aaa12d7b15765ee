import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from './index.ts';

/** Flows become tests that run as they are: by node:test, in a folder where the packages are found as in a project. */
const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
let platform: Platform;
let folder: string;
beforeAll(async () => {
  platform = await startPlatform({ dataCenters: ['us', 'eu'] });
  folder = mkdtempSync(join(tmpdir(), 'grantway-flows-'));
  const installed = join(folder, 'node_modules/@grantway/testing');
  mkdirSync(installed, { recursive: true });
  const entry = join(import.meta.dirname, 'index.ts');
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ type: 'module', exports: './index.js' }));
  writeFileSync(join(installed, 'index.js'), `export * from ${JSON.stringify(entry)};\n`);
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Replay {
  readonly same: boolean;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

async function runTest(file: string): Promise<string> {
  return run(process.execPath, ['--test', file], { cwd: folder, env: { ...process.env, GRANTWAY_PACKAGE: root } }).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout: string }) => error.stdout,
  );
}

test('a flow over two data centres with a refusal becomes a test, which fails when the setting is mended', async () => {
  const redirectUri = 'https://app.example.com/callback';
  const owner = await platform.createUser();
  const client = await platform.createClient({ type: 'server', owner, redirectUris: [redirectUri] });
  const { code } = await platform.createCode({ client, scopes: ['ZohoCRM.modules.ALL'] });
  const token = (fields: Record<string, string>) =>
    fetch(`${platform.origins().accounts}/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: client.clientId, client_secret: client.clientSecret, ...fields }),
    });
  const exchange = { grant_type: 'authorization_code', code };
  const refused = await token({ ...exchange, redirect_uri: `${redirectUri}/` });
  expect(await refused.json()).toEqual({ error: 'invalid_redirect_uri' });
  const given = (await (await token({ ...exchange, redirect_uri: redirectUri })).json()) as Record<string, string>;
  const authorization = `Zoho-oauthtoken ${given.access_token}`;
  const lead = JSON.stringify({ data: [{ Last_Name: 'Private' }] });
  const { api } = platform.origins();
  await fetch(`${api}/crm/v8/Leads`, { method: 'POST', body: lead, headers: { authorization } });
  const elsewhere = await fetch(`${platform.origins('eu').api}/crm/v8/Leads?fields=Last_Name`, {
    headers: { authorization },
  });
  await fetch(`${api}/crm/v8/Leads/search?word=Private`, { headers: { authorization } });
  const id = elsewhere.headers.get('x-request-id') ?? '';
  const replay = () => platform.admin.call<Replay>('POST', `/lab/flows/${id}/replay`);
  expect(await replay()).toMatchObject({ same: true });
  const { source } = await platform.admin.call<{ source: string }>('GET', `/lab/flows/${id}/test`);
  const file = join(folder, 'as-it-is.test.mjs');
  writeFileSync(file, source);
  for (const secret of ['Private', given.access_token, given.refresh_token, client.clientSecret])
    expect(source).not.toContain(secret);

  const mended = join(folder, 'mended.test.mjs');
  const settings = "settings: { 'compatibility.searchWithoutScope': true }";
  writeFileSync(mended, source.replace('owner,', `owner, ${settings},`));
  const [asItIs, afterMending] = await Promise.all([runTest(file), runTest(mended)]);
  expect(asItIs).toMatch(/pass 1[\s\S]*fail 0/);
  expect(afterMending).toMatch(/pass 0[\s\S]*fail 1/);
  expect(afterMending).toContain('ScopeMissing');

  // The platform itself is mended: the replay differs.
  await platform.admin.call('PATCH', `/clients/${client.clientId}`, { overrides: { searchWithoutScope: true } });
  const differs = await replay();
  expect(differs.same).toBe(false);
  expect(differs.steps.at(-1)).toMatchObject({ same: false, before: { outcome: 'ScopeMissing' } });
}, 180_000);
