import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeUser } from '../admin/users.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { consoleRoutes } from './console-app.ts';
import { CrmCaller } from './crm.ts';
import type { ConsoleRoute } from './route.ts';
import { Streams } from './streams.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, ClientList, OrganizationList, SecretList } from './wire.ts';
import type { AppList, SessionList } from './wire-account.ts';
import type { FlowList } from './wire-flows.ts';

/** Over the whole table of routes: nobody sees or touches what is another user's, and no page elsewhere can act here. */
const routes = consoleRoutes(new Streams(), new CrmCaller({ notices: { subscribe() {} } } as never));
let platform: TestPlatform;
let victim: Visitor;
let attacker: Visitor;
let clients: Client[];
let own: Client;
let secretIds: string[];
/** A flow of the victim's client-based app. */
let flowId: string;

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu'], lab: true });
  victim = await visit(platform, 'victim@example.com');
  attacker = await visit(platform, 'attacker@example.com');
  clients = await Promise.all(
    Object.values(newClients).map((fields) => victim.json<Client>('POST', '/clients', fields)),
  );
  own = await attacker.json<Client>('POST', '/clients', newClients.browser);
  const listed = clients.map(({ clientId }) => victim.json<SecretList>('GET', `/clients/${clientId}/secrets`));
  secretIds = (await Promise.all(listed)).flatMap(({ secrets }) => secrets.map(({ secretId }) => secretId));
  // The victim uses the own self client, and so has a grant and tokens.
  const self = clients.find(({ type }) => type === 'self')?.clientId;
  const code = { scope: 'ZohoCRM.modules.ALL', minutes: 3, description: 'a test', environment: 'production' };
  const made = await victim.json<{ code: string }>('POST', `/clients/${self}/codes`, code);
  const body = { code: made.code };
  const exchanged = await victim.json<{ status: number }>('POST', `/clients/${self}/codes/exchange`, body);
  expect(exchanged.status).toBe(200);
  const app = clients.find(({ type }) => type === 'browser')?.clientId ?? '';
  await fetch(`${platform.topology.find('us')?.origins.accounts}/oauth/v2/auth?client_id=${encodeURIComponent(app)}`);
  await platform.dataCenters.get('us')?.events.flush();
  const { flows } = await victim.json<FlowList>('GET', `/clients/${encodeURIComponent(app)}/flows`);
  flowId = flows[0]?.flowId ?? '';
  expect(flowId).not.toBe('');
});
afterAll(() => platform.stop());

/** A body that the route takes of who may call it. */
function bodyFor(route: ConsoleRoute, client: Client): unknown {
  const provider = {
    ...{ name: 'O', issuer: 'https://o.example', clientId: 'c', clientSecret: 's', scopes: 'openid' },
    ...(route.method === 'POST' && { providerId: 'o' }),
  };
  const bodies: Readonly<Record<string, unknown>> = {
    'POST /clients': newClients.self,
    'PATCH /clients/:id': { homepageUrl: 'https://other.example.com/' },
    'DELETE /clients/:id': { name: client.name },
    'PUT /clients/:id/data-centers/:dc': { enabled: true },
    'POST /clients/:id/secrets/:secretId/reveal': {},
    'POST /clients/:id/secrets/rotate': { overlapSeconds: 0 },
    'POST /clients/:id/codes': {
      ...{ scope: 'ZohoCRM.modules.ALL', minutes: 3, description: 'a test', environment: 'production' },
    },
    'POST /clients/:id/codes/exchange': { code: '1000.a.b' },
    'POST /clients/:id/guided-run': {
      ...{ dataCenter: 'us', service: 'accounts', method: 'POST', path: '/oauth/v2/token' },
      ...{ parameters: {}, headers: {}, secretOf: 'us' },
    },
    'PATCH /account': { firstName: 'A', lastName: 'B' },
    'POST /account/password': { current: 'wrong', fresh: 'another good one', endTokens: false },
    'POST /administration/users': {
      ...{ email: 'new@example.com', firstName: '', lastName: 'N', password: testPassword, organizationName: 'O' },
    },
    'POST /administration/providers': provider,
    'PATCH /administration/providers/:providerId': provider,
    'PATCH /administration/users/:userId': { active: false },
  };
  return bodies[`${route.method} ${route.path}`] ?? (route.method === 'GET' ? undefined : {});
}

/** The path with what belongs to the victim in it. */
function pathFor(route: ConsoleRoute, client: Client, id = encodeURIComponent(client.clientId)): string {
  const userId = victim.session.user.userId;
  // What a query has to say; one that does not is asked nothing.
  const query = route.path.endsWith('/cors-check') && !id.includes('?') ? '?origin=https%3A%2F%2Fa.example' : '';
  return `${route.path}${query}`
    .replace(':id', id)
    .replace(':clientId', encodeURIComponent(client.clientId))
    .replace(':secretId', secretIds.find((each) => each.startsWith('us-')) ?? '')
    .replace(':dataCenter', 'us')
    .replace(':dc', 'eu')
    .replace(':userId', userId)
    .replace(':flowId', flowId)
    .replace(':sessionId', '0123456789abcdef')
    .replace(':providerId', 'corporate')
    .replace(':keyId', '0123456789abcdef')
    .replace(':messageId', '0'.repeat(64));
}

/** All that the victim has, as the victim sees it. */
async function snapshot(): Promise<unknown> {
  // Otherwise the uses of secrets, which are stored now and then, may be stored between two looks.
  await platform.admin.clients.storeSecretUses();
  return Promise.all([
    victim.json<ClientList>('GET', '/clients'),
    ...clients.map(({ clientId }) => victim.json('GET', `/clients/${clientId}/secrets`)),
    ...clients.map(({ clientId }) => victim.json('GET', `/clients/${clientId}/users`)),
    victim.json<AppList>('GET', '/account/apps'),
    victim.json('GET', '/account'),
    victim.json<SessionList>('GET', '/account/sessions'),
  ]);
}

const ofClients = routes.filter(({ path }) => path.startsWith('/clients/:id'));
const title = ({ method, path }: ConsoleRoute) => `${method} ${path}`;

/** The status of a call whose answer may be a stream. */
async function statusOf(visitor: Visitor, route: ConsoleRoute, path: string, body: unknown): Promise<number> {
  const response = route.method === 'GET' ? await visitor.get(path) : await visitor.send(route.method, path, body);
  await response.body?.cancel();
  return response.status;
}

describe("another user's clients do not exist", () => {
  test.each(ofClients.map((route) => [title(route), route] as const))('%s', async (_title, route) => {
    const before = await snapshot();
    for (const client of clients) {
      expect(await statusOf(attacker, route, pathFor(route, client), bodyFor(route, client))).toBe(404);
    }
    expect(await snapshot()).toEqual(before);
  });

  test('in whatever way the id is written', async () => {
    const before = await snapshot();
    const written = fc
      .tuple(fc.constantFrom(...clients), fc.constantFrom('', '%20', '%00', '.', '/', '%2F', '?', '%2e', '%ff'))
      .chain(([client, more]) => {
        const id = client.clientId;
        const ids = [id, id.toLowerCase(), id.replace('.', '%2E'), [...id].map(escaped).join(''), `../clients/${id}`];
        const mine = `${own.clientId}/../${id}`;
        return fc
          .constantFrom(...ids, mine, `${own.clientId}%2F..%2F${id}`)
          .map((form) => ({ client, id: form + more }));
      });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ofClients), written, async (route, { client, id }) => {
        const path = pathFor(route, client, id);
        const status = await statusOf(attacker, route, path, bodyFor(route, client));
        expect([400, 403, 404], `${route.method} ${path}: ${status}`).toContain(status);
      }),
      { numRuns: 300 },
    );
    expect(await snapshot()).toEqual(before);
  });

  test('and what is found by an own client is not theirs: secrets, users, grants, sessions', async () => {
    const before = await snapshot();
    const { userId } = victim.session.user;
    for (const secretId of secretIds) {
      const path = `/clients/${own.clientId}/secrets/${secretId}/reveal`;
      expect(await attacker.refusal('POST', path, {})).toMatchObject({ status: 404 });
    }
    expect(await attacker.refusal('DELETE', `/clients/${own.clientId}/users/us/${userId}`)).toMatchObject({
      status: 404,
    });
    for (const { clientId } of clients) {
      expect(await attacker.refusal('DELETE', `/account/apps/${clientId}`)).toMatchObject({ status: 404 });
    }
    const { sessions } = await victim.json<SessionList>('GET', '/account/sessions');
    for (const { sessionId } of sessions) {
      expect(await attacker.refusal('DELETE', `/account/sessions/${sessionId}`)).toMatchObject({ status: 404 });
    }
    await attacker.json('DELETE', '/account/sessions');
    const { organizations } = await victim.json<OrganizationList>('GET', '/organizations');
    const organizationId = organizations[0]?.organizationId;
    expect((await attacker.get(`/crm/production/${organizationId}/v8/Leads?fields=id`)).status).toBe(404);
    const query = new URLSearchParams({
      environment: 'production',
      organizationId: organizationId ?? '',
      module: 'Leads',
    });
    expect((await attacker.get(`/records/stream?${query}`)).status).toBe(404);
    expect((await attacker.get(`/records/module?${query}`)).status).toBe(404);
    expect(await snapshot()).toEqual(before);
  });

  test('no list tells of them', async () => {
    const telling = [victim.session.user.userId, 'victim@example.com', ...clients.map(({ clientId }) => clientId)];
    for (const route of routes) {
      if (route.method !== 'GET' || route.path.includes(':') || route.answerType) continue;
      const search = clients[0]?.clientId ?? '';
      const text = await (await attacker.get(`${route.path}?search=${search}`)).text();
      for (const each of telling) expect(text, title(route)).not.toContain(`"${each}"`);
    }
  });

  test('while their owner finds them by the same paths', async () => {
    for (const route of ofClients) {
      if (route.method !== 'GET') continue;
      const client = clients.find(({ type }) => type === 'browser') as Client;
      expect(await statusOf(victim, route, pathFor(route, client), undefined), title(route)).toBe(200);
    }
  });
});

const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

describe('what is for operators', () => {
  const ofOperators = routes.filter(({ operator }) => operator);
  test.each(ofOperators.map((route) => [title(route), route] as const))(
    '%s is no page for others',
    async (_t, route) => {
      const [client] = clients as [Client];
      expect(await statusOf(attacker, route, pathFor(route, client), bodyFor(route, client))).toBe(404);
    },
  );

  test('is theirs: they see the clients of all, and make no codes in the name of others', async () => {
    const operator = await visit(platform, 'operator@example.com');
    await changeUser(platform.admin, 'us', 'operator@example.com', { operator: true, endTokens: false });
    const { clients: listed, total } = await operator.json<ClientList>('GET', '/clients');
    expect(total).toBeGreaterThanOrEqual(clients.length + 1);
    expect(listed.map(({ clientId }) => clientId)).toEqual(
      expect.arrayContaining(clients.map(({ clientId }) => clientId)),
    );
    for (const route of ofOperators) {
      if (route.method !== 'GET' || route.path.includes(':') || route.path.endsWith('/demo')) continue;
      expect(await statusOf(operator, route, route.path, undefined), title(route)).toBe(200);
    }
    const self = clients.find(({ type }) => type === 'self');
    const code = routes.find(({ path }) => path === '/clients/:id/codes') as ConsoleRoute;
    const refused = await operator.refusal('POST', `/clients/${self?.clientId}/codes`, bodyFor(code, self as Client));
    expect(refused).toMatchObject({ status: 403, code: 'OWNER_ONLY' });
  });
});

describe('calls of other pages (SES-03, COR-05)', () => {
  const changing = routes.filter(({ method }) => method !== 'GET');
  test.each(changing.map((route) => [title(route), route] as const))('%s', async (_title, route) => {
    const client = clients.find(({ type }) => type === 'browser') as Client;
    const before = await snapshot();
    const foreign: Record<string, string>[] = [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': attacker.session.csrfToken },
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      // Another port of the same host.
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      const response = await victim.send(route.method, pathFor(route, client), bodyFor(route, client), headers);
      expect(response.status, JSON.stringify(headers)).toBe(403);
      expect(await response.json()).toMatchObject({ error: { code: 'FOREIGN_CALL' } });
    }
    expect(await snapshot()).toEqual(before);
  });

  test('reads are refused too where the browser tells; and nothing can be framed (COR-05, RES-05)', async () => {
    for (const route of routes) {
      if (route.method !== 'GET') continue;
      const path = pathFor(route, own);
      const response = await attacker.get(path, { headers: { 'sec-fetch-site': 'same-site' } });
      expect(response.status, title(route)).toBe(403);
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });
});

test('without a session every route asks for a sign-in', async () => {
  const origin = platform.topology.dataCenters[0]?.origins.console;
  for (const route of routes) {
    const response = await fetch(`${origin}/api${pathFor(route, own)}`, { method: route.method });
    expect([response.status, await response.json()], title(route)).toMatchObject([
      401,
      { error: { code: 'SIGNED_OUT' } },
    ]);
  }
});
