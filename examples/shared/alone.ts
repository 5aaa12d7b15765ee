/** What a sample app needs when it runs by itself: from the environment, or from the demo of a platform on this machine. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { discoverDataCenters, GrantwayError, zohoDataCenters } from '@grantway/node';
import type { ClientConfig } from 'pg';
import type { RunningSample, SampleClient, SampleDataCenters, SampleOptions } from './platform.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Something that whoever starts the app can mend; told in one line. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

export interface AloneOptions {
  /** For its cookies, its files and its messages, such as `tv`. */
  readonly name: string;
  /** The type of its client in the demo. */
  readonly clientType: string;
  readonly defaultPort: number;
  /** Connection to a PostgreSQL database; `directory` is the app's own folder for what it keeps. */
  readonly database?: (directory: string) => Promise<ClientConfig>;
}

/**
 * Reads `CLIENT_ID`, `CLIENT_SECRET` (one for all data centres, or JSON with one for each), `DATA_CENTER`, `ACCOUNTS`,
 * `PORT`, `HOST`, `ORIGIN` and `KEEP_IN`; the README says what they are. Without `CLIENT_ID` it takes the client of the demo of
 * the platform in `GRANTWAY_DATA` (default: ./data).
 * @throws StartFailure
 */
export async function readOptions(env: Environment, alone: AloneOptions): Promise<SampleOptions> {
  const port = portOf(env.PORT, alone.defaultPort);
  const directory = env.KEEP_IN ?? `${alone.name}-data`;
  const demo = env.CLIENT_ID ? undefined : await readDemo(env.GRANTWAY_DATA ?? 'data', alone.clientType);
  const dataCenters = demo?.dataCenters ?? (await readDataCenters(env.ACCOUNTS));
  const client = demo?.client ?? clientOf(env, dataCenters);
  const origins = env.ORIGIN ? [env.ORIGIN] : [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  return {
    ...{ port, origins, dataCenters },
    host: env.HOST ?? '127.0.0.1',
    client: async () => client,
    database: async () => {
      if (alone.database) return alone.database(directory);
      throw new StartFailure('this app keeps nothing in a database');
    },
    key: (purpose) => createHash('sha256').update(readKey(directory)).update(purpose).digest(),
    now: Date.now,
    onError: (error, what) => process.stderr.write(`${alone.name}: ${what}: ${error.message}\n`),
  };
}

/**
 * Runs until Ctrl-C, or until it is asked to end otherwise; what `start` gives nothing of has ended by itself. Failures that
 * can be mended are told in one line.
 */
export async function runAlone(
  name: string,
  start: (ending: AbortSignal) => Promise<RunningSample | undefined>,
): Promise<void> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
  try {
    const running = await start(ending.signal);
    if (!running) return;
    if (!ending.signal.aborted) await new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
    await running.close();
  } catch (error) {
    if (ending.signal.aborted) return;
    const { code, message } = error as { code?: string; message: string };
    const known = error instanceof StartFailure || error instanceof GrantwayError || code === 'EADDRINUSE';
    if (!known) throw error;
    process.stderr.write(`${name}: ${code === 'EADDRINUSE' ? `${message}; choose another one with PORT` : message}\n`);
    process.exitCode = 1;
  }
}

function portOf(text: string | undefined, otherwise: number): number {
  const port = text === undefined || text === '' ? otherwise : Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StartFailure(`PORT: expected a number from 1 to 65535, got "${text}"`);
}

/** Asks each named accounts server for its realm; `zoho` is the table of the original's public data centres. */
async function readDataCenters(text = 'http://localhost:8000'): Promise<SampleDataCenters> {
  const all: Record<string, SampleDataCenters[string]> = {};
  const add = (
    realm: string,
    { id, accounts, api, upload }: typeof zohoDataCenters extends Iterable<infer D> ? D : never,
  ) => {
    all[id] = {
      ...{ realm, accounts },
      ...(api.production && { api: api.production }),
      ...(api.sandbox && { sandboxApi: api.sandbox }),
      ...(api.developer && { developerApi: api.developer }),
      ...(upload && { content: upload }),
    };
  };
  if (text === 'zoho') {
    for (const dataCenter of zohoDataCenters) add(dataCenter.id === 'cn' ? 'cn' : 'global', dataCenter);
    return all;
  }
  for (const accounts of text.split(',')) {
    for (const dataCenter of await discoverDataCenters(accounts.trim())) add(accounts, dataCenter);
  }
  return all;
}

function clientOf(
  { CLIENT_ID = '', CLIENT_SECRET = '', DATA_CENTER }: Environment,
  known: SampleDataCenters,
): SampleClient {
  const dataCenter = DATA_CENTER ?? Object.keys(known)[0] ?? '';
  if (!(dataCenter in known)) {
    throw new StartFailure(`DATA_CENTER: expected one of ${Object.keys(known).join(', ')}, got "${dataCenter}"`);
  }
  if (CLIENT_SECRET === '') throw new StartFailure('CLIENT_SECRET: expected the secret of the client, got none');
  if (!CLIENT_SECRET.startsWith('{')) {
    const secrets = Object.fromEntries(Object.keys(known).map((id) => [id, CLIENT_SECRET]));
    return { clientId: CLIENT_ID, dataCenter, secrets };
  }
  try {
    return { clientId: CLIENT_ID, dataCenter, secrets: JSON.parse(CLIENT_SECRET) };
  } catch {
    throw new StartFailure(
      'CLIENT_SECRET: expected a secret, or JSON like {"us":"…","eu":"…"}, got JSON that cannot be read',
    );
  }
}

/** The demo's client of the platform that runs in this data directory, by its admin API. */
async function readDemo(directory: string, clientType: string) {
  const file = (name: string) => join(directory, name);
  const hint = 'start a platform with its demo, or give CLIENT_ID and CLIENT_SECRET of your own client';
  if (!existsSync(file('platform.json'))) throw new StartFailure(`no platform runs in ${directory}: ${hint}`);
  const { adminOrigin } = JSON.parse(readFileSync(file('platform.json'), 'utf8')) as { adminOrigin: string };
  const headers = { authorization: `Bearer ${readFileSync(file('admin-token'), 'utf8').trim()}` };
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${adminOrigin}${path}`, { headers }).catch(() => undefined);
    if (answer?.ok) return (await answer.json()) as T;
    throw new StartFailure(`the platform in ${directory} does not answer, or has no demo: ${hint}`);
  };
  type Demo = { clients: Record<string, { client_id: string; secrets: Record<string, string> }> };
  type Listed = { id: string; realm: string; origins: Record<string, string> };
  const [{ clients }, listed] = await Promise.all([ask<Demo>('/demo'), ask<Listed[]>('/data-centers')]);
  const found = clients[clientType];
  if (!found) throw new StartFailure(`the demo has no client of the type "${clientType}" any more: ${hint}`);
  const dataCenters: SampleDataCenters = Object.fromEntries(
    listed.map(({ id, realm, origins }) => [id, { realm, ...origins }]),
  );
  const client: SampleClient = { clientId: found.client_id, dataCenter: listed[0]?.id ?? '', secrets: found.secrets };
  return { client, dataCenters };
}

/** Made at the first start, and readable by this user only. */
function readKey(directory: string): Buffer {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return readFileSync(file);
}
