import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRegistrationToken } from './admin/clients.ts';
import { drawFlow, findFlows, showFlow } from './admin/flows.ts';
import type { Lab } from './lab/lab.ts';
import { authorize, HttpBrowser } from './testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from './testing/test-platform.ts';

/**
 * No credential in any event, flow, export, diagram, metric or line of the log, wherever a client puts it. Marked
 * credentials of every kind go to every place of requests to every part, in any combination; then all that is kept or
 * told is searched for them.
 */
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
const logged: string[] = [];
const hex = (bytes: number) => randomBytes(bytes).toString('hex');

let platform: TestPlatform;
/** What must not show up, by its kind. */
const marks = new Map<string, string>();
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  const lines = new Writable({ write: (chunk, _encoding, done) => done(void logged.push(String(chunk))) });
  const limits = { eventsPerMinute: 0, codesPerUserAndClientPerWindow: 0 };
  const settings = {
    logLevel: 'debug',
    limits,
    standards: { registration: 'initial-token' },
    inspector: { stepsPerMinute: 0 },
  };
  platform = await startTestPlatform({ lab: true, log: pino({ level: 'debug' }, lines), settings });
  await platform.addUser('us', email);
  const web = await platform.addClient({ type: 'server', owner: email });
  const accounts = platform.topology.find('us')?.origins.accounts;
  const scope = 'openid,ZohoCRM.modules.ALL';
  const asked = {
    client_id: web.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    access_type: 'offline',
  };
  const newCode = async (browser: HttpBrowser) => {
    const address = `${accounts}/oauth/v2/auth?${new URLSearchParams(asked)}`;
    return new URL(await authorize(browser, address, { email, password: testPassword })).searchParams.get('code') ?? '';
  };
  const browser = new HttpBrowser(platform.basePort);
  const code = await newCode(browser);
  const own = { client_id: web.client_id, client_secret: web.client_secret, redirect_uri: redirectUri };
  const body = new URLSearchParams({ ...own, grant_type: 'authorization_code', code });
  const answer = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body });
  const tokens = (await answer.json()) as Record<string, string>;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const assertion = await new SignJWT({ sub: web.client_id }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  const given = { dataCenter: 'us', owner: email, ttlSeconds: 3600 };
  const registration = await createRegistrationToken(platform.admin, given);
  const cookies = browser
    .cookieHeader()
    .split('; ')
    .map((cookie) => cookie.slice(cookie.indexOf('=') + 1));
  const all = {
    'used code': code,
    'unused code': await newCode(browser),
    'access token': tokens.access_token ?? '',
    'refresh token': tokens.refresh_token ?? '',
    'ID token': tokens.id_token ?? '',
    'client secret': web.client_secret,
    'wrong secret': hex(21),
    'wrong token': `1000.${hex(16)}.${hex(16)}`,
    'token of a device': `1004.${hex(16)}.${hex(16)}`,
    assertion,
    'DPoP key': String(privateKey.export({ format: 'jwk' }).d),
    'code verifier': randomBytes(32).toString('base64url'),
    'registration token': registration.initial_access_token,
    'admin token': platform.admin.adminToken,
    session: cookies.find((value) => /^[0-9a-f]{64}$/.test(value)) ?? '',
    'cookie of forms': cookies.find((value) => /^[0-9a-f]{42}$/.test(value)) ?? '',
    password: testPassword,
    'wrong password': `Pw mark ${hex(6)}`,
  };
  for (const [kind, mark] of Object.entries(all)) marks.set(kind, mark);
  expect([...marks].filter(([, mark]) => mark.length < 12)).toEqual([]);
});
afterAll(async () => {
  agent.destroy();
  await platform?.stop();
});

interface Target {
  readonly service: 'accounts' | 'api' | 'sandboxApi' | 'content' | 'console';
  readonly path: string;
}
const at = (service: Target['service'], ...paths: string[]): Target[] => paths.map((path) => ({ service, path }));
const targets = [
  ...at('accounts', '/oauth/v2/auth', '/oauth/v2/token', '/oauth/v2/token/revoke', '/oauth/user/info'),
  ...at('accounts', '/oauth/v3/device/code', '/oauth/v3/device/token', '/oauth/v2/token/scope/enhance'),
  ...at('accounts', '/oauth2/auth', '/oauth2/token', '/oauth2/revoke', '/oauth2/introspect', '/oauth2/userinfo'),
  ...at('accounts', '/oauth2/par', '/oauth2/register', '/oauth2/device/code', '/oauth2/logout', '/oauth/v2/introspect'),
  ...at('accounts', '/signin', '/signin/password', '/account/password', '/device', '/oauth/consent', '/nowhere'),
  ...at('api', '/crm/v8/Leads', '/crm/v8/coql', '/crm/v8/org', '/crm/v8/Leads/search', '/crm/bulk/v8/read', '/'),
  ...at('sandboxApi', '/crm/v8/Leads'),
  ...at('content', '/crm/v8/upload'),
  ...at('console', '/api/session', '/api/clients', '/api/sign-in', '/nowhere'),
];

/** Where a client can put a text. What a person chose goes where people are asked for it, and to unknown names. */
const places = {
  query: 'any',
  'known parameter': 'machine',
  'parameter name': 'machine',
  form: 'any',
  'known form field': 'machine',
  path: 'machine',
  bearer: 'any',
  'own scheme': 'any',
  'no scheme': 'any',
  'basic password': 'any',
  'basic name': 'any',
  'DPoP header': 'any',
  cookie: 'any',
  'own header': 'any',
  'user agent': 'machine',
  origin: 'machine',
  'content type': 'machine',
  'JSON value': 'any',
  'JSON name': 'machine',
  'text that is JSON': 'any',
  'bare text': 'machine',
  'multipart value': 'any',
  'multipart file': 'any',
} as const;
type Place = keyof typeof places;

const credentialNames = [
  ...['code', 'refresh_token', 'access_token', 'token', 'client_secret', 'password', 'code_verifier', 'device_code'],
  ...[
    'client_assertion',
    'subject_token',
    'id_token_hint',
    'state',
    'nonce',
    'request',
    'request_uri',
    'authtoken',
    'q',
  ],
];
const knownNames = [
  'client_id',
  'scope',
  'redirect_uri',
  'grant_type',
  'response_type',
  'prompt',
  'fields',
  'ids',
  'soid',
];

interface Sent {
  readonly target: Target;
  readonly method: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
  readonly kind: string;
  readonly place: Place;
  readonly name: string;
  readonly known: string;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  target: fc.constantFrom(...targets),
  method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'OPTIONS'),
  place: fc.constantFrom(...(Object.keys(places) as Place[])),
  kind: fc.constantFrom(
    ...['used code', 'unused code', 'access token', 'refresh token', 'ID token', 'client secret', 'wrong secret'],
    ...['wrong token', 'token of a device', 'assertion', 'DPoP key', 'code verifier', 'registration token'],
    ...['admin token', 'session', 'cookie of forms', 'password', 'wrong password'],
  ),
  name: fc.constantFrom(...credentialNames),
  known: fc.constantFrom(...knownNames),
});

async function send({ target, method, kind, place, name, known }: Sent): Promise<void> {
  const personal = kind.includes('password');
  if (personal && places[place] === 'machine') return;
  const mark = marks.get(kind) ?? '';
  const query = new URLSearchParams({ client_id: 'x' });
  let path = target.path;
  const headers: Record<string, string> = {};
  let body: string | undefined;
  const header = (of: string, value: string) => {
    headers[of] = value;
  };
  const form = (fields: Record<string, string>) => {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    body = new URLSearchParams({ grant_type: 'refresh_token', ...fields }).toString();
  };
  const json = (text: string, type = 'application/json') => {
    headers['content-type'] = type;
    body = text;
  };
  const part = (head: string, content: string) => {
    headers['content-type'] = 'multipart/form-data; boundary=b';
    body = `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n--b--\r\n`;
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const put: Record<Place, () => void> = {
    query: () => query.set(name, mark),
    'known parameter': () => query.set(known, mark),
    'parameter name': () => query.set(mark, ''),
    form: () => form({ [name]: mark }),
    'known form field': () => form({ [known]: mark }),
    path: () => {
      path = `${path}/${encodeURIComponent(mark)}`;
    },
    bearer: () => header('authorization', `Bearer ${mark}`),
    'own scheme': () => header('authorization', `Zoho-oauthtoken ${mark}`),
    'no scheme': () => header('authorization', mark),
    'basic password': () => header('authorization', `Basic ${base64(`anna:${mark}`)}`),
    'basic name': () => header('authorization', `Basic ${base64(`${mark}:x`)}`),
    'DPoP header': () => header('dpop', mark),
    cookie: () => header('cookie', `iamcsr=${encodeURIComponent(mark)}; ${name}=${encodeURIComponent(mark)}`),
    'own header': () => header('x-own', mark),
    'user agent': () => header('user-agent', `app/1 ${mark}`),
    origin: () => header('origin', `https://${mark}.example`),
    'content type': () => json('{}', `application/json; x=${mark}`),
    'JSON value': () => json(JSON.stringify({ [name]: mark, data: [{ Last_Name: mark, [name]: mark }] })),
    'JSON name': () => json(JSON.stringify({ [mark]: 1, data: [{ [mark]: mark }] })),
    'text that is JSON': () => json(JSON.stringify({ [name]: mark }), 'text/plain'),
    'bare text': () => json(mark, 'text/plain'),
    'multipart value': () => part(`name="${name}"`, mark),
    'multipart file': () => part('name="file"; filename="leads.csv"', `Last Name\n${mark}\n`),
  };
  put[place]();
  const origin = platform.topology.find('us')?.origins[target.service] ?? '';
  await new Promise<void>((resolve, reject) => {
    const url = new URL(`${origin}${path}?${query}`);
    const request = httpRequest(url, { method, headers, agent }, (response: IncomingMessage) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
    request.end(method === 'GET' || method === 'OPTIONS' ? undefined : body);
  });
}

/** All that is kept or told of the requests, by what it is. */
async function told(): Promise<Map<string, string>> {
  const us = platform.dataCenters.get('us');
  await us?.events.flush();
  const rows =
    (await us?.database.query<{ row: string }>({ text: 'SELECT e::text AS row FROM protocol_event e' })) ?? [];
  const found = new Map([
    ['log', logged.join('\n')],
    ['events', rows.map(({ row }) => row).join('\n')],
  ]);
  const headers = { authorization: `Bearer ${platform.admin.adminToken}` };
  for (const path of ['/metrics', '/audit?dataCenter=us&limit=1000', '/events?dataCenter=us&limit=500']) {
    found.set(path, await (await fetch(`${platform.adminOrigin}${path}`, { headers })).text());
  }
  const replay = (platform.lab as Lab).replay;
  const { flows } = await findFlows(platform.admin, { limit: '500' });
  for (const { flow_id: id } of flows) {
    const { svg, text } = await drawFlow(platform.admin, id);
    found.set(`flow ${id}`, JSON.stringify(await showFlow(platform.admin, id)));
    found.set(`diagram of ${id}`, `${svg}\n${text}`);
    found.set(`test of ${id}`, await replay.test(id, 'node').then(({ source }) => source, String));
  }
  return found;
}

test('marked credentials in every place of requests to every part are told nowhere', async () => {
  await fc.assert(fc.asyncProperty(sent, send), { numRuns: 3_000, endOnFailure: true });
  const all = await told();
  expect([...all.keys()].filter((what) => what.startsWith('flow ')).length).toBeGreaterThan(50);
  const leaks: string[] = [];
  for (const [kind, mark] of marks) {
    // A part of one gives it away, too: texts are cut.
    const forms = [mark.slice(0, 40), mark.slice(-24), encodeURIComponent(mark), Buffer.from(mark).toString('base64')];
    for (const [what, text] of all) {
      for (const form of forms) {
        const index = text.indexOf(form);
        if (index >= 0) leaks.push(`${kind} in ${what}: ${text.slice(Math.max(0, index - 120), index + 90)}`);
      }
    }
  }
  expect(leaks.length === 0 ? [] : [leaks.length, ...leaks.slice(0, 30)]).toEqual([]);
}, 240_000);
