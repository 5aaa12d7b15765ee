import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSelfClientCode } from '../../../server/src/admin/self-client-code.ts';
import { authorize, HttpBrowser } from '../../../server/src/testing/http-browser.ts';
import { until } from '../../../server/src/testing/platform-process.ts';
import { ReadmeSnippets } from '../../common/testing/readme.ts';
import { type Live, startLive, userOf } from './testing/live.ts';

/** The README's snippets, run as they stand but for the addresses of the platform and of the application. */
const snippets = new ReadmeSnippets(join(import.meta.dirname, '..'), {
  '@grantway/node': 'index.ts',
  '@grantway/node/file-store': 'store/file.ts',
  '@grantway/node/guard': 'guard/index.ts',
});
const children: ChildProcess[] = [];
let live: Live;
/** A port of the platform's own block that it does not use. */
let port: number;

beforeAll(async () => {
  live = await startLive();
  port = live.platform.basePort + 91;
});
afterAll(async () => {
  const ends = children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'close'));
  for (const child of children) child.kill();
  await Promise.all(ends);
  await live?.stop();
  snippets.remove();
});

function snippet(name: string): string {
  const accounts = live.platform.topology.find('us')?.origins.accounts ?? '';
  return snippets.write(name, { 'http://localhost:8000': accounts, 3000: String(port) });
}

async function serve(file: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, [file], {
    cwd: snippets.directory,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  children.push(child);
  const answers = () =>
    fetch(`http://localhost:${port}/`).then(
      () => true,
      () => false,
    );
  await until(() => child.exitCode !== null || answers(), 'the snippet listens', 30);
}

async function stop(): Promise<void> {
  const child = children.pop();
  if (!child) return;
  const ended = once(child, 'close');
  child.kill();
  await ended;
}

test('the self client, on its first start and on the next', async () => {
  const { client_id, client_secret } = await live.platform.addClient({ owner: userOf('us').email, type: 'self' });
  const scope = 'ZohoCRM.modules.ALL,ZohoCRM.users.READ,ZohoCRM.org.READ';
  const { code } = await createSelfClientCode(live.platform.admin, {
    dataCenter: 'us',
    clientId: client_id,
    scope,
    minutes: 10,
    environment: 'production',
    organizationId: undefined,
    description: 'test',
  });
  const env = { CLIENT_ID: client_id, CLIENT_SECRET: client_secret as string };
  const file = snippet('self');
  expect(await snippets.run(file, { ...env, CODE: code })).toBe('Daly\n');
  expect(await snippets.run(file, env)).toBe('Daly\nDaly\n');
});

test('the web application, for a user of another data centre; a redirect that was not asked for', async () => {
  const client = await live.platform.addClient({
    owner: userOf('us').email,
    type: 'server',
    enabledDataCenters: ['in'],
    redirectUris: [`http://localhost:${port}/callback`],
  });
  await serve(snippet('server'), { CLIENT_ID: client.client_id, CLIENT_SECRETS: JSON.stringify(client.secrets) });
  const login = await fetch(`http://localhost:${port}/login`, { redirect: 'manual' });
  const browser = new HttpBrowser(live.platform.basePort);
  const address = await authorize(browser, login.headers.get('location') ?? '', userOf('in'));
  expect(await (await fetch(address)).text()).toBe('Hello Terry Tester of in');
  const again = await fetch(address);
  expect([again.status, await again.text()]).toEqual([400, expect.stringMatching(/^state_mismatch: /)]);
  await stop();
});

test('the guard', async () => {
  const owner = userOf('us').email;
  const api = await live.platform.addClient({ owner, type: 'server', resourceServer: true });
  await serve(snippet('guard'), { CLIENT_ID: api.client_id, CLIENT_SECRET: api.client_secret as string });
  const token = await (await live.signIn(live.oauth(), 'us')).accessToken();
  const ask = (authorization: string) => fetch(`http://localhost:${port}/orders`, { headers: { authorization } });
  expect(await (await ask(`Bearer ${token}`)).json()).toEqual({ user: expect.stringMatching(/^\d+$/) });
  expect((await ask('Bearer 1000.a.b')).status).toBe(401);
  await stop();
});

test('every snippet compiles', async () => {
  const preamble = `import { CrmClient, OAuthClient, coql, notificationReceiver } from '@grantway/node';
import { createServer } from 'node:http';
import { openAsBlob } from 'node:fs';
declare const oauth: OAuthClient;
declare const crm: CrmClient;
declare const leads: { Last_Name: string }[];
declare const company: string, id: string, token: string;
void [CrmClient, OAuthClient, coql, notificationReceiver, createServer, openAsBlob, oauth, crm, leads, company, id, token];
`;
  expect(await snippets.compile(preamble)).toBe('');
});
