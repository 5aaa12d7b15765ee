import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCommandLine } from '../cli/program.ts';
import { credentialKey } from '../inspector/flow-key.ts';
import { type FlowDocument, flowOfDocument } from '../inspector/flows/flow-document.ts';
import { svgDiagram } from '../inspector/flows/svg-diagram.ts';
import { textDiagram } from '../inspector/flows/text-diagram.ts';
import { strictRules } from '../inspector/profile-check/strict-rules.ts';
import { challengeOf } from '../oauth/pkce.ts';
import { authorize, HttpBrowser } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { changeClient } from './clients.ts';
import { findFlows, showFlow } from './flows.ts';
import type { checkClientProfile } from './profile-check.ts';

/** Requests at two data centres become one story, by nothing but what they carry. */
const email = 'anna@us.example';
const indian = 'ravi@in.example';
const redirectUri = 'https://app.example.com/callback';
const origin = 'https://app.example.com';
let platform: TestPlatform;
let server: { client_id: string; client_secret: string };
let page: { client_id: string };
const originOf = (id: string, service: 'accounts' | 'api') => platform.topology.find(id)?.origins[service] ?? '';

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in', 'eu'] });
  await platform.addUser('us', email);
  await platform.addUser('in', indian);
  const enabledDataCenters = ['in'];
  server = await platform.addClient({ type: 'server', owner: email, enabledDataCenters, sameSecret: true });
  page = await platform.addClient({ type: 'browser', owner: email, enabledDataCenters });
});
afterAll(() => platform.stop());

const begin = (parameters: Record<string, string>) =>
  `${originOf('us', 'accounts')}/oauth/v2/auth?${new URLSearchParams({
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'ZohoCRM.modules.ALL',
    access_type: 'offline',
    prompt: 'consent',
    state: 'hold fast',
    ...parameters,
  })}`;
const post = (url: string, parameters: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(parameters) });
const tokenUrl = (id: string) => `${originOf(id, 'accounts')}/oauth/v2/token`;
const show = (id: string | null) => showFlow(platform.admin, id ?? '');
const idOf = (response: Response) => response.headers.get('x-request-id') ?? '';
const outcomesOf = ({ steps }: FlowDocument) =>
  steps.map((step) => `${step.component} ${step.data_center} ${step.kind} ${step.outcome}`);

async function tokensOf(dataCenter: string, user: string) {
  const browser = new HttpBrowser(platform.basePort);
  const address = await authorize(browser, begin({ client_id: server.client_id }), {
    email: user,
    password: testPassword,
  });
  const code = new URL(address).searchParams.get('code') ?? '';
  const exchange = await post(tokenUrl(dataCenter), {
    ...server,
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code,
  });
  const { access_token: access, refresh_token: refresh } = (await exchange.json()) as Record<string, string>;
  return { access: access ?? '', refresh: refresh ?? '', code, exchangeId: idOf(exchange), browser };
}

describe('a flow', () => {
  test('over a hop holds every step of both data centres, and what its tokens did afterwards', async () => {
    const { access, refresh, exchangeId } = await tokensOf('in', indian);
    const call = await fetch(`${originOf('in', 'api')}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken ${access}` },
    });
    await call.arrayBuffer();
    const refreshed = await post(tokenUrl('in'), { ...server, grant_type: 'refresh_token', refresh_token: refresh });
    const { access_token: second = '' } = (await refreshed.json()) as Record<string, string>;
    const again = await fetch(`${originOf('in', 'api')}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken ${second}` },
    });
    await again.arrayBuffer();
    const revoked = await post(`${originOf('in', 'accounts')}/oauth/v2/token/revoke`, { token: refresh });
    const flow = await show(exchangeId);
    expect(flow).toMatchObject({ client_id: server.client_id, outcome: 'succeeded', data_centers: ['us', 'in'] });
    const kinds = outcomesOf(flow).filter((each) => !each.includes(' request '));
    expect(kinds).toEqual([
      'accounts us hop Success',
      'accounts in hop Success',
      'accounts in sign-in Success',
      'accounts in authorize Success',
      'accounts in token Success',
      'api in api Success',
      'accounts in token Success',
      'api in api Success',
      'accounts in revoke Success',
    ]);
    expect(flow.steps[0]).toMatchObject({ data_center: 'us', request: { method: 'GET', path: '/oauth/v2/auth' } });
    const pages = flow.steps.filter(({ kind }) => kind === 'request').map(({ request }) => request.path);
    expect(pages).toContain('/signin/password');
    expect(pages).toContain('/oauth/consent');
    for (const response of [call, refreshed, again, revoked])
      expect((await show(idOf(response))).flow_id).toBe(flow.flow_id);
    expect(flow.steps.find(({ kind }) => kind === 'token')).toMatchObject({
      request: { method: 'POST', path: '/oauth/v2/token' },
      answer: { status: 200 },
    });
  });

  test('holds what came of a token at the wrong data centre, and says where it is known', async () => {
    const { access, refresh, code, exchangeId } = await tokensOf('us', email);
    const flow = await show(exchangeId);
    const call = await fetch(`${originOf('eu', 'api')}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken ${access}` },
    });
    await call.arrayBuffer();
    const refused = await post(tokenUrl('in'), { ...server, grant_type: 'refresh_token', refresh_token: refresh });
    const exchanged = await post(tokenUrl('in'), {
      ...server,
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
    });
    for (const response of [call, refused, exchanged]) {
      const found = await show(idOf(response));
      expect(found.flow_id).toBe(flow.flow_id);
      const step = found.steps.find(({ request_id }) => request_id === idOf(response));
      expect(step).toMatchObject({ client_id: server.client_id, came: expect.stringContaining('us') });
      expect([step?.expected, step?.rule, step?.mend].every((text) => text)).toBe(true);
    }
    const whole = await show(exchangeId);
    expect(whole.outcome).toBe('failed');
    expect(whole.data_centers.toSorted()).toEqual(['eu', 'in', 'us']);
  });

  test('of a token that nobody knows has no client', async () => {
    platform.clock.advance(1);
    const call = await fetch(`${originOf('eu', 'api')}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken 1000.${'ab'.repeat(16)}.${'cd'.repeat(16)}` },
    });
    await call.arrayBuffer();
    const { flows } = await findFlows(platform.admin, { dataCenter: 'eu', outcome: 'failed' });
    expect(flows[0]).toMatchObject({ client_id: null, outcome: 'failed', data_centers: ['eu'] });
    expect(await show(idOf(call))).toMatchObject({ flow_id: flows[0]?.flow_id, client_id: null });
  });

  test('of a page begins with its preflight, and goes on with what the session renews', async () => {
    const browser = new HttpBrowser(platform.basePort);
    const user = { email, password: testPassword };
    const implicit = { client_id: page.client_id, response_type: 'token' };
    const address = await authorize(browser, begin(implicit), user, { entireSession: true });
    const access = new URLSearchParams(new URL(address).hash.slice(1)).get('access_token') ?? '';
    const url = `${originOf('us', 'api')}/crm/v8/Leads?fields=Last_Name`;
    const asked = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin, ...asked } });
    const alone = (await show(idOf(preflight))).flow_id;
    const call = await fetch(url, { headers: { origin, authorization: `Zoho-oauthtoken ${access}` } });
    await call.arrayBuffer();
    const flow = await show(idOf(call));
    expect((await show(idOf(preflight))).flow_id).toBe(flow.flow_id);
    expect(flow.flow_id).not.toBe(alone);
    expect(outcomesOf(flow).slice(-3)).toEqual([
      'accounts us authorize Success',
      'api us cors Success',
      'api us api Success',
    ]);
    const renewal = begin(implicit).replace('/oauth/v2/auth?', '/oauth/v2/auth/refresh?');
    const renewed = await browser.get(renewal);
    expect(renewed.leftTo).toContain('access_token=');
    expect((await show(renewed.headers.get('x-request-id'))).flow_id).toBe(flow.flow_id);
  });

  test('that fails says so, at its step and in the list', async () => {
    const browser = new HttpBrowser(platform.basePort);
    const refused = await browser.get(begin({ client_id: server.client_id, redirect_uri: `${redirectUri}/` }));
    const flow = await show(refused.headers.get('x-request-id'));
    expect(flow).toMatchObject({ outcome: 'failed', client_id: server.client_id });
    expect(flow.steps.at(-1)).toMatchObject({
      outcome: 'RedirectUriMismatch',
      came: expect.stringContaining(`${redirectUri}/`),
      answer: { status: 400 },
    });
    const { flows } = await findFlows(platform.admin, { clientId: server.client_id, outcome: 'failed' });
    expect(flows.map(({ flow_id }) => flow_id)).toContain(flow.flow_id);
  });

  test('is found by its token, its record and its user, and by the request of a call that was only counted', async () => {
    const { access, exchangeId } = await tokensOf('us', email);
    const headers = { authorization: `Zoho-oauthtoken ${access}` };
    const body = '{"data":[{"Last_Name":"Daly"}]}';
    const created = await fetch(`${originOf('us', 'api')}/crm/v8/Leads`, { method: 'POST', headers, body });
    const { data } = (await created.json()) as { data: { details: { id: string } }[] };
    const flow = await show(exchangeId);
    const ids = async (query: object) => (await findFlows(platform.admin, query)).flows.map(({ flow_id }) => flow_id);
    expect(await ids({ key: credentialKey(access) })).toEqual([flow.flow_id]);
    expect(await ids({ recordId: data[0]?.details.id })).toEqual([flow.flow_id]);
    expect(await ids({ userId: flow.user_id ?? '' })).toContain(flow.flow_id);
    expect(await ids({ clientId: page.client_id })).not.toContain(flow.flow_id);
  });

  test('is refused with a sentence where there is none', async () => {
    await expect(show('nothing')).rejects.toThrow('x-request-id');
    await expect(findFlows(platform.admin, { outcome: 'good' })).rejects.toThrow('expected "failed"');
    await expect(findFlows(platform.admin, { dataCenter: 'xx' })).rejects.toThrow('"xx"');
    await expect(findFlows(platform.admin, { clientId: '1000.NOBODY' })).rejects.toThrow('1000.NOBODY');
  });
});

test('a flow of two clients is two: each owner sees the own one', async () => {
  const other = await platform.addClient({ type: 'server', owner: email, enabledDataCenters: [] });
  const { refresh, exchangeId } = await tokensOf('us', email);
  const stolen = await post(tokenUrl('us'), {
    client_id: other.client_id,
    client_secret: other.client_secret,
    grant_type: 'refresh_token',
    refresh_token: refresh,
  });
  const flow = await show(exchangeId);
  const theirs = await show(idOf(stolen));
  expect(theirs.flow_id).not.toBe(flow.flow_id);
  expect(theirs).toMatchObject({ client_id: other.client_id, outcome: 'failed' });
  expect((await show(exchangeId)).outcome).toBe('succeeded');
});

test('nothing that anybody could use is in a flow, in what is shared of it, or in a diagram', async () => {
  const { access, browser, code, exchangeId, refresh } = await tokensOf('us', email);
  const marked = 'MARKED-SECRET-0123456789';
  await post(tokenUrl('us'), { ...server, client_secret: marked, grant_type: 'refresh_token', refresh_token: marked });
  await post(tokenUrl('us'), { ...server, grant_type: 'authorization_code', code: marked, code_verifier: marked });
  await post(`${tokenUrl('us')}?password=${marked}&assertion=${marked}`, { ...server, grant_type: marked.slice(0, 3) });
  await fetch(`${originOf('us', 'api')}/crm/v8/Leads?criteria=${marked}&access_token=${marked}`, {
    headers: { authorization: `Zoho-oauthtoken ${access}`, cookie: `grantway=${marked}`, 'x-api-key': marked },
  }).then((response) => response.text());
  await browser.get(begin({ client_id: server.client_id, state: marked, nonce: marked, id_token_hint: marked }));
  const { flows } = await findFlows(platform.admin, { limit: '100' });
  const texts: string[] = [];
  for (const { flow_id } of flows) {
    const document = await show(flow_id);
    const flow = flowOfDocument(JSON.parse(JSON.stringify(document)));
    texts.push(JSON.stringify(document), svgDiagram(flow), textDiagram(flow).join('\n'));
  }
  const all = texts.join('\n');
  expect(all).toContain(exchangeId);
  const secrets = [access, refresh, code, server.client_secret, testPassword, marked, encodeURIComponent(testPassword)];
  const cookies = browser
    .cookieHeader()
    .split('; ')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  for (const secret of [...secrets, ...cookies.filter((value) => value.length > 4)]) expect(all).not.toContain(secret);
});

describe('what the strict profile would break', () => {
  const verifier = 'v'.repeat(43);
  const challenge = { code_challenge: challengeOf(verifier, 'S256'), code_challenge_method: 'S256' };
  const plain = { code_challenge: verifier };
  let app: { client_id: string; client_secret: string };
  let web: { client_id: string };
  beforeAll(async () => {
    app = await platform.addClient({ type: 'server', owner: email, enabledDataCenters: ['in'], sameSecret: true });
    web = await platform.addClient({ type: 'browser', owner: email });
    const overrides = { 'lifetimes.codeTtlSeconds': 120 };
    await changeClient(platform.admin, app.client_id, { overrides });
  });

  type Answer = { readonly status: number; readonly access_token?: string; readonly refresh_token?: string };
  const codeOf = async (more: Record<string, string> = {}, user = indian) => {
    const address = begin({ client_id: app.client_id, ...more });
    const answer = await authorize(new HttpBrowser(platform.basePort), address, {
      email: user,
      password: testPassword,
    });
    return new URL(answer).searchParams.get('code') ?? '';
  };
  const exchange = async (code: string, more: Record<string, string> = {}): Promise<Answer> => {
    const body = { ...app, grant_type: 'authorization_code', redirect_uri: redirectUri, code, ...more };
    const response = await post(tokenUrl('in'), body);
    return { ...((await response.json()) as Record<string, string>), status: response.status };
  };
  const refresh = async (token: string): Promise<Answer> => {
    const response = await post(tokenUrl('in'), { ...app, grant_type: 'refresh_token', refresh_token: token });
    return { ...((await response.json()) as Record<string, string>), status: response.status };
  };
  const withoutScope = async (token: string) => {
    const headers = { authorization: `Zoho-oauthtoken ${token}` };
    return (await fetch(`${originOf('in', 'api')}/crm/v8/org`, { headers })).status;
  };
  const commandLine = async (...args: string[]) => {
    let printed = '';
    vi.stubEnv('GRANTWAY_ADMIN_TOKEN', platform.admin.adminToken);
    const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    try {
      expect(await runCommandLine(['client', ...args, '--admin', platform.adminOrigin])).toBe(0);
    } finally {
      output.mockRestore();
      vi.unstubAllEnvs();
    }
    return printed;
  };
  const check = async (clientId: string) => {
    const headers = { authorization: `Bearer ${platform.admin.adminToken}` };
    const response = await fetch(`${platform.adminOrigin}/clients/${clientId}/profile-check`, { headers });
    return (await response.json()) as Awaited<ReturnType<typeof checkClientProfile>>;
  };
  const counts = async (clientId: string) =>
    Object.fromEntries((await check(clientId)).findings.map(({ count, id }) => [id, count]));
  const nothing = {
    ...{ 'no-challenge': 0, 'plain-challenge': 0, 'late-code': 0, 'code-twice': 0 },
    ...{ 'refresh-token-twice': 0, 'refusal-forms': 0, 'missing-scope': 0 },
  };

  test('an app that does all as it should meets no finding', async () => {
    const { access_token, refresh_token = '' } = await exchange(await codeOf(challenge), { code_verifier: verifier });
    expect(access_token).toMatch(/^1000\./);
    expect((await refresh(refresh_token)).status).toBe(200);
    expect(await counts(app.client_id)).toEqual(nothing);
    expect(await counts(web.client_id)).toEqual({
      'implicit-flow': 0,
      'no-challenge': 0,
      'plain-challenge': 0,
      'late-code': 0,
      'refusal-forms': 0,
      'missing-scope': 0,
    });
  });

  test('each finding is counted once, wherever it happened, and strict refuses exactly that', async () => {
    const late = await codeOf();
    platform.clock.advance(70);
    const { refresh_token = '' } = await exchange(late);
    const code = await codeOf(plain);
    const { access_token = '' } = await exchange(code, { code_verifier: verifier });
    expect(await exchange(code, { code_verifier: verifier })).toMatchObject({ status: 200, error: 'invalid_code' });
    expect(await withoutScope(access_token)).toBe(401);
    expect((await refresh(refresh_token)).status).toBe(200);
    platform.clock.advance(61);
    expect((await refresh(refresh_token)).status).toBe(200);
    const implicit = begin({ client_id: web.client_id, response_type: 'token', scope: 'ZohoCRM.modules.ALL' });
    const visit = () => fetch(implicit, { redirect: 'manual' });
    expect((await visit()).status).toBe(302);
    const found = {
      ...{ 'no-challenge': 1, 'plain-challenge': 1, 'late-code': 1, 'code-twice': 1 },
      ...{ 'refresh-token-twice': 1, 'refusal-forms': 1, 'missing-scope': 1 },
    };
    expect(await counts(app.client_id)).toEqual(found);
    expect(await counts(web.client_id)).toMatchObject({ 'implicit-flow': 1, 'no-challenge': 0 });
    const { findings, since, unreachable_data_centers } = await check(app.client_id);
    expect(findings.find(({ id }) => id === 'late-code')).toMatchObject({ data_centers: ['in'] });
    expect(findings.find(({ id }) => id === 'no-challenge')).toMatchObject({ data_centers: ['us'] });
    expect(Date.parse(since ?? '')).toBeLessThan(platform.clock.nowMs());
    expect(unreachable_data_centers).toEqual([]);

    const printed = await commandLine('check-profile', '--client-id', app.client_id);
    expect(printed).toContain('The client is compatible.');
    expect(printed).toMatch(/^late-code +1 /m);
    expect(JSON.parse(await commandLine('check-profile', '--client-id', web.client_id, '--json'))).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ id: 'implicit-flow', count: 1 })]),
    });

    for (const { client_id } of [app, web]) {
      await changeClient(platform.admin, client_id, { standards: { profile: 'strict' } });
    }
    expect((await visit()).status).toBe(400);
    for (const refused of [{}, plain]) {
      expect((await fetch(begin({ client_id: app.client_id, ...refused }), { redirect: 'manual' })).status).toBe(400);
    }
    const again = await codeOf(challenge);
    platform.clock.advance(70);
    const expired = await exchange(again, { code_verifier: verifier });
    expect(expired).toMatchObject({ status: 400, error: 'invalid_grant' });
    const used = await codeOf(challenge);
    const first = await exchange(used, { code_verifier: verifier });
    expect(await withoutScope(first.access_token ?? '')).toBe(403);
    expect(await exchange(used, { code_verifier: verifier })).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await withoutScope(first.access_token ?? '')).toBe(401);
    const { refresh_token: kept = '' } = await exchange(await codeOf(challenge), { code_verifier: verifier });
    const { refresh_token: successor = '' } = await refresh(kept);
    platform.clock.advance(61);
    expect(await refresh(kept)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await refresh(successor)).toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  test('docs/profiles.md names every finding', () => {
    const text = readFileSync(new URL('../../../docs/profiles.md', import.meta.url), 'utf8');
    for (const { id } of strictRules) expect(text).toContain(`| \`${id}\` |`);
  });
});
