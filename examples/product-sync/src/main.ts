/** Keeps an old product database and the CRM's `Products` equal. `node src/main.ts --help` says how. */
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type DataCenters,
  discoverDataCenters,
  GrantwayError,
  OAuthClient,
  type Session,
  SignInRequiredError,
  zohoDataCenters,
} from '@grantway/node';
import { sqliteTokenStore } from '@grantway/node/sqlite-store';
import { Legacy } from './legacy.ts';
import { type Rule, rules } from './merge.ts';
import { Products } from './products.ts';
import { type Sync, syncOnce } from './sync.ts';
import { watch } from './watch.ts';

const usage = `Usage: node src/main.ts [options]

  --database FILE    the old database; made with sample data where there is none (default: legacy.sqlite)
  --conflicts RULE   who wins where both sides changed the same field: ${rules.join(', ')} (default: newest)
  --watch            go on: changes are taken over as they happen
  --poll SECONDS     with --watch: longest time between two looks at the CRM (default: 60)
  --port PORT        with --watch: where notifications are received (default: 8095, on this machine only)
  --host HOST        with --watch: the address of this machine to listen at (default: 127.0.0.1)
  --notify-url URL   with --watch: the address that the CRM calls (default: http://127.0.0.1:PORT/)

Environment: CLIENT_ID, CLIENT_SECRET of a self client; CODE for the first run;
ACCOUNTS (the accounts server of your platform; without it: the original's), DATA_CENTER (default: us)
`;

interface Options {
  readonly database: string;
  readonly conflicts: Rule;
  readonly watch: boolean;
  readonly pollSeconds: number;
  readonly port: number;
  readonly host: string;
  readonly notifyUrl: string;
}

/** @throws Error that says what was expected. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      database: { type: 'string', default: 'legacy.sqlite' },
      conflicts: { type: 'string', default: 'newest' },
      watch: { type: 'boolean', default: false },
      poll: { type: 'string', default: '60' },
      port: { type: 'string', default: '8095' },
      host: { type: 'string', default: '127.0.0.1' },
      'notify-url': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const conflicts = rules.find((rule) => rule === values.conflicts);
  if (!conflicts) throw new Error(`--conflicts: expected ${rules.join(', ')}, got "${values.conflicts}"`);
  const number = (name: 'poll' | 'port', least: number, most: number) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name}: expected a whole number from ${least} to ${most}, got "${values[name]}"`);
  };
  const port = number('port', 1, 65_535);
  return {
    database: resolve(values.database),
    conflicts,
    watch: values.watch,
    pollSeconds: number('poll', 1, 86_400),
    port,
    host: values.host,
    notifyUrl: values['notify-url'] ?? `http://127.0.0.1:${port}/`,
  };
}

function needed(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`expected ${name} in the environment, got nothing; --help lists what is needed`);
}

/** The tokens are kept beside the database; the code is needed once. */
async function openSession(database: string): Promise<Session> {
  const accounts = process.env.ACCOUNTS;
  const dataCenters: DataCenters = accounts ? await discoverDataCenters(accounts) : zohoDataCenters;
  const dataCenter = process.env.DATA_CENTER ?? 'us';
  const oauth = new OAuthClient({
    clientId: needed('CLIENT_ID'),
    clientSecret: needed('CLIENT_SECRET'),
    dataCenters,
    dataCenter,
    store: sqliteTokenStore(join(dirname(database), 'tokens.sqlite')),
  });
  const key = 'product-sync';
  try {
    const session = oauth.session(key);
    await session.accessToken();
    return session;
  } catch (error) {
    if (!(error instanceof SignInRequiredError)) throw error;
    return oauth.exchange({ code: needed('CODE'), location: dataCenter }, { key });
  }
}

const log = (text: string) => process.stdout.write(`${text}\n`);

async function run(options: Options): Promise<boolean> {
  const session = await openSession(options.database);
  const { location, environment } = await session.row();
  const legacy = new Legacy(options.database);
  const sync: Sync = { legacy, products: new Products(session, log), rule: options.conflicts, log };
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  try {
    await sync.products.prepare();
    log(`${options.database} and Products of ${location}, ${environment}; conflicts: ${options.conflicts}`);
    if (!options.watch) return await untilEqual(sync);
    await watch(sync, { ...options, signal: stop.signal }, async () => {
      try {
        await round(sync);
      } catch (error) {
        if (!(error instanceof GrantwayError) || error instanceof SignInRequiredError) throw error;
        log(`this round failed and is made again: ${error.message}`);
      }
    });
    return true;
  } finally {
    legacy.close();
  }
}

async function round(sync: Sync) {
  const summary = await syncOnce(sync);
  const { toCrm, toLegacy, conflicts, failures } = summary;
  log(`to the CRM: ${toCrm}, to the old database: ${toLegacy}, conflicts: ${conflicts}, refused: ${failures}`);
  return summary;
}

/** Rounds until one has nothing to do. What the CRM refuses three times waits for the next run. */
async function untilEqual(sync: Sync): Promise<boolean> {
  for (let refusals = 0; refusals < 3; ) {
    const { toCrm, toLegacy, failures } = await round(sync);
    if (failures > 0) refusals += 1;
    else if (toCrm === 0 && toLegacy === 0) return true;
  }
  return false;
}

try {
  const options = readOptions();
  if (!options) process.stdout.write(usage);
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`product-sync: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
