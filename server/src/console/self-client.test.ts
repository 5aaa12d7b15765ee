import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUserToOrganization } from '../admin/users.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, ClientList, Code, ExchangeAnswer, OrganizationList, StartSteps } from './wire.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu'] });
});
afterAll(() => platform.stop());

const register = (visitor: Visitor) => visitor.json<Client>('POST', '/clients', newClients.self);
const code = { scope: 'ZohoCRM.modules.ALL', minutes: 10, description: 'a test', environment: 'production' };

test('there is one for each user and data centre; a second choice, or two at once, open the first', async () => {
  const visitor = await visit(platform, 'one@example.com');
  const made = await Promise.all(Array.from({ length: 4 }, () => register(visitor)));
  expect(new Set(made.map(({ clientId }) => clientId)).size).toBe(1);
  expect((await visitor.send('POST', '/clients', newClients.self)).status).toBe(200);
  expect(await visitor.json<ClientList>('GET', '/clients')).toMatchObject({ total: 1 });
  const [{ clientId }] = made as [Client];
  const refused = await visitor.refusal('PUT', `/clients/${clientId}/data-centers/eu`, { enabled: true });
  expect(refused).toMatchObject({ status: 400 });
});

test('code, exchange, lead: in the environment that was chosen, and each step is seen', async () => {
  const visitor = await visit(platform, 'steps@example.com');
  const { clientId } = await register(visitor);
  const done = async () => {
    const { ways } = await visitor.json<StartSteps>('GET', '/start');
    return ways.find(({ id }) => id === 'self-client')?.steps.map((step) => step.done);
  };
  expect(await done()).toEqual([true, false, false, false]);
  const made = await visitor.json<Code>('POST', `/clients/${clientId}/codes`, { ...code, environment: 'sandbox' });
  expect(Date.parse(made.expiresAt) - platform.clock.nowMs()).toBe(600_000);
  const { status, body } = await visitor.json<ExchangeAnswer>('POST', `/clients/${clientId}/codes/exchange`, {
    code: made.code,
  });
  const answer = body as { access_token: string; refresh_token: string; api_domain: string };
  expect([status, Object.keys(answer)]).toEqual([200, expect.arrayContaining(['access_token', 'refresh_token'])]);
  expect(answer.api_domain).toBe(visitor.session.dataCenter.sandboxApi);
  const added = await fetch(`${answer.api_domain}/crm/v8/Leads`, {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${answer.access_token}` },
    body: JSON.stringify({ data: [{ Last_Name: 'Sandboxed' }] }),
  });
  expect(added.status).toBe(201);
  await platform.dataCenters.get('us')?.events.flush();
  expect(await done()).toEqual([true, true, true, true]);
  const again = await visitor.json<ExchangeAnswer>('POST', `/clients/${clientId}/codes/exchange`, { code: made.code });
  expect(again.body).toEqual({ error: 'invalid_code' });
});

test('bad codes are refused with the words of the original and the choices that there are', async () => {
  const visitor = await visit(platform, 'choices@example.com');
  const { clientId } = await register(visitor);
  const refused = (change: object) => visitor.refusal('POST', `/clients/${clientId}/codes`, { ...code, ...change });
  expect((await refused({ scope: 'ZohoCRM.nonsense.ALL' })).message).toContain('Enter a valid scope');
  expect((await refused({ scope: '' })).message).toContain('Enter a valid scope');
  expect(await refused({ description: ' ' })).toMatchObject({
    field: 'description',
    message: 'Enter scope description',
  });
  expect(await refused({ minutes: 4 })).toMatchObject({ status: 400, field: 'minutes' });
  expect((await refused({ organizationId: '1' })).message).toContain('Organization of choices@example.com');
});

test('a colleague without an organization of the own makes codes for the shared one', async () => {
  const host = await platform.addUser('us', 'host@example.com');
  const colleague = { email: 'colleague@example.com', password: testPassword, firstName: '', lastName: 'C' };
  await addUserToOrganization(platform.admin, 'us', colleague, host.organizationId);
  const visitor = await visit(platform, colleague.email, { known: true });
  const { organizations } = await visitor.json<OrganizationList>('GET', '/organizations');
  expect(organizations).toMatchObject([
    {
      ...{ organizationId: host.organizationId, administrator: false },
      environments: ['production', 'sandbox', 'developer'],
    },
  ]);
  const { clientId } = await register(visitor);
  const chosen = { ...code, organizationId: host.organizationId };
  expect((await visitor.json<Code>('POST', `/clients/${clientId}/codes`, chosen)).code).toMatch(/^1000\./);
});

test('a client that shows its secrets once is exchanged with the secret in the call', async () => {
  const visitor = await visit(platform, 'once@example.com');
  const { clientId } = await register(visitor);
  await visitor.json('PATCH', `/clients/${clientId}`, { showSecretOnce: true });
  const rotation = { overlapSeconds: 0 };
  const rotated = await visitor.json<{ secrets: { us: string } }>(
    'POST',
    `/clients/${clientId}/secrets/rotate`,
    rotation,
  );
  const made = await visitor.json<Code>('POST', `/clients/${clientId}/codes`, code);
  const path = `/clients/${clientId}/codes/exchange`;
  expect(await visitor.refusal('POST', path, { code: made.code })).toMatchObject({
    status: 409,
    code: 'SECRET_UNKNOWN',
  });
  const exchanged = await visitor.json<ExchangeAnswer>('POST', path, {
    ...{ code: made.code, clientSecret: rotated.secrets.us },
  });
  expect(exchanged).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
});
