import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSelfClientCode } from '../../../server/src/admin/self-client-code.ts';
import { authorize, HttpBrowser } from '../../../server/src/testing/http-browser.ts';
import { until } from '../../../server/src/testing/platform-process.ts';
import { type Live, startLive, userOf } from './testing/live.ts';

/** The README's snippets, run as they stand but for the addresses of the platform and of the application. */
const packageRoot = join(import.meta.dirname, '..');
const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
// Beside the sources, so that packages are found.
const directory = mkdtempSync(join(packageRoot, '.snippets-'));
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
  rmSync(directory, { recursive: true });
});

const entries: Readonly<Record<string, string>> = {
  '@grantway/node': 'index.ts',
  '@grantway/node/file-store': 'store/file.ts',
  '@grantway/node/guard': 'guard/index.ts',
};

function snippet(name: string): string {
  const code = new RegExp(`\`\`\`ts run=${name}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (!code) throw new Error(`the README has no snippet "${name}"`);
  const file = join(directory, `${name}.ts`);
  const placed = code
    .replace(
      /from '(@grantway\/node[^']*)'/g,
      (_, entry: string) => `from ${JSON.stringify(`../src/${entries[entry]}`)}`,
    )
    .replaceAll('http://localhost:8000', live.platform.topology.find('us')?.origins.accounts ?? '')
    .replaceAll('8091', String(port));
  writeFileSync(file, placed);
  return file;
}

async function run(file: string, env: Readonly<Record<string, string>>): Promise<string> {
  const options = { cwd: directory, env: { ...process.env, ...env } };
  return (await promisify(execFile)(process.execPath, [file], options)).stdout;
}

async function serve(file: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, [file], { cwd: directory, env: { ...process.env, ...env }, stdio: 'inherit' });
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
  expect(await run(file, { ...env, CODE: code })).toBe('Daly\n');
  expect(await run(file, env)).toBe('Daly\nDaly\n');
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
  const shown = [...readme.matchAll(/```ts( run=\w+)?\n([\s\S]*?)```/g)];
  const source = (path: string) => JSON.stringify(`../src/${path}`);
  for (const [index, [, run, code = '']] of shown.entries()) {
    const preamble = `import { CrmClient, OAuthClient, coql, notificationReceiver } from ${source('index.ts')};
import { createServer } from 'node:http';
import { openAsBlob } from 'node:fs';
declare const oauth: OAuthClient;
declare const crm: CrmClient;
declare const leads: { Last_Name: string }[];
declare const company: string, id: string, token: string;
void [CrmClient, OAuthClient, coql, notificationReceiver, createServer, openAsBlob, oauth, crm, leads, company, id, token];
`;
    const placed = code.replace(
      /from '(@grantway\/node[^']*)'/g,
      (_, entry: string) => `from ${source(entries[entry] ?? '')}`,
    );
    writeFileSync(join(directory, `compile-${index}.ts`), `${run ? '' : preamble}${placed}\nexport {};\n`);
  }
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const options =
    '--ignoreConfig --noEmit --strict --target esnext --module nodenext --skipLibCheck --allowImportingTsExtensions --types node';
  const files = shown.map((_, index) => join(directory, `compile-${index}.ts`));
  const args = [
    compiler,
    ...options.split(' '),
    '--typeRoots',
    join(packageRoot, '../../node_modules/@types'),
    ...files,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageRoot }).catch((error) => error);
  expect(stdout).toBe('');
});
