import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeUser } from '../admin/users.ts';
import { credentialKey } from '../inspector/flow-key.ts';
import { authorize, HttpBrowser } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, SecretList } from './wire.ts';
import type { Flow, FlowList, FlowReplay, FlowTest } from './wire-flows.ts';

/** Who sees which flow in the console, and that it grows while it is looked at. */
const redirectUri = 'https://app.example.com/callback';
let platform: TestPlatform;
let owner: Visitor;
let stranger: Visitor;
let client: Client;
let secret: string;
let code: string;

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in'], lab: true });
  await platform.addUser('in', 'ravi@in.example');
  [owner, stranger] = await Promise.all([visit(platform, 'owner@us.example'), visit(platform, 'other@us.example')]);
  client = await owner.json<Client>('POST', '/clients', newClients.server);
  await owner.json('PUT', `/clients/${client.clientId}/data-centers/in`, { enabled: true });
  const { secrets } = await owner.json<SecretList>('GET', `/clients/${client.clientId}/secrets`);
  const id = secrets.find(({ dataCenter }) => dataCenter === 'in')?.secretId;
  ({ secret } = await owner.json<{ secret: string }>('POST', `/clients/${client.clientId}/secrets/${id}/reveal`, {}));
  const query = new URLSearchParams({
    client_id: client.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'ZohoCRM.modules.ALL',
    prompt: 'consent',
  });
  const accounts = platform.topology.find('us')?.origins.accounts;
  const user = { email: 'ravi@in.example', password: testPassword };
  const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, user);
  code = new URL(address).searchParams.get('code') ?? '';
});
afterAll(() => platform.stop());

const exchange = (fields: Record<string, string> = {}) =>
  fetch(`${platform.topology.find('in')?.origins.accounts}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: client.clientId,
      client_secret: secret,
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
      ...fields,
    }),
  });
const listOf = async (visitor: Visitor, query = '') => {
  await Promise.all([...platform.dataCenters.values()].map(({ events }) => events.flush()));
  return visitor.json<FlowList>('GET', `/clients/${client.clientId}/flows${query}`);
};

test('an owner sees the steps at every data centre, filters and finds them; nobody else knows of them', async () => {
  const [flow] = (await listOf(owner)).flows;
  expect(flow).toMatchObject({ clientId: client.clientId, outcome: 'succeeded', dataCenters: ['us', 'in'] });
  const whole = await owner.json<Flow>('GET', `/clients/${client.clientId}/flows/${flow?.flowId}`);
  expect(new Set(whole.steps.map(({ dataCenter }) => dataCenter))).toEqual(new Set(['us', 'in']));
  expect(whole.hiddenIn).toEqual([]);
  expect((await listOf(owner, `?key=${credentialKey(code)}`)).flows).toHaveLength(1);
  expect((await listOf(owner, `?key=${credentialKey('another')}`)).flows).toEqual([]);
  expect((await listOf(owner, '?outcome=failed')).flows).toEqual([]);
  expect((await listOf(owner, '?dataCenter=in')).flows).toHaveLength(1);
  expect((await listOf(owner, `?userId=${whole.userId}`)).flows).toHaveLength(1);
  expect((await listOf(owner, `?requestId=${whole.steps[0]?.requestId}`)).flows).toHaveLength(1);
  expect((await listOf(owner, `?before=${flow?.startedAt}`)).flows).toEqual([]);
  for (const query of ['outcome=x', 'key=x', 'userId=x', 'before=x', 'recordId=x', 'requestId=x', 'dataCenter=US']) {
    expect(await owner.refusal('GET', `/clients/${client.clientId}/flows?${query}`)).toMatchObject({ status: 400 });
  }
  const own = await stranger.json<Client>('POST', '/clients', newClients.server);
  for (const path of [
    `/clients/${client.clientId}/flows`,
    `/clients/${client.clientId}/flows/${flow?.flowId}`,
    `/clients/${own.clientId}/flows/${flow?.flowId}`,
    `/clients/${own.clientId}/flows/${whole.steps[0]?.requestId}`,
    `/administration/flows/${flow?.flowId}`,
    '/administration/flows',
  ]) {
    expect(await stranger.refusal('GET', path), path).toMatchObject({ status: 404 });
  }
});

test('an operator sees all flows of the own data centre, and that there is more elsewhere', async () => {
  const operator = await visit(platform, 'operator@us.example');
  await changeUser(platform.admin, 'us', 'operator@us.example', { operator: true, endTokens: false });
  const { flows } = await operator.json<FlowList>('GET', '/administration/flows');
  const flow = flows.find(({ clientId }) => clientId === client.clientId);
  expect(flow?.dataCenters).toEqual(['us']);
  const whole = await operator.json<Flow>('GET', `/administration/flows/${flow?.flowId}`);
  expect(new Set(whole.steps.map(({ dataCenter }) => dataCenter))).toEqual(new Set(['us']));
  expect(whole.hiddenIn).toEqual(['in']);
});

test('a flow that is open grows, and its failed step says what to mend', async () => {
  const [flow] = (await listOf(owner)).flows;
  const controller = new AbortController();
  const response = await owner.get(`/clients/${client.clientId}/flows/${flow?.flowId}/stream`, {
    signal: controller.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await exchange({ redirect_uri: `${redirectUri}/` });
  let text = '';
  let grown: Flow | undefined;
  while (!grown) {
    text += (await reader?.read())?.value ?? '';
    const message = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (message !== undefined) grown = JSON.parse(message) as Flow;
  }
  controller.abort();
  const step = grown.steps.at(-1);
  expect(step).toMatchObject({ outcome: 'RedirectUriMismatch', failed: true, dataCenter: 'in', component: 'accounts' });
  expect(step?.explanation?.setting?.path).toContain(client.clientId);
  expect(grown.outcome).toBe('failed');
  expect((await listOf(owner, '?outcome=failed')).flows.map(({ flowId }) => flowId)).toEqual([flow?.flowId]);
  expect(JSON.stringify(grown)).not.toContain(code);
  expect(JSON.stringify(grown)).not.toContain(secret);
});

describe('a flow is done again, and becomes a test', () => {
  const own = { email: 'owner@us.example', password: testPassword };
  let ownFlowId: string;

  beforeAll(async () => {
    const query = new URLSearchParams({
      ...{ client_id: client.clientId, response_type: 'code', redirect_uri: redirectUri, prompt: 'consent' },
      scope: 'ZohoCRM.modules.ALL',
    });
    const { accounts, api } = platform.topology.find('us')?.origins ?? {};
    const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, own);
    const { secrets } = await owner.json<SecretList>('GET', `/clients/${client.clientId}/secrets`);
    const id = secrets.find(({ dataCenter }) => dataCenter === 'us')?.secretId;
    const told = await owner.json<{ secret: string }>('POST', `/clients/${client.clientId}/secrets/${id}/reveal`, {});
    const body = new URLSearchParams({
      ...{ client_id: client.clientId, client_secret: told.secret, redirect_uri: redirectUri },
      ...{ grant_type: 'authorization_code', code: new URL(address).searchParams.get('code') ?? '' },
    });
    const answer = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    platform.clock.advance(2);
    const called = await fetch(`${api}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken ${token}` },
    });
    const requestId = called.headers.get('x-request-id');
    ownFlowId = (await listOf(owner, `?requestId=${requestId}`)).flows[0]?.flowId ?? '';
  });

  test('for its owner, whose time stays, and for an operator, whose time moves on', async () => {
    const path = `/clients/${client.clientId}/flows/${ownFlowId}`;
    const before = platform.clock.nowMs();
    const replay = await owner.json<FlowReplay>('POST', `${path}/replay`);
    expect(platform.clock.nowMs()).toBe(before);
    expect(replay).toMatchObject({ flowId: ownFlowId, same: true, omitted: 0 });
    expect(replay.parts.map(({ do: done, now, waitedMs }) => [done, now?.outcome, waitedMs])).toEqual([
      ['grant', undefined, 0],
      ['request', 'Success', 0],
      ['request', 'Success', 0],
    ]);
    const [, exchanged, called] = replay.parts;
    expect(exchanged?.answers.now?.body).toContain('access_token');
    expect(exchanged?.answers.before?.body).toContain('access_token');
    expect(called?.note).toBe('not waited for: 2 s');
    expect(JSON.stringify(replay)).not.toMatch(/1000\.[0-9a-f]{32}/);
    const anew = await owner.json<Flow>('GET', `/clients/${client.clientId}/flows/${exchanged?.requestId}`);
    expect(anew.flowId).not.toBe(ownFlowId);

    const operator = await visit(platform, 'operator@us.example', { known: true });
    const moved = await operator.json<FlowReplay>('POST', `/administration/flows/${ownFlowId}/replay`);
    expect(moved).toMatchObject({ same: true, omitted: 0 });
    expect(platform.lab?.clock && (await platform.lab.clock.show()).offset_ms).toBe(2_000);
  });

  test('as a test, by either runner; others learn nothing of it', async () => {
    const path = `/clients/${client.clientId}/flows/${ownFlowId}`;
    const { source } = await owner.json<FlowTest>('GET', `${path}/test`);
    expect(source).toContain("from 'node:test'");
    expect(source).toContain('/crm/v8/Leads');
    expect((await owner.json<FlowTest>('GET', `${path}/test?runner=vitest`)).source).toContain("from 'vitest'");
    expect(await owner.refusal('GET', `${path}/test?runner=jest`)).toMatchObject({ status: 400 });
    const other = await stranger.json<Client>('POST', '/clients', newClients.server);
    for (const base of ['/administration', `/clients/${client.clientId}`, `/clients/${other.clientId}`]) {
      expect(await stranger.refusal('POST', `${base}/flows/${ownFlowId}/replay`)).toMatchObject({ status: 404 });
      expect(await stranger.refusal('GET', `${base}/flows/${ownFlowId}/test`)).toMatchObject({ status: 404 });
    }
  });

  test('not in the name of other users, nor by operators at other data centres', async () => {
    const { flows } = await listOf(owner, '?dataCenter=in');
    const path = `/clients/${client.clientId}/flows/${flows.at(-1)?.flowId}`;
    const grants = 'SELECT count(*)::int AS n FROM user_grant';
    const count = async () => platform.dataCenters.get('in')?.database.query({ text: grants });
    const before = await count();
    expect(await owner.refusal('POST', `${path}/replay`)).toMatchObject({ status: 403, code: 'OTHER_USER' });
    expect(await count()).toEqual(before);
    expect((await owner.json<FlowTest>('GET', `${path}/test`)).source).toContain('RedirectUriMismatch');
    const operator = await visit(platform, 'operator@us.example', { known: true });
    const refused = await operator.refusal('POST', `/administration/flows/${flows.at(-1)?.flowId}/replay`);
    // Of the own data centre it has no more than what a person did in a browser.
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining('can be done again') });
  });
});
