import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { run } from './commands.ts';
import type { NodeVersion } from './nodes.ts';
import type { Packed } from './pack.ts';

/** What a script needs to make tokens at a running platform. */
export interface SelfClient {
  readonly accounts: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly newCode: () => Promise<string>;
}

/**
 * Entries of the SDKs for Node, and a way through each: the original's table by configuration alone, tokens in a file, a call
 * of the API, the address of an app's sign-in.
 */
const script = `
import { NativeClient, zohoDataCenters as nativeTable } from '@grantway/native';
import { fileStorage, loopbackRedirect } from '@grantway/native/command-line';
import { CrmClient, DataCenters, discoverDataCenters, OAuthClient, zohoDataCenters } from '@grantway/node';
import { FileTokenStore } from '@grantway/node/file-store';
import { postgresTokenStore } from '@grantway/node/postgres-store';
import { redisTokenStore } from '@grantway/node/redis-store';
import { cachedVerifier, guard, introspection, tokenOf } from '@grantway/node/guard';

const [accounts, clientId, clientSecret, code, file] = process.argv.slice(2);
const original = new OAuthClient({ clientId, clientSecret, redirectUri: 'https://app.example.com/callback', dataCenters: zohoDataCenters, dataCenter: 'eu' });
const { url } = original.authorizationUrl({ scopes: ['ZohoCRM.modules.ALL'] });
if (!url.startsWith('https://accounts.zoho.eu/oauth/v2/auth?')) throw new Error(url);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 5)) {
  const { sqliteTokenStore } = await import('@grantway/node/sqlite-store');
  await sqliteTokenStore(':memory:').close();
}
const oauth = new OAuthClient({ clientId, clientSecret, dataCenters: await discoverDataCenters(accounts), dataCenter: 'us', store: new FileTokenStore(file) });
const session = await oauth.exchange({ code }, { key: process.version });
await session.refresh();
const { email } = await new CrmClient(session).users.current();
const loopback = await loopbackRedirect();
let address;
const app = new NativeClient({
  ...loopback,
  openBrowser: (url) => {
    address = url;
    return null; // the user closes it again
  },
  clientId, scopes: ['ZohoCRM.modules.ALL'], dataCenters: nativeTable, dataCenter: 'in', secureStorage: fileStorage(file + '.json'),
});
await app.signIn().catch(() => {});
await loopback.close();
if (!String(address).startsWith('https://accounts.zoho.in/oauth/v2/auth?')) throw new Error('the app opened ' + address);
for (const each of [DataCenters, postgresTokenStore, redisTokenStore, cachedVerifier, guard, introspection, tokenOf]) {
  if (typeof each !== 'function') throw new Error('an export is missing');
}
process.stdout.write(email);
`;

const page = `
import { createClient } from '@grantway/browser';
import { NativeClient } from '@grantway/native';
import { web } from '@grantway/native/web';
const crm = createClient({ clientId: '1000.X', scopes: ['ZohoCRM.modules.ALL'], accountsUrl: 'https://accounts.zoho.com', redirectUri: location.origin + '/redirect.html' });
document.body.append(String(typeof crm.signIn), String(NativeClient), String(web));
`;

/** Installs the packed SDKs into an empty project. */
export async function installSdks(folder: string, packed: readonly Packed[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  writeFileSync(join(folder, 'script.js'), script);
  writeFileSync(join(folder, 'page.js'), page);
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>Page</title><script type="module" src="/page.js"></script>',
  );
  const files = packed.map(({ file }) => file);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ...files], { cwd: folder });
}

/** Runs the script on each Node. @throws Error of the first that fails. */
export async function runOnNodes(folder: string, nodes: readonly NodeVersion[], client: SelfClient): Promise<void> {
  const { accounts, clientId, clientSecret, newCode } = client;
  for (const { version, program } of nodes) {
    const args = ['script.js', accounts, clientId, clientSecret, await newCode(), `tokens-${version}.csv`];
    const said = await run(program, args, { cwd: folder });
    if (!said.includes('@')) throw new Error(`Node ${version} said ${said}`);
  }
}

/** Bundles for pages and for servers. The bundle for servers runs as the script did. */
export async function bundle(folder: string, node: NodeVersion, client: SelfClient): Promise<void> {
  const common = { absWorkingDir: folder, bundle: true, format: 'esm', logLevel: 'silent', write: true } as const;
  const esbuilt = [
    await esbuild({ ...common, entryPoints: ['page.js'], platform: 'browser', outfile: 'bundled/page.js' }),
    await esbuild({ ...common, entryPoints: ['script.js'], platform: 'node', outfile: 'bundled/script.js' }),
  ];
  const warned = esbuilt.flatMap(({ warnings }) => warnings.map(({ text }) => text));
  await vite({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: { rollupOptions: { onwarn: ({ message }) => warned.push(message) } },
  });
  if (warned.length > 0) throw new Error(`the bundlers warn: ${warned.join('\n')}`);
  await runOnNodes(join(folder, 'bundled'), [node], client);
}
