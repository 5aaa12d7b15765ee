import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { createClient } from '@redis/client';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize, HttpBrowser } from '../../../server/src/testing/http-browser.ts';
import { readEntries } from '../../../tools/reference/entries.ts';
import { referenceFolder, referencePages } from '../../../tools/write-reference.ts';
import { guard, introspection } from './guard/index.ts';
import * as sdk from './index.ts';
import { CrmClient, OAuthClient, type Session } from './index.ts';
import { allScopes, answerDevice, type Live, startLive, userOf } from './testing/live.ts';
import { startRedis } from './testing/redis-server.ts';

/**
 * The reference is what the sources say, every public function has an example, and every example compiles and runs as it
 * stands against a live platform, but for addresses and paths.
 */
const packageRoot = join(import.meta.dirname, '..');
// Beside the sources, so that packages are found.
const folder = mkdtempSync(join(packageRoot, '.snippets-'));
const files = mkdtempSync(join(tmpdir(), 'grantway-examples-'));
const closings: (() => unknown)[] = [];

interface Example {
  readonly name: string;
  readonly code: string;
}

const items = readEntries('node').flatMap((entry) => entry.items);
const examples: Example[] = items.flatMap(({ name, example, members }) => [
  ...(example ? [{ name, code: example }] : []),
  ...members.flatMap((member) => (member.example ? [{ name: `${name}.${member.name}`, code: member.example }] : [])),
]);

/** What examples name without making it, with the types that they have in a program. */
const types = {
  oauth: 'sdk.OAuthClient',
  session: 'sdk.Session',
  crm: 'sdk.CrmClient',
  device: 'sdk.DeviceAuthorization',
  request: '{ readonly url: string }',
  response: '{ redirect(url: string): void }',
  state: 'string',
  codeVerifier: 'string | undefined',
  key: 'string',
  id: 'string',
  ids: 'string[]',
  lead: 'string',
  attachment: 'string',
  product: 'string',
  fileId: 'string',
  company: 'string',
  leads: '{ Last_Name: string; Email: string }[]',
  rows: '{ Last_Name: string }[]',
  notifyUrl: 'string',
  token: 'string',
  channel: 'sdk.Channel',
  myDataCenter: 'sdk.DataCenter',
  accounts: 'string',
  clientId: 'string',
  clientSecret: 'string',
  app: 'FastifyInstance',
  protect: 'Guard',
  listOrders: '() => Promise<string>',
} as const;
type Given = Readonly<Record<keyof typeof types, unknown>>;

let live: Live;
let session: Session;
let crm: CrmClient;
let redisSocket: string;

beforeAll(async () => {
  const [started, redis] = await Promise.all([startLive(), startRedis()]);
  live = started;
  redisSocket = redis.socket;
  closings.push(
    () => redis.stop(),
    () => live.stop(),
  );
  session = await live.signIn(live.oauth(), 'us', { key: 'examples' });
  crm = new CrmClient(session);
  writeFileSync(join(files, 'offer.pdf'), 'offer');
  mkdirSync(join(files, 'store'));
});
afterAll(async () => {
  for (const close of closings.toReversed()) await close();
  rmSync(folder, { recursive: true });
  rmSync(files, { recursive: true });
});

test('the pages are current', () => {
  for (const [name, page] of Object.entries(referencePages()))
    expect(readFileSync(join(referenceFolder, name), 'utf8'), 'run "npm run reference"').toBe(page);
});

test('every public function has an example', () => {
  const without = items.flatMap(({ name, kind, signature, example, members }) => {
    if (kind === 'function') return example ? [] : [name];
    // The methods of a store are those of the interface.
    if (kind !== 'class' || signature.includes('implements TokenStore')) return [];
    const methods = members.filter((member) => member.name !== 'constructor' && member.signature.includes('('));
    return methods.filter((method) => !method.example).map((method) => `${name}.${method.name}`);
  });
  expect(without).toEqual([]);
});

/** All examples as functions of what they name. */
function writeExamples(): string {
  const replaced = (code: string) =>
    code
      .replaceAll('http://localhost:8000', live.dataCenters.get('us').accounts)
      .replaceAll(
        "{ url: 'redis://localhost:6379' }",
        `{ socket: { path: ${JSON.stringify(redisSocket)}, tls: false } }`,
      )
      .replaceAll('/var/lib/my-app', join(files, 'store'))
      .replaceAll("openAsBlob('", `openAsBlob('${files}/`)
      .replaceAll('.listen(8095)', '.listen(0)')
      .replaceAll("'1000.a.b'", 'String(process.env.REFRESH_TOKEN)');
  const functions = examples.map(({ name, code }) => {
    const named = Object.keys(types).filter((each) => new RegExp(`(?<![\\w']|[^.]\\.)${each}\\b(?!:)`).test(code));
    return `  ${JSON.stringify(name)}: async ({ ${named.join(', ')} }: Given) => { void [${named.join(', ')}];\n{\n${replaced(code)}\n}\n},`;
  });
  const source = `
import * as sdk from '../src/index.ts';
import { openAsBlob } from 'node:fs';
import * as http from 'node:http';
import { createClient as createRedis } from '@redis/client';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { cachedVerifier, covers, type Guard, guard, introspection, jwtVerifier, tokenOf } from '../src/guard/index.ts';
import { FileTokenStore } from '../src/store/file.ts';
import { postgresTokenStore } from '../src/store/postgres.ts';
import { redisTokenStore } from '../src/store/redis.ts';
import { sqliteTokenStore } from '../src/store/sqlite.ts';
const { ${Object.keys(sdk).join(', ')} } = sdk;
const console = { log: (..._: unknown[]) => {}, error: (..._: unknown[]) => {} };
export const opened: { readonly servers: http.Server[]; readonly clients: { destroy(): void }[] } = { servers: [], clients: [] };
function createServer(listener: http.RequestListener): http.Server {
  const server = http.createServer(listener);
  opened.servers.push(server);
  return server;
}
function createClient(options: Parameters<typeof createRedis>[0]) {
  const client = createRedis(options).on('error', () => {});
  opened.clients.push(client);
  return client;
}
interface Given { ${Object.entries(types)
    .map(([name, type]) => `readonly ${name}: ${type};`)
    .join(' ')} }
export const examples: Readonly<Record<string, (given: Given) => Promise<void>>> = {
${functions.join('\n')}
};
`;
  const file = join(folder, 'examples.ts');
  writeFileSync(file, source);
  return file;
}

/** Fresh ones for each example, because some delete what they are given. */
async function givenFor(name: string): Promise<Given> {
  const records = await crm.records.createAll('Leads', [{ Last_Name: 'Given' }, { Last_Name: 'Given' }]);
  const [id = '', other = ''] = records.map(({ details }) => String(details.id));
  const attached = /Files\./.test(name)
    ? await crm.files.attach('Leads', id, { name: 'given.txt', content: 'given' })
    : undefined;
  const fileId = /Files\./.test(name) ? await crm.files.upload({ name: 'given.txt', content: 'given' }) : '';
  const product = name.startsWith('Related')
    ? String((await crm.records.create('Products', { Product_Name: 'Given' })).details.id)
    : '';
  if (name.endsWith('.unlink')) await crm.related('Leads', id, 'Products').link([{ id: product }]);
  const channel = {
    ...{ channelId: '10001', events: ['Leads.all'], token: 'token' },
    notifyUrl: `http://127.0.0.1:${live.platform.basePort + 95}/`,
  };
  if (/\.(renew|unwatch)$/.test(name)) await crm.notifications.watch([channel]);
  const oauth = /evice/.test(name) ? await deviceClient() : live.oauth();
  const own = await ownSession(name, oauth);
  const request = live.oauth().authorizationUrl({ scopes: allScopes, prompt: 'consent' });
  return {
    ...{ oauth, session: own, crm, id: name === 'Users.get' ? String((await crm.users.current()).id) : id },
    device: name === 'DeviceAuthorization.poll' ? await oauth.deviceAuthorization({ scopes: allScopes }) : undefined,
    request:
      name === 'OAuthClient.exchange'
        ? { url: await authorize(new HttpBrowser(live.platform.basePort), request.url, userOf('us')) }
        : request,
    ...{ response: { redirect: () => {} }, state: request.state, codeVerifier: request.codeVerifier, key: own.key },
    ...{ ids: [id, other], lead: id, attachment: String(attached?.details.id), product, fileId, company: 'Acme' },
    leads: [{ Last_Name: 'Given', Email: 'given@example.com' }],
    rows: [{ Last_Name: 'Bulk' }],
    ...{ notifyUrl: channel.notifyUrl, token: channel.token, channel },
    myDataCenter: { id: 'own', domain: '.own', accounts: 'https://accounts.example.com', api: {} },
    ...{ accounts: live.dataCenters.get('us').accounts, clientId: live.server.client_id, clientSecret: 'secret' },
    ...{
      app: fastify(),
      protect: guard(introspection({ accounts: 'http://localhost', clientId: 'x', clientSecret: 'x' })),
    },
    listOrders: async () => 'orders',
  };
}

/** The user of the examples; one of their own where the example ends the grant or uses the client that is given. */
async function ownSession(name: string, oauth: OAuthClient): Promise<Session> {
  return /^(OAuthClient\.(refresh|revoke|sessions)|Session)/.test(name)
    ? live.signIn(oauth, 'us', { key: `own ${name}` })
    : session;
}

/** A client of a device whose user answers as soon as there is something to answer. */
async function deviceClient(): Promise<OAuthClient> {
  const client = await live.platform.addClient({ owner: userOf('us').email, type: 'device' });
  const { client_id: clientId, client_secret: clientSecret } = client;
  const { dataCenters } = live;
  const oauth = new OAuthClient({ clientId, clientSecret: clientSecret ?? '', dataCenters, dataCenter: 'us' });
  const ask = oauth.deviceAuthorization.bind(oauth);
  oauth.deviceAuthorization = async (options) => {
    const device = await ask(options);
    await answerDevice(live, device.verificationUrlComplete, 'us', 'accept');
    return device;
  };
  return oauth;
}

test('every example compiles and runs', { timeout: 120_000 }, async () => {
  const file = writeExamples();
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const options =
    '--ignoreConfig --noEmit --strict --target esnext --module nodenext --skipLibCheck --allowImportingTsExtensions --types node';
  const args = [compiler, ...options.split(' '), '--typeRoots', join(packageRoot, '../../node_modules/@types'), file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageRoot }).catch((error) => error);
  expect(stdout).toBe('');

  process.env.TOKEN_KEY = Buffer.alloc(32, 7).toString('base64');
  process.env.REFRESH_TOKEN = (await (await live.signIn(live.oauth(), 'us', { key: 'elsewhere' })).row()).refreshToken;
  const { examples: run, opened } = (await import(file)) as {
    examples: Record<string, (given: Given) => Promise<void>>;
    opened: { servers: Server[]; clients: ReturnType<typeof createClient>[] };
  };
  const failed: string[] = [];
  for (const { name } of examples) {
    await run[name]?.(await givenFor(name)).catch((error: Error) => failed.push(`${name}: ${error.message}`));
  }
  for (const server of opened.servers) server.close();
  for (const client of opened.clients) client.destroy();
  expect(failed).toEqual([]);
  expect(Object.keys(run)).toHaveLength(examples.length);
  expect(examples.length).toBeGreaterThan(70);
});
