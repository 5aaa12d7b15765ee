import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, Code, EventList } from './wire.ts';
import type { CorsDiagnosis, GuidedAnswer } from './wire-diagnosis.ts';

let platform: TestPlatform;
let owner: Visitor;
let server: Client;
let self: Client;

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu', 'cn'] });
  owner = await visit(platform, 'owner@example.com');
  server = await owner.json<Client>('POST', '/clients', newClients.server);
  self = await owner.json<Client>('POST', '/clients', newClients.self);
});
afterAll(() => platform.stop());

const exchange = (more: object = {}, parameters: Record<string, string> = {}) => ({
  dataCenter: 'us',
  service: 'accounts',
  method: 'POST',
  path: '/oauth/v2/token',
  parameters: { grant_type: 'authorization_code', client_id: self.clientId, ...parameters },
  headers: {},
  ...more,
});
const run = (client: Client, body: object) =>
  owner.json<GuidedAnswer>('POST', `/clients/${client.clientId}/guided-run`, body);

describe('a guided run', () => {
  test('exchange and call go to the real endpoints; the secret stays with the platform', async () => {
    const { code } = await owner.json<Code>('POST', `/clients/${self.clientId}/codes`, {
      scope: 'ZohoCRM.org.READ',
      minutes: 3,
      description: 'guided',
      environment: 'production',
    });
    const exchanged = await run(self, exchange({ secretOf: 'us' }, { code }));
    expect(exchanged).toMatchObject({ answer: { status: 200 }, outcome: null, explained: null });
    expect(exchanged.request.body).toMatch(/client_secret=#[0-9a-f]{10}/);
    const { access_token } = JSON.parse(exchanged.answer.body);
    const called = await run(self, {
      ...exchange({ service: 'api', method: 'GET', path: '/crm/v8/org' }),
      parameters: {},
      headers: { authorization: `Zoho-oauthtoken ${access_token}` },
    });
    expect(called.answer).toMatchObject({ status: 200, body: expect.stringContaining('"org"') });

    const again = await run(self, exchange({ secretOf: 'us' }, { code }));
    expect(again).toMatchObject({ outcome: 'CodeUsed', explained: { rule: expect.stringContaining('RFC 6749') } });
  });

  test('a deliberate mistake is explained with the values that were compared', async () => {
    const { redirectUris, clientId } = server;
    const query = { client_id: clientId, response_type: 'code', scope: 'ZohoCRM.org.READ' };
    const ask = (redirect_uri: string) =>
      run(server, { ...exchange({ method: 'GET', path: '/oauth/v2/auth' }), parameters: { ...query, redirect_uri } });
    expect(await ask(`${redirectUris[0]}/`)).toMatchObject({
      outcome: 'RedirectUriMismatch',
      explained: {
        expected: redirectUris[0],
        came: expect.stringContaining('trailing slash'),
        setting: { path: `/applications/${clientId}/settings` },
      },
    });
    expect(await ask(redirectUris[0] ?? '')).toMatchObject({ answer: { status: 302 }, explained: null });
    const elsewhere = await run(server, exchange({ dataCenter: 'eu' }, { client_id: clientId }));
    expect(elsewhere).toMatchObject({
      outcome: 'ClientNotEnabled',
      explained: { mend: expect.stringContaining('--enable-dc eu') },
    });
  });

  test('goes nowhere else, and is for the owner alone', async () => {
    const path = `/clients/${self.clientId}/guided-run`;
    const refused = (body: object) => owner.refusal('POST', path, body);
    expect(await refused(exchange({ path: '/account/password' }))).toMatchObject({ status: 400 });
    expect(await refused(exchange({ path: '/oauth/../account' }))).toMatchObject({ status: 400 });
    expect(await refused(exchange({ headers: { cookie: 'a=b' } }))).toMatchObject({ status: 400 });
    expect(await refused(exchange({ dataCenter: 'cn' }))).toMatchObject({ status: 404 });
    expect(await refused(exchange({ dataCenter: 'zz' }))).toMatchObject({ status: 404 });
    expect(await refused(exchange({ secretOf: 'zz' }))).toMatchObject({ status: 409 });
    const other = await visit(platform, 'other@example.com');
    expect(await other.refusal('POST', path, exchange())).toMatchObject({ status: 404 });
  });
});

test('the CORS check of the console, and events with their explanations', async () => {
  const check = (query: string) => owner.json<CorsDiagnosis>('GET', `/clients/${server.clientId}/cors-check?${query}`);
  const found = await check(
    new URLSearchParams({ origin: 'https://a.example', method: 'POST', headers: 'x-own' }).toString(),
  );
  expect(found).toMatchObject({
    allowed: false,
    preflight: { status: 403 },
    mend: expect.stringContaining('Client-based'),
  });
  expect(await owner.refusal('GET', `/clients/${server.clientId}/cors-check`)).toMatchObject({ status: 400 });
  const { events } = await owner.json<EventList>('GET', `/clients/${server.clientId}/events?outcome=failed`);
  expect(events[0]?.explained).toMatchObject({ expected: expect.any(String), mend: expect.any(String) });
});
