/**
 * Runs the sync with the self client of a demo that runs on this machine: asks `grantway` for the client and for a code.
 * Options go on to the sync. `GRANTWAY_DATA` names the platform's data directory where it is not `./data` of the checkout.
 */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../../..');
const data = process.env.GRANTWAY_DATA ? ['--data', process.env.GRANTWAY_DATA] : [];
const grantway = (...args: string[]) =>
  JSON.parse(execFileSync('npx', ['grantway', ...args, '--json', ...data], { cwd: project, encoding: 'utf8' }));

const scopes = [
  'ZohoCRM.modules.products.ALL',
  'ZohoCRM.settings.fields.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.notifications.ALL',
  'ZohoFiles.files.ALL',
];
const [home] = grantway('dc', 'list') as { id: string; accounts: string }[];
const { client_id, client_secret } = grantway('demo').clients.self;
const place = ['--dc', String(home?.id), '--client-id', client_id];
const { code } = grantway('self-client', 'code', ...place, '--scope', scopes.join(','));
const env = {
  ...process.env,
  CLIENT_ID: client_id,
  CLIENT_SECRET: client_secret,
  CODE: code,
  ACCOUNTS: home?.accounts,
  DATA_CENTER: home?.id,
};
const main = join(import.meta.dirname, 'main.ts');
const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { env, stdio: 'inherit' });
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
