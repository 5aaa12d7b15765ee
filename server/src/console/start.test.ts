import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, SecretList, StartSteps } from './wire.ts';

/** "Start here": each step is ticked once the platform saw it happen, and not before. */
let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

type Way = StartSteps['ways'][number]['id'];
const scope = 'ZohoCRM.modules.ALL';

async function stepsOf(visitor: Visitor, way: Way): Promise<Record<string, boolean>> {
  await platform.dataCenters.get('us')?.events.flush();
  const { ways } = await visitor.json<StartSteps>('GET', '/start');
  return Object.fromEntries(ways.find(({ id }) => id === way)?.steps.map(({ id, done }) => [id, done]) ?? []);
}

function allow(visitor: Visitor, client: Client, responseType: string, decision: 'accept' | 'reject' = 'accept') {
  const parameters = { client_id: client.clientId, scope, response_type: responseType };
  const query = new URLSearchParams({ ...parameters, redirect_uri: client.redirectUris[0] ?? '' });
  const { user, dataCenter } = visitor.session;
  const as = { email: user.email, password: testPassword };
  return authorize(visitor.browser, `${dataCenter.accounts}/oauth/v2/auth?${query}`, as, { decision });
}

const addLead = (visitor: Visitor, token: string, lead: object, path = 'Leads') =>
  fetch(`${visitor.session.dataCenter.api}/crm/v8/${path}`, {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${token}` },
    body: JSON.stringify({ data: [lead] }),
  });

test('a server-based application: client, code, token, lead', async () => {
  const visitor = await visit(platform, 'server@example.com');
  const steps = () => stepsOf(visitor, 'server');
  expect(await steps()).toEqual({ client: false, code: false, token: false, lead: false });
  const client = await visitor.json<Client>('POST', '/clients', newClients.server);
  expect(await steps()).toEqual({ client: true, code: false, token: false, lead: false });
  expect(await allow(visitor, client, 'code', 'reject')).toContain('error=access_denied');
  expect(await steps()).toEqual({ client: true, code: false, token: false, lead: false });
  const code = new URL(await allow(visitor, client, 'code')).searchParams.get('code') ?? '';
  expect(await steps()).toEqual({ client: true, code: true, token: false, lead: false });
  const token = await exchange(visitor, client, code);
  expect(await steps()).toEqual({ client: true, code: true, token: true, lead: false });
  // A lead that was refused is none.
  expect(await (await addLead(visitor, token, { Company: 'Without a name' })).json()).toMatchObject({
    data: [{ code: 'MANDATORY_NOT_FOUND' }],
  });
  expect(await steps()).toEqual({ client: true, code: true, token: true, lead: false });
  expect((await addLead(visitor, token, { Last_Name: 'First' })).status).toBe(201);
  expect(await steps()).toEqual({ client: true, code: true, token: true, lead: true });
  // What was seen stays so, after the token has gone as well.
  await platform.dataCenters.get('us')?.database.query({ text: 'DELETE FROM access_token' });
  expect(await steps()).toEqual({ client: true, code: true, token: true, lead: true });
});

test('a page of the own: its token comes without a code; leads of others are not the own', async () => {
  const visitor = await visit(platform, 'page@example.com');
  const steps = () => stepsOf(visitor, 'sample-app');
  expect(await steps()).toEqual({ client: false, token: false, lead: false });
  const client = await visitor.json<Client>('POST', '/clients', newClients.browser);
  expect(await steps()).toEqual({ client: true, token: false, lead: false });
  const other = await visit(platform, 'guest@example.com');
  const theirs = tokenIn(await allow(other, client, 'token'));
  expect((await addLead(other, theirs, { Last_Name: 'Of a guest' })).status).toBe(201);
  expect(await steps()).toEqual({ client: true, token: false, lead: false });
  const token = tokenIn(await allow(visitor, client, 'token'));
  expect(await steps()).toEqual({ client: true, token: true, lead: false });
  expect((await addLead(visitor, token, { Last_Name: 'Upserted' }, 'Leads/upsert')).status).toBe(200);
  expect(await steps()).toEqual({ client: true, token: true, lead: true });
});

async function exchange(visitor: Visitor, client: Client, code: string): Promise<string> {
  const path = `/clients/${client.clientId}/secrets`;
  const { secrets } = await visitor.json<SecretList>('GET', path);
  const { secret } = await visitor.json<{ secret: string }>('POST', `${path}/${secrets[0]?.secretId}/reveal`, {});
  const answer = await fetch(`${visitor.session.dataCenter.accounts}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: client.clientId, client_secret: secret, code },
      redirect_uri: client.redirectUris[0] ?? '',
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

const tokenIn = (address: string) => new URLSearchParams(new URL(address).hash.slice(1)).get('access_token') ?? '';
