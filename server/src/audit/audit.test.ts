import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Visitor, visit } from '../console/testing/visitor.ts';
import type { AuditList, AuditVerification } from '../console/wire-administration.ts';
import { authorize, HttpBrowser, signIn } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';

/** AUD-01: who did what, when and from where, found by the admin API and the console, and never a secret. */
const email = 'anna@us.example';
let platform: TestPlatform;
let visitor: Visitor;
let userId: string;
let accounts: string;
const secrets: string[] = [];

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in'], settings: { recordEvents: 'none' } });
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  userId = (await platform.addUser('us', email)).userId;
  visitor = await visit(platform, email, { known: true });
});
afterAll(() => platform.stop());

type Entry = Record<string, unknown> & { detail: Record<string, unknown> };

async function admin(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${platform.adminOrigin}${path}`, {
    method,
    headers: { authorization: `Bearer ${platform.admin.adminToken}`, 'user-agent': 'auditor' },
    ...(body && { body: JSON.stringify(body) }),
  });
}
async function entries(filter: Record<string, string>, dataCenter = 'us'): Promise<Entry[]> {
  const response = await admin('GET', `/audit?${new URLSearchParams({ dataCenter, ...filter })}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Entry[];
}

describe('AUD-01', () => {
  test('a sign-in and a failed one, though no event is recorded', async () => {
    secrets.push('a wrong password');
    const browser = new HttpBrowser(platform.basePort);
    await signIn(browser, await browser.get(`${accounts}/signin`), email, 'a wrong password');
    const [failed] = await entries({ action: 'sign-in', outcome: 'CredentialsWrong' });
    expect(failed).toMatchObject({ actor: 'anonymous', user_id: userId, address: '127.0.0.1', data_center: 'us' });
    const [done] = await entries({ action: 'sign-in', outcome: 'Success', user: email });
    expect(done).toMatchObject({ actor: 'user', actor_id: userId, at: new Date(platform.clock.nowMs()).toISOString() });
  });

  test('a code that the operator makes for a self client is the deed of the operator, not of its owner', async () => {
    const { client_id: clientId } = await platform.addClient({ type: 'self', owner: email });
    const body = JSON.stringify({ dataCenter: 'us', clientId, scope: 'ZohoCRM.modules.ALL', minutes: 3 });
    const headers = { authorization: `Bearer ${platform.admin.adminToken}`, 'content-type': 'application/json' };
    const made = await fetch(`${platform.adminOrigin}/self-client-codes`, { method: 'POST', headers, body });
    expect(made.status, await made.clone().text()).toBe(201);
    secrets.push(((await made.json()) as { code: string }).code);
    const [entry] = await entries({ action: 'self-client-code', clientId });
    expect(entry).toMatchObject({ actor: 'operator', actor_id: null, user_id: userId });
  });

  test('a secret that is made, shown and rotated, a client that is changed, a grant and its end', async () => {
    const made = await platform.addClient({ type: 'server', owner: email });
    const clientId = made.client_id;
    secrets.push(made.client_secret);
    const listed = await visitor.json<{ secrets: { secretId: string }[] }>('GET', `/clients/${clientId}/secrets`);
    const reveal = `/clients/${clientId}/secrets/${listed.secrets[0]?.secretId}/reveal`;
    await visitor.json('POST', reveal, {});
    await visitor.json('POST', `/clients/${clientId}/secrets/rotate`, { overlapSeconds: 0 });
    await visitor.json('PATCH', `/clients/${clientId}`, { name: 'Other app' });
    const query = new URLSearchParams({
      ...{ client_id: clientId, response_type: 'code', redirect_uri: 'https://app.example.com/callback' },
      scope: 'ZohoCRM.modules.leads.READ',
    });
    const user = { email, password: testPassword };
    const code = new URL(
      await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, user),
    );
    secrets.push(code.searchParams.get('code') ?? '');
    await visitor.json('DELETE', `/account/apps/${clientId}`);
    const told = (await entries({ clientId })).map(({ action, outcome, actor, detail }) => [
      ...[action, outcome, actor, detail.action ?? detail.decision ?? null],
    ]);
    expect(told.filter(([action]) => action === 'client').map((each) => each[3])).toEqual([
      ...['change', 'rotate-secret', 'reveal-secret', 'register'],
    ]);
    expect(
      told.some(([action, outcome, actor]) => action === 'authorize' && outcome === 'Success' && actor === 'user'),
    ).toBe(true);
    expect(told.some(([action, outcome]) => action === 'consent' && outcome === 'GrantEnded')).toBe(true);
    const wrong = await fetch(`${accounts}/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: clientId, client_secret: 'f'.repeat(42), grant_type: 'authorization_code' },
        ...{ code: code.searchParams.get('code') ?? '', redirect_uri: 'https://app.example.com/callback' },
      }),
    });
    expect(((await wrong.json()) as { error: string }).error).toBe('invalid_client_secret');
    expect((await entries({ clientId, failed: 'true' }))[0]).toMatchObject({ outcome: 'SecretWrong', actor: 'client' });
    for (const [actor, id] of [
      [email, userId],
      [clientId, clientId],
    ] as const) {
      const done = await entries({ actor });
      expect(new Set(done.map((each) => each.actor_id))).toEqual(new Set([id]));
    }
  });

  test('what an operator does by the command line, with an event of its own or without', async () => {
    await admin('POST', '/data-centers/us/signing-keys/rotate');
    const organization = (await platform.addUser('us', 'ben@us.example')).organizationId;
    await admin('PUT', '/territories', { dataCenter: 'us', organizationId: organization, territories: true });
    const found = await entries({ since: '2026-01-01', user: userId, limit: '1' });
    expect(found).toHaveLength(1);
    expect((await entries({ action: 'keys' }))[0]).toMatchObject({ actor: 'operator', user_agent: 'auditor' });
    expect((await entries({ action: 'admin' }))[0]).toMatchObject({
      ...{ actor: 'operator', address: '127.0.0.1' },
      detail: { method: 'PUT', path: '/territories' },
    });
  });

  test('the chain holds, each data centre has its own, and nothing in it is a secret', async () => {
    const verification = await (await admin('GET', '/audit/verify?dataCenter=us')).json();
    expect(verification).toMatchObject({ valid: true, faults: [] });
    const exported = JSON.stringify(await entries({ limit: '1000', order: 'oldest' }));
    for (const secret of [...secrets, testPassword]) expect(exported).not.toContain(secret);
    expect(JSON.stringify(await entries({}, 'in'))).not.toContain(userId);
  });

  test('operators see it in the console, nobody else does; bad filters are named', async () => {
    expect(await visitor.refusal('GET', '/administration/audit')).toMatchObject({ status: 404 });
    const change = { dataCenter: 'us', email, operator: true };
    expect((await admin('PATCH', '/users', change)).status).toBe(200);
    const operator = await visit(platform, email, { known: true });
    const { entries: shown } = await operator.json<AuditList>('GET', '/administration/audit?action=user&outcome=');
    expect(shown[0]).toMatchObject({ action: 'user', actor: 'operator', userId, detail: { changed: ['operator'] } });
    const by = async (actor: string) =>
      (await operator.json<AuditList>('GET', `/administration/audit?actor=${encodeURIComponent(actor)}`)).entries;
    expect(new Set((await by(email)).map(({ actorId }) => actorId))).toEqual(new Set([userId]));
    expect(await by(userId)).toEqual(await by(email));
    expect(await by('1000.NOBODY')).toEqual([]);
    expect(await operator.refusal('GET', '/administration/audit?actor=nobody@us.example')).toMatchObject({
      status: 404,
    });
    const verified = await operator.json<AuditVerification>('POST', '/administration/audit/verify');
    expect(verified.valid).toBe(true);
    for (const query of ['since=yesterday', 'before=x', 'limit=0', 'user=nobody@us.example']) {
      const refused = await admin('GET', `/audit?dataCenter=us&${query}`);
      expect(refused.status, query).toBeGreaterThanOrEqual(400);
      expect(refused.status, query).toBeLessThan(500);
    }
  });
});
