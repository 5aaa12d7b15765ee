import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, type PlatformProcess, postmasterPid, until, Workshop } from './testing/platform-process.ts';
import { unlimited } from './testing/unlimited.ts';

/**
 * The promise of the storage: what was acknowledged is there after a crash. Several loops exchange codes, refresh tokens
 * and insert leads while the platform, its PostgreSQL, or both are killed at random moments; what the loops were told
 * is then asked for again.
 */

const loops = 8;
const kills = ['platform', 'PostgreSQL', 'both', 'platform', 'both'] as const;

/** Everything that the platform has acknowledged. */
const acknowledged = {
  accessTokens: [] as string[],
  refreshTokens: [] as string[],
  spentCodes: [] as string[],
  leads: new Map<string, string>(),
};

const scope = ['modules', 'settings', 'org'].map((family) => `ZohoCRM.${family}.ALL`).join();
const shop = new Workshop();
let platform: PlatformProcess;
let client: { client_id: string; client_secret: string };
let stopped = false;
/** Why the last step of a loop failed, to be told when none succeeds any more. */
let trouble = 'none';

beforeAll(async () => {
  const config = shop.folder('config.json');
  writeFileSync(config, JSON.stringify({ logLevel: 'silent', limits: unlimited }));
  platform = await shop.start({ dataDirectory: shop.folder('data'), args: ['--no-demo', '--config', config] });
  const admin = ['--json', '--data', platform.dataDirectory, '--dc', 'us'];
  const owner = 'anna@us.example';
  await shop.run(['user', 'create', ...admin, '--email', owner, '--password', 'correct horse']);
  const created = await shop.run(['client', 'create', ...admin, '--owner', owner, '--type', 'self']);
  client = JSON.parse(created.stdout);
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Seconds to wait for progress: on a machine that is busy with other tests a restart takes its time. */
const patience = 60;

test('what was acknowledged is there after kill -9 of the platform, of PostgreSQL, and of both', async () => {
  const working = Array.from({ length: loops }, (_, index) => work(index));
  const before = { tokens: 0, leads: 0 };
  let last = 'the start';
  for (const victim of kills) {
    const { accessTokens, leads } = acknowledged;
    // Something new must have been acknowledged; after that any moment is as good as another.
    await until(
      () => accessTokens.length > before.tokens && leads.size > before.leads,
      `the loops make progress after ${last} (last trouble: ${trouble})`,
      patience,
    );
    await delay(Math.random() * 1200);
    await kill(victim);
    last = `the end of ${victim}`;
    before.tokens = accessTokens.length;
    before.leads = leads.size;
  }
  await until(() => acknowledged.leads.size > before.leads, 'the loops make progress after the last kill', patience);
  stopped = true;
  await Promise.all(working);

  const { accessTokens, refreshTokens, spentCodes, leads } = acknowledged;
  const [someLead] = leads.keys();
  const [someToken = ''] = accessTokens;
  await each(accessTokens, async (token) => expect((await readLead(someLead as string, token)).status).toBe(200));
  await each([...leads], async ([id, lastName]) => {
    const { data } = (await (await readLead(id, someToken)).json()) as { data: { Last_Name: string }[] };
    expect(data[0]?.Last_Name).toBe(lastName);
  });
  await each(refreshTokens, async (token) => expect(await refresh(token)).toHaveProperty('access_token'));
  await each(spentCodes, async (code) => expect(await exchange(code)).toEqual({ error: 'invalid_code' }));
}, 300_000);

/**
 * Works of many statements. Each is stopped in the middle by a lock on what it writes last, which the test holds; then the
 * platform is killed. What a call was about is as it was before; a job goes on and does everything once.
 */
test('kill -9 in the middle of a transition, a merge and conversions leaves all or nothing', async () => {
  const { access_token: token = '' } = await exchange(await newCode());
  const api = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${platform.ready.dataCenters.us?.api}/crm/v8/${path}`, {
      method,
      headers: { authorization: `Zoho-oauthtoken ${token}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
    return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as any };
  };
  const made = async (module: string, values: object): Promise<string> => {
    const { status, json } = await api('POST', module, { data: [values] });
    expect(status, JSON.stringify(json)).toBe(201);
    return json.data[0].details.id;
  };
  const field = async (module: string, id: string, name: string) =>
    (await api('GET', `${module}/${id}`)).json.data?.[0][name];
  const related = async (path: string, name: string): Promise<unknown[]> =>
    ((await api('GET', `${path}?fields=${name}`)).json.data ?? []).map((each: Record<string, unknown>) => each[name]);

  const product = { id: await made('Products', { Product_Name: 'Wheel' }) };
  const account = { id: await made('Accounts', { Account_Name: 'Engines' }) };
  const quote = () =>
    made('Quotes', { Subject: 'Q', Account_Name: account, Quoted_Items: [{ Product_Name: product, Quantity: 1 }] });
  const [alone, ...many] = [await quote(), await quote(), await quote()];
  const [master, child] = [await made('Leads', leadOf('kept')), await made('Leads', leadOf('merged'))];
  await api('POST', `Leads/${child}/Notes`, { data: [{ Note_Content: 'goes along' }] });
  const support = await made('Cases', { Subject: 'S', Status: 'New', Case_Origin: 'Phone' });
  const organization = (await api('GET', 'org')).json.org[0];
  await defineBlueprint();
  const { json: shown } = await api('GET', `Cases/${support}/actions/blueprint`);
  const transition_id = shown.blueprint.transitions[0].id;

  const holder = new pg.Client(databaseConnection());
  // The database ends with the platform.
  holder.on('error', () => {});
  await holder.connect();
  const notes =
    'SELECT data_space, module FROM crm_record WHERE record_id = (SELECT max(record_id) FROM crm_record WHERE data ? $1)';
  const convert_to = [{ module: { api_name: 'Sales_Orders' } }];
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE crm_conversion, crm_link IN SHARE MODE');
  await holder.query(
    `INSERT INTO crm_record_count (data_space, module, converted, slot, count)
     SELECT data_space, module, false, slot, 0 FROM (${notes}) AS note, generate_series(0, 63) AS slot
     ON CONFLICT (data_space, module, converted, slot) DO UPDATE SET count = crm_record_count.count`,
    ['Note_Content'],
  );
  const calls = [
    api('PUT', `Cases/${support}/actions/blueprint`, { blueprint: [{ transition_id, data: { Notes: 'held' } }] }),
    api('POST', `Quotes/${alone}/actions/convert`, { data: [{ convert_to }] }),
  ].map((each) => each.catch(() => undefined));
  const merge = [{ data: [{ id: child, _fields: [{ api_name: 'Phone' }] }] }];
  expect((await api('POST', `Leads/${master}/actions/merge`, { merge })).json.merge[0].code).toBe('SCHEDULED');
  const scheduled = await api('POST', 'Quotes/actions/mass_convert', { ids: many, convert_to });
  expect(scheduled.json.code, JSON.stringify(scheduled.json)).toBe('SCHEDULED');
  const waiting = async () => {
    const { rows } = await holder.query('SELECT count(DISTINCT pid)::int AS count FROM pg_locks WHERE NOT granted');
    return rows[0].count;
  };
  await expect.poll(waiting, { timeout: 25_000 }).toBe(4);
  await kill('platform', '--lab');
  await holder.end().catch(() => {});
  await Promise.all(calls);

  // What the calls were about is as it was, and can be asked for again.
  expect([await field('Cases', support, 'Status'), await related(`Cases/${support}/Notes`, 'Note_Content')]).toEqual([
    'New',
    [],
  ]);
  const orders = async () => (await related('Sales_Orders', 'Quote_Name')).map((each) => (each as { id: string }).id);
  expect(await orders()).not.toContain(alone);
  const again = await api('PUT', `Cases/${support}/actions/blueprint`, {
    blueprint: [{ transition_id, data: { Notes: 'once' } }],
  });
  expect(again.status, JSON.stringify(again.json)).toBe(200);
  expect((await api('POST', `Quotes/${alone}/actions/convert`, { data: [{ convert_to }] })).status).toBe(200);
  expect([await field('Cases', support, 'Status'), await related(`Cases/${support}/Notes`, 'Note_Content')]).toEqual([
    'On Hold',
    ['once'],
  ]);
  // The jobs go on where they were, and do everything once: when the time is over that the dead process had taken them for.
  const moved = await shop.run(['lab', 'clock', 'advance', '31s', '--data', platform.dataDirectory]);
  expect(moved.code, moved.stderr).toBe(0);
  await until(async () => (await field('Leads', child, 'Last_Name')) === undefined, 'the merge is done', patience);
  expect(await field('Leads', master, 'Phone')).toBe('merged');
  expect(await related(`Leads/${master}/Notes`, 'Note_Content')).toEqual(['goes along']);
  await until(async () => (await orders()).length === 3, 'the quotes are converted', patience);
  expect((await orders()).sort()).toEqual([alone, ...many].sort());

  async function defineBlueprint(): Promise<void> {
    const blueprint = shop.folder('blueprint.json');
    const transitions = [{ name: 'Hold', from: ['New'], to: 'On Hold' }];
    writeFileSync(blueprint, JSON.stringify({ name: 'Support', module: 'Cases', field: 'Status', transitions }));
    const place = ['--json', '--data', platform.dataDirectory, '--dc', 'us', '--organization', organization.zgid];
    const { code, stderr } = await shop.run(['crm', 'blueprint', 'create', ...place, '--file', blueprint]);
    expect(code, stderr).toBe(0);
  }
}, 300_000);

const leadOf = (Phone: string) => ({ Last_Name: 'Lovelace', Company: 'Acme', Phone });

/** The connection to the database of the data centre, over the socket that its server's own pid file names. */
function databaseConnection(): pg.ClientConfig {
  const file = join(platform.dataDirectory, 'postgres', 'cluster', 'postmaster.pid');
  const [, , , port, host = ''] = readFileSync(file, 'utf8').split('\n');
  return { host, port: Number(port), user: 'grantway', database: 'dc_us' };
}

/** Kills the victims and waits until the platform, with these arguments more, answers again. */
async function kill(victim: (typeof kills)[number], ...more: string[]): Promise<void> {
  if (victim !== 'platform') killPostgres();
  if (victim === 'PostgreSQL') return;
  await platform.end('SIGKILL');
  const { dataDirectory, basePort } = platform;
  const args = ['--no-demo', '--config', shop.folder('config.json'), ...more];
  platform = await shop.start({ dataDirectory, basePort, args });
}

/** An answer that was on its way at the last kill counts as progress: PostgreSQL may not be back yet, its id still noted. */
function killPostgres(): void {
  const pid = postmasterPid(platform.dataDirectory);
  if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
}

/** One loop: a code, its tokens, refreshes and leads; what fails on the way was not acknowledged. */
async function work(index: number): Promise<void> {
  for (let round = 0; !stopped; round++) {
    try {
      const code = await newCode();
      const tokens = await exchange(code);
      if (!tokens.access_token) {
        trouble = JSON.stringify(tokens);
        continue;
      }
      acknowledged.spentCodes.push(code);
      acknowledged.accessTokens.push(tokens.access_token);
      acknowledged.refreshTokens.push(tokens.refresh_token as string);
      for (let turn = 0; turn < 3; turn++) {
        const { access_token } = await refresh(tokens.refresh_token as string);
        if (access_token) acknowledged.accessTokens.push(access_token);
        const lastName = `Lead ${index}.${round}.${turn}`;
        const id = await insertLead(lastName, tokens.access_token);
        if (id) acknowledged.leads.set(id, lastName);
      }
    } catch (error) {
      trouble = String(error);
      // The platform is away; a moment later it may be back.
      await delay(20);
    }
  }
}

interface TokenAnswer {
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly error?: string;
}

async function newCode(): Promise<string> {
  const response = await fetch(`${platform.ready.admin.origin}/self-client-codes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${readFileSync(platform.ready.admin.tokenFile, 'utf8').trim()}` },
    body: JSON.stringify({ dataCenter: 'us', clientId: client.client_id, scope, minutes: 10 }),
  });
  return ((await response.json()) as { code: string }).code;
}

const exchange = (code: string) => callTokenEndpoint({ grant_type: 'authorization_code', code });
const refresh = (token: string) => callTokenEndpoint({ grant_type: 'refresh_token', refresh_token: token });

async function callTokenEndpoint(parameters: Record<string, string>): Promise<TokenAnswer> {
  const body = new URLSearchParams({ ...client, ...parameters });
  const response = await fetch(`${platform.ready.dataCenters.us?.accounts}/oauth/v2/token`, { method: 'POST', body });
  return (await response.json()) as TokenAnswer;
}

const leadsUrl = () => `${platform.ready.dataCenters.us?.api}/crm/v8/Leads`;

function readLead(id: string, token: string): Promise<Response> {
  return fetch(`${leadsUrl()}/${id}`, { headers: { authorization: `Zoho-oauthtoken ${token}` } });
}

async function insertLead(lastName: string, token: string): Promise<string | undefined> {
  const response = await fetch(leadsUrl(), {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${token}` },
    body: JSON.stringify({ data: [{ Last_Name: lastName, Company: 'Acme' }] }),
  });
  if (response.status !== 201) return undefined;
  return ((await response.json()) as { data: { details: { id: string } }[] }).data[0]?.details.id;
}

/** Checks all items, a few at a time. */
async function each<Item>(items: readonly Item[], check: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: loops }, async () => {
      for (const item of rest) await check(item);
    }),
  );
}
