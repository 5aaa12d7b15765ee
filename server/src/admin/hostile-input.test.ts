import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { type AdminRoute, createAdminApp } from './admin-app.ts';

/** Every route of the admin API, with whatever can come: a refusal that says what is wrong, never a fault of ours. */
let platform: TestPlatform;
const routes: AdminRoute[] = [];
/** Values that get a call past its first checks. */
const good: Record<string, unknown> = {};
const email = 'anna@us.example';
const runsPerRoute = 40;

beforeAll(async () => {
  platform = await startTestPlatform();
  const user = await platform.addUser('us', email);
  const { client_id } = await platform.addClient({ type: 'self', owner: email });
  const web = await platform.addClient({ type: 'server', owner: email });
  await createAdminApp(platform.admin, new AbortController().signal, routes).close();
  Object.assign(good, {
    ...{ dataCenter: 'us', email, owner: email, type: 'server', clientId: client_id, id: web.client_id },
    ...{ organizationId: user.organizationId, environment: 'production', module: 'Leads', scope: 'openid' },
    ...{ firstRow: 0, header: ['Last Name'], rows: [['a']], password: 'correct horse', lastName: 'a' },
    ...{ organization: 'Org', name: 'a', token: `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`, territories: true },
    ...{ homepageUrl: 'https://a.example', redirectUris: ['https://a.example/cb'], kind: 'token', limit: '5' },
    ...{ rule: { name: 'a', module: 'Leads', default_assignee: email, entries: [] }, overrides: {}, minutes: 3 },
    ...{ importId: '1', outcome: 'Success', active: true, endTokens: false, enable: [], disable: [] },
  });
});
afterAll(() => platform.stop());

const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
const texts = [
  ...['\0', 'a\0b', '\ud800', 'a\udfffb', '\ufffe', '\u202e', '\u200b', '\r\n', "' OR 1=1 --", '%00', '%s', '../..'],
  ...[
    '',
    ' ',
    'x'.repeat(5000),
    '\u{1f600}'.repeat(300),
    '__proto__',
    'constructor',
    'toString',
    'null',
    '-1',
    '1e309',
  ],
  ...['99999999999999999999', '9223372036854775808', '0x10', '１', 'NaN', '{}', '[]', 'a@b', '\u00fc@\u00fc.\u00fc'],
];
const others = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, [], {}, [[]], [null], ['\0'], { '\0': 1 }, { a: '\ud800' }],
  ...[nested(50), nested(5000), { __proto__: null, constructor: 1 }, Array(300).fill('a'), { toString: 'x' }],
];
const hostileText = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary', maxLength: 30 }));
const hostile = fc.oneof({ weight: 3, arbitrary: hostileText }, { weight: 2, arbitrary: fc.constantFrom(...others) });

const names = () => Object.keys(good);
const bodyText = () =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '[]', '"a"', '1', '\0', '['.repeat(100_000), '\ufeff{}') },
    {
      weight: 12,
      arbitrary: fc
        .tuple(fc.subarray(names(), { minLength: 1, maxLength: 3 }), hostile, fc.subarray(names(), { maxLength: 2 }))
        .map(([bad, value, missing]) => {
          const body: Record<string, unknown> = { ...good };
          for (const name of bad) body[name] = value;
          for (const name of missing) delete body[name];
          return JSON.stringify(body);
        }),
    },
  );

/** One call, with `id` in its path. */
async function call(route: AdminRoute, id: string, query: Record<string, string>, body: string) {
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const path = route.path.replace(':id', id === '' ? '-' : id);
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE';
  return fetch(`${platform.adminOrigin}${path}?${parameters.join('&')}`, {
    method: route.method,
    headers: { authorization: `Bearer ${platform.admin.adminToken}`, 'content-type': 'application/json' },
    ...(hasBody ? { body } : {}),
  });
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed());
/** Names of the bodies of each route, so that a body is refused for its values and not for a name. */
const fieldsOf: Record<string, readonly string[]> = {
  'POST /users': ['dataCenter', 'email', 'password', 'firstName', 'lastName', 'organization'],
  'PATCH /users': ['dataCenter', 'email', 'password', 'active', 'endTokens'],
  'POST /data-centers/:id/outside-providers': ['id', 'name', 'clientId', 'scopes'],
  'POST /data-centers/:id/signing-keys/retire': ['id'],
  'POST /clients': ['dataCenter', 'owner', 'type', 'name', 'homepageUrl', 'redirectUris', 'javascriptDomains'],
  'PATCH /clients/:id': ['name', 'homepageUrl', 'redirectUris', 'javascriptDomains', 'enable', 'disable', 'overrides'],
  'POST /clients/:id/rotate-secret': ['dataCenter'],
  'POST /registration-tokens': ['dataCenter', 'owner', 'ttlSeconds'],
  'POST /self-client-codes': ['dataCenter', 'clientId', 'scope', 'minutes', 'environment', 'organizationId'],
  'POST /imports': ['dataCenter', 'organizationId', 'environment', 'module', 'importId'],
  'POST /imports/rows': [
    'dataCenter',
    'organizationId',
    'environment',
    'module',
    'importId',
    'firstRow',
    'header',
    'rows',
  ],
  'POST /imports/close': ['dataCenter', 'organizationId', 'environment', 'module', 'importId'],
  'POST /blueprints': ['dataCenter', 'organizationId', 'environment', 'blueprint'],
  'POST /layouts': ['dataCenter', 'organizationId', 'environment', 'layout'],
  'POST /mail-templates': ['dataCenter', 'organizationId', 'environment', 'template'],
  'POST /assignment-rules': ['dataCenter', 'organizationId', 'environment', 'rule'],
  'PUT /territories': ['dataCenter', 'organizationId', 'environment', 'territories'],
  'POST /tokens/inspect': ['token'],
  'POST /data-centers/:id/signing-keys/rotate': [],
};

test('the routes are all of them', () => {
  expect(routes.length).toBeGreaterThan(20);
  const withBody = routes.filter(({ method }) => !['GET', 'DELETE'].includes(method));
  expect(withBody.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(fieldsOf).sort());
});

test('whatever comes in path, query and body, no answer is a fault of ours', async () => {
  for (const route of routes) {
    const known = fieldsOf[`${route.method} ${route.path}`] ?? [];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(hostileText.map(encode), fc.constant('good'), fc.constantFrom('%00', '%ff', '%zz', '%ed%a0%80')),
        fc.subarray(names(), { maxLength: 2 }),
        hostileText.map(encode),
        bodyText(),
        async (id, bad, value, body) => {
          const query: Record<string, string> = {};
          for (const name of ['dataCenter', 'organizationId', 'environment', 'limit', 'kind', 'outcome', 'clientId'])
            query[name] = encode(String(good[name]));
          for (const name of bad) query[name] = value;
          const fitting = keepKnown(body, known);
          const ownId = route.path.startsWith('/data-centers') ? 'us' : encode(String(good.id));
          const answer = await call(route, id === 'good' ? ownId : id, query, fitting);
          const text = await answer.text();
          expect(answer.status, `${text} ${fitting.slice(0, 300)}`).toBeLessThan(500);
          if (answer.status >= 400) expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String) } });
        },
      ),
      { numRuns: runsPerRoute },
    );
  }
}, 180_000);

function keepKnown(text: string, known: readonly string[]): string {
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    if (body === null || typeof body !== 'object' || Array.isArray(body)) return text;
    return JSON.stringify(Object.fromEntries(Object.entries(body).filter(([name]) => known.includes(name))));
  } catch {
    return text;
  }
}

test.each([
  ['GET', '/events?dataCenter=us&outcome=a%00b', undefined, 'U+0000'],
  ['GET', '/events?dataCenter=us&clientId=%00', undefined, 'U+0000'],
  ['GET', '/events?dataCenter=us&outcome=a&outcome=b', undefined, 'expected one, got several'],
  ['GET', '/mails/a%00b?dataCenter=us', undefined, 'U+0000'],
  [
    'PATCH',
    '/users',
    '{"dataCenter":"us","email":"anna@us.example","password":"long\\u0000enough"}',
    'the body/password',
  ],
  [
    'POST',
    '/clients',
    '{"dataCenter":"us","owner":"\\u0000","type":"self"}',
    'the body/owner: expected text, got U+0000',
  ],
  ['POST', '/users', '{"dataCenter":"\\ud800"}', 'surrogate'],
  ['POST', '/tokens/inspect', '{"token":["s3cret"]}', '/token: expected string, got a list'],
  ['POST', '/tokens/inspect', 'null', 'the body: expected object, got null'],
  ['GET', '/events?dataCenter=us&kind=nonsense', undefined, 'unknown event kind \\"nonsense\\"; expected one of '],
  ['POST', '/tokens/inspect', `{"token":${'['.repeat(200)}${']'.repeat(200)}}`, 'at most 64 levels'],
] as const)('%s %s is refused by name', async (method, path, body, expected) => {
  const answer = await fetch(`${platform.adminOrigin}${path}`, {
    method,
    headers: { authorization: `Bearer ${platform.admin.adminToken}` },
    ...(body === undefined ? {} : { body }),
  });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(expected)]);
});
