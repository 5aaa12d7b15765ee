import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeUser } from '../admin/users.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { consoleRoutes } from './console-app.ts';
import { CrmCaller } from './crm.ts';
import type { ConsoleRoute } from './route.ts';
import { Streams } from './streams.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, OrganizationList } from './wire.ts';

/** Every route of the console's API, with whatever can come: a refusal that says what is wrong, never a fault of ours. */
const routes = consoleRoutes(new Streams(), new CrmCaller({ notices: { subscribe() {} } } as never));
const runsPerRoute = 30;
let platform: TestPlatform;
let operator: Visitor;
/** Values that get a call past its first checks, by the name of parameter, query or field. */
const good: Record<string, unknown> = {};

beforeAll(async () => {
  platform = await startTestPlatform({ settings: { limits: { signInFailuresPerName: 0, clientsPerOwner: 0 } } });
  operator = await visit(platform, 'operator@example.com');
  await changeUser(platform.admin, 'us', 'operator@example.com', { operator: true, endTokens: false });
  const other = await platform.addUser('us', 'other@example.com');
  const self = await operator.json<Client>('POST', '/clients', newClients.self);
  const { organizations } = await operator.json<OrganizationList>('GET', '/organizations');
  Object.assign(good, {
    ...{
      id: self.clientId,
      clientId: self.clientId,
      secretId: 'us-0',
      dc: 'us',
      dataCenter: 'us',
      userId: other.userId,
    },
    ...{ sessionId: '0123456789abcdef', messageId: '0'.repeat(64), search: 'a', page: '1', kind: 'token', before: '1' },
    ...{ outcome: 'failed', environment: 'production', organizationId: organizations[0]?.organizationId },
    ...{ module: 'Leads', type: 'server', name: 'Lead app', homepageUrl: 'https://a.example/', enabled: true },
    ...{ redirectUris: ['https://a.example/cb'], javascriptDomains: [], sameSecret: false, showSecretOnce: false },
    ...{ settings: {}, password: testPassword, overlapSeconds: 0, scope: 'ZohoCRM.modules.ALL', minutes: 3 },
    ...{ description: 'a', code: '1000.a.b', clientSecret: 'a', firstName: 'A', lastName: 'B', email: 'a@b.example' },
    ...{ current: 'wrong', fresh: 'another good one', endTokens: false, organizationName: 'O', active: true },
    ...{ operator: false },
  });
});
afterAll(() => platform.stop());

const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
const texts = [
  ...[
    '\0',
    'a\0b',
    '\ud800',
    'a\udfffb',
    '\ufffe',
    '\u202e',
    '\u200b',
    '\r\n',
    "' OR 1=1 --",
    '%00',
    '%s',
    '../..',
    '',
  ],
  ...[' ', 'x'.repeat(5000), '\u{1f600}'.repeat(300), '__proto__', 'constructor', 'null', '-1', '1e309', '{}', '[]'],
  ...['99999999999999999999', '9223372036854775808', '0x10', '\uff11', 'NaN', 'a@b', '\u00fc@\u00fc.\u00fc', '<b>&"'],
];
const others = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, [], {}, [[]], [null], ['\0'], { '\0': 1 }, { a: '\ud800' }],
  ...[nested(50), nested(5000), { constructor: 1 }, Array(300).fill('a'), { toString: 'x' }, { limits: { a: 1 } }],
];
const hostileText = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary', maxLength: 30 }));
const hostile = fc.oneof({ weight: 3, arbitrary: hostileText }, { weight: 2, arbitrary: fc.constantFrom(...others) });

/** Some of them, `most` at most. */
const few = (names: string[], most: number, least = 0) =>
  fc.subarray(names, { minLength: least, maxLength: Math.min(most, names.length) });

/** Percent-encoded where that can be; what cannot (half a pair) as bytes that are no UTF-8. */
const encode = (text: string) => (text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80');

function fieldsOf(route: ConsoleRoute): string[] {
  return Object.keys((route.body as { properties?: object } | undefined)?.properties ?? {});
}

const bodyOf = (route: ConsoleRoute) => {
  const fields = fieldsOf(route);
  const nonsense = fc.constantFrom('', '{', 'null', '[]', '"a"', '1', '\0', '['.repeat(100_000), '\ufeff{}');
  if (fields.length === 0) return nonsense;
  const spoilt = fc.tuple(few(fields, 3, 1), hostile, few(fields, 1)).map(([bad, value, missing]) => {
    const body = Object.fromEntries(fields.map((name) => [name, good[name]]));
    for (const name of bad) body[name] = value;
    for (const name of missing) delete body[name];
    return JSON.stringify(body);
  });
  return fc.oneof({ weight: 1, arbitrary: nonsense }, { weight: 6, arbitrary: spoilt });
};

/** The path with good parameters, one of them spoilt perhaps, and a query that is. */
const addressOf = (route: ConsoleRoute) => {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const queryNames = [...Object.keys(route.query ?? {}), 'other'];
  return fc.tuple(few(names, 1), hostileText, few(queryNames, 2), hostileText).map(([bad, value, asked, text]) => {
    const path = route.path.replaceAll(/:(\w+)/g, (_all, name: string) =>
      encode(bad.includes(name) ? value || '-' : String(good[name])),
    );
    const query = asked.map((name) => `${name}=${encode(text)}`).join('&');
    return query === '' ? path : `${path}?${query}`;
  });
};

test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  async (_title, route) => {
    await fc.assert(
      fc.asyncProperty(addressOf(route), bodyOf(route), async (path, body) => {
        const response =
          route.method === 'GET' ? await operator.get(path) : await operator.send(route.method, path, body);
        const isStream = response.headers.get('content-type') === 'text/event-stream';
        if (isStream) await response.body?.cancel();
        else await response.arrayBuffer();
        expect(response.status, `${path} ${body.slice(0, 300)}`).toBeLessThan(500);
      }),
      { numRuns: runsPerRoute },
    );
  },
  60_000,
);

test('bodies that are refused name the field and what was expected', async () => {
  const refused = (body: unknown) => operator.refusal('POST', '/clients', body);
  const { server } = newClients;
  expect(await refused({ ...server, name: 'a\0b' })).toMatchObject({ status: 400, field: 'name' });
  expect(await refused({ ...server, name: 'a\ud800' })).toMatchObject({ status: 400, field: 'name' });
  expect(await refused({ ...server, name: 5 })).toMatchObject({ status: 400, field: 'name' });
  expect(await refused({ ...server, redirectUris: ['\0'] })).toMatchObject({ status: 400, field: 'redirectUris' });
  expect(await refused({ ...server, owner: 'me' })).toMatchObject({
    field: 'owner',
    message: '/owner is not known here; expected one of type, name, homepageUrl, redirectUris, javascriptDomains.',
  });
  expect(await refused('{')).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  for (const query of ['page=0', 'page=x', 'page=1&page=2', 'search=%00']) {
    expect(await operator.refusal('GET', `/clients?${query}`), query).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  }
});
