import { Agent, request } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSelfClientCode } from './admin/self-client-code.ts';
import type { RunningDataCenter } from './build-data-center.ts';
import type { EventKind } from './inspector/event-kinds.ts';
import { listEvents } from './inspector/events.ts';
import { startTestPlatform, type TestPlatform } from './testing/test-platform.ts';

/** Floods of requests that are refused, over HTTP: what they leave in the database and in the log. */
const requests = 300;
/** Beyond what the other floods have at once. */
const requestsAtOnce = 50;
const tokenLimits = { activeAccessTokensPerRefreshToken: 0, accessTokensPerRefreshTokenPerWindow: 0 };
const lines: string[] = [];
let platform: TestPlatform;
let origins: Record<string, string>;

beforeAll(async () => {
  const log = pino({ level: 'info', base: null }, { write: (line: string) => lines.push(line) });
  platform = await startTestPlatform({ log, settings: { limits: { ...tokenLimits, requestsAtOnce } } });
  origins = { ...platform.topology.find('us')?.origins };
});
afterAll(() => platform.stop());

/** Sends the requests and sums up what was recorded of the kind: rows, the requests they tell of, and bytes. */
async function left(kind: EventKind, send: (number: number) => Promise<Response>) {
  lines.length = 0;
  for (let begun = 0; begun < requests; begun += 20) {
    const answers = Array.from({ length: 20 }, (_, index) => send(begun + index));
    await Promise.all(answers.map(async (answer) => (await answer).arrayBuffer()));
  }
  const { database, events } = platform.dataCenters.get('us') ?? {};
  await events?.flush();
  const rows = database ? await listEvents(database, { limit: 1000, kind }) : [];
  const told = rows.reduce((sum, { detail }) => sum + Number(detail.repeated ?? 1), 0);
  return { rows: rows.length, told, bytes: JSON.stringify(rows).length, logged: lines.join('').length };
}

const small = 30_000;

test('preflights with 11 kB of origin', async () => {
  const sum = await left('cors', (number) =>
    fetch(`${origins.api}/crm/v8/Leads`, {
      method: 'OPTIONS',
      headers: { origin: `https://${number}.${'x'.repeat(11_000)}.example`, 'access-control-request-method': 'GET' },
    }),
  );
  expect(sum).toMatchObject({ rows: 21, told: requests });
  expect([sum.bytes < small, sum.logged < small]).toEqual([true, true]);
});

test('token requests with long parameters', async () => {
  const sum = await left('token', (number) =>
    fetch(`${origins.accounts}/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: `${number}${'y'.repeat(30_000)}`, client_id: 'z'.repeat(30_000) }),
    }),
  );
  expect(sum).toMatchObject({ rows: 21, told: requests });
  expect([sum.bytes < small, sum.logged < small]).toEqual([true, true]);
});

test('calls without a token that lives', async () => {
  const sum = await left('api', (number) =>
    fetch(`${origins.api}/crm/v8/Leads/${number}${'9'.repeat(10_000)}`, {
      headers: { authorization: `Zoho-oauthtoken ${number}` },
    }),
  );
  expect(sum).toMatchObject({ rows: 21, told: requests });
  expect([sum.bytes < small, sum.logged < small]).toEqual([true, true]);
});

test('authorization requests of clients that nobody has', async () => {
  const sum = await left('authorize', (number) =>
    fetch(`${origins.accounts}/oauth/v2/auth?response_type=code&client_id=${number}${'c'.repeat(8000)}`),
  );
  // Each names another client, so each is a row, but a short one.
  expect(sum).toMatchObject({ rows: requests, told: requests });
  expect(sum.logged).toBeLessThan(requests * 700);
  expect(sum.bytes).toBeLessThan(requests * 700);
});

describe('more than can be worked on at once', () => {
  const connections = 2_000;
  const agent = new Agent({ keepAlive: true, maxSockets: connections / 2, maxFreeSockets: connections });
  afterAll(() => agent.destroy());

  interface Answer {
    readonly status: number;
    readonly retryAfter: string | undefined;
    readonly json: Record<string, unknown>;
  }

  /** Sends a request on a connection of its own while there are fewer than may be, and on one that is free then. */
  function post(url: string, body: string, headers: Record<string, string>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const { statusCode: status = 0, headers: came } = response;
        resolve({ status, retryAfter: came['retry-after'], json: JSON.parse(text) });
      });
      sent.on('error', reject).end(body);
    });
  }

  /** The value of a metric of a listener, as an operator reads it. */
  async function metric(name: string, service: string): Promise<number> {
    const headers = { authorization: `Bearer ${platform.admin.adminToken}` };
    const text = await (await fetch(`${platform.adminOrigin}/metrics`, { headers })).text();
    return Number(
      new RegExp(`^grantway_http_requests_${name}\\{.*service="${service}"\\} (\\d+)$`, 'm').exec(text)?.[1],
    );
  }

  test('2,000 connections: early refusals that say when to come again, and nothing acknowledged is lost', async () => {
    const owner = `anna.${platform.basePort}.${performance.now()}@us.example`;
    await platform.addUser('us', owner);
    const { client_id, client_secret } = await platform.addClient({ type: 'self', owner, name: '' });
    const scope = 'ZohoCRM.modules.ALL';
    const asked = { dataCenter: 'us', clientId: client_id, scope, minutes: 10, environment: 'production' } as const;
    const { code } = await createSelfClientCode(platform.admin, {
      ...asked,
      organizationId: undefined,
      description: 't',
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const token = (fields: Record<string, string>) =>
      post(
        `${origins.accounts}/oauth/v2/token`,
        `${new URLSearchParams({ client_id, client_secret, ...fields })}`,
        form,
      );
    const { json: tokens } = await token({ grant_type: 'authorization_code', code });
    const authorization = `Zoho-oauthtoken ${tokens.access_token}`;
    const refresh = () => token({ grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) });
    const create = () => post(`${origins.api}/crm/v8/Leads`, '{"data":[{"Last_Name":"Flood"}]}', { authorization });
    expect([(await refresh()).status, (await create()).status]).toEqual([200, 201]);

    const each = (send: () => Promise<Answer>) => Promise.all(Array.from({ length: connections / 2 }, () => send()));
    const { authority, database } = platform.dataCenters.get('us') as RunningDataCenter;
    const probe = async (path: string) =>
      Promise.all([origins.accounts, origins.api].map(async (origin) => (await fetch(`${origin}${path}`)).status));
    // What is inside waits, so that the rest finds no place, however fast this machine is.
    database.hold();
    const flood = Promise.all([each(refresh), each(create)]);
    for (const service of ['accounts', 'api']) {
      await expect.poll(() => metric('refused_total', service)).toBeGreaterThan(0);
    }
    expect(await probe('/healthz')).toEqual([200, 200]);
    database.release();
    await expect.poll(() => probe('/readyz')).toEqual([200, 200]);
    const [refreshed, created] = await flood;
    expect(Object.values(agent.freeSockets).map((sockets) => sockets?.length)).toEqual([
      connections / 2,
      connections / 2,
    ]);

    const refused = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 503);
    const told = (answers: readonly Answer[]) =>
      [...new Set(refused(answers).map(({ retryAfter, json }) => JSON.stringify([retryAfter, json])))].map((text) =>
        JSON.parse(text),
      );
    expect(told(refreshed)).toEqual([['5', { error: 'temporarily_unavailable' }]]);
    expect(told(created)).toMatchObject([['5', { code: 'INTERNAL_ERROR', status: 'error' }]]);
    const accessTokens = refreshed.filter(({ status }) => status === 200).map(({ json }) => String(json.access_token));
    const leads = created
      .filter(({ status }) => status === 201)
      .map(({ json }) => (json as unknown as Created).data[0].details.id);
    expect([accessTokens.length + refused(refreshed).length, leads.length + refused(created).length]).toEqual([
      refreshed.length,
      created.length,
    ]);
    for (const service of ['accounts', 'api']) {
      expect(await metric('peak', service)).toBeLessThanOrEqual(requestsAtOnce);
      await expect.poll(() => metric('under_way', service)).toBe(0);
    }

    const checks = await Promise.all(accessTokens.map((each) => authority.check(each)));
    expect(checks.filter((check) => !('grant' in check))).toEqual([]);
    const stored = await database.query<{ id: string }>({
      text: `SELECT record_id AS id FROM crm_record WHERE name = 'Flood'`,
    });
    const ids = new Set(stored.map(({ id }) => id));
    expect(leads.filter((id) => !ids.has(id))).toEqual([]);
    // What was refused has left nothing: those that were acknowledged, and the one from before.
    expect(ids.size).toBe(leads.length + 1);
    expect([(await refresh()).status, (await create()).status]).toEqual([200, 201]);
  });
});

interface Created {
  readonly data: readonly [{ readonly details: { readonly id: string } }];
}
