import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeUser } from '../admin/users.ts';
import { putMail } from '../mail/outbox.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { type Visitor, visit } from './testing/visitor.ts';
import type { EventList } from './wire.ts';
import type {
  AdministeredOrganizationList,
  AdministeredUser,
  AdministeredUserList,
  Health,
  LimitList,
  OutboxMailList,
  Provider,
  ProviderList,
  SigningKey,
  SigningKeyList,
} from './wire-administration.ts';

let platform: TestPlatform;
let operator: Visitor;
const email = 'operator@example.com';

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu'] });
  operator = await visit(platform, email);
  await changeUser(platform.admin, 'us', email, { operator: true, endTokens: false });
});
afterAll(() => platform.stop());

const base = '/administration';
const fresh = { firstName: 'Ada', lastName: 'Lovelace', password: testPassword };

describe('users', () => {
  test('are made, found, changed; each change has its effect', async () => {
    const made = await operator.json<AdministeredUser>('POST', `${base}/users`, {
      ...{ ...fresh, email: 'ada@example.com', organizationName: 'Engines' },
    });
    expect(made).toMatchObject({ active: true, operator: false, organizations: [{ name: 'Engines' }] });
    const colleague = await operator.json<AdministeredUser>('POST', `${base}/users`, {
      ...{ ...fresh, email: 'bob@example.com', organizationId: made.organizations[0]?.organizationId },
    });
    expect(colleague.organizations).toEqual(made.organizations);
    for (const search of ['ADA@', 'ada love']) {
      const { users } = await operator.json<AdministeredUserList>('GET', `${base}/users?search=${search}`);
      expect(users.map((user) => user.email)).toContain('ada@example.com');
    }
    const ada = await visit(platform, 'ada@example.com', { known: true });
    const change = (body: object) => operator.json<AdministeredUser>('PATCH', `${base}/users/${made.userId}`, body);
    expect(await change({ operator: true })).toMatchObject({ operator: true });
    expect((await ada.get(`${base}/keys`)).status).toBe(200);
    expect(await change({ operator: false, active: false })).toMatchObject({ active: false });
    expect((await ada.get('/session')).status).toBe(401);
    await change({ active: true, password: 'another good one' });
    await visit(platform, 'ada@example.com', { known: true, password: 'another good one' });
    // That of the console, which knows the user by it.
    expect(await operator.json('POST', `${base}/users/${made.userId}/end-tokens`, {})).toEqual({ endedGrants: 1 });
  });

  test('what is wrong is said at its field', async () => {
    const user = { ...fresh, email: 'carl@example.com', organizationName: 'O' };
    const refused = (change: object) => operator.refusal('POST', `${base}/users`, { ...user, ...change });
    expect(await refused({ email: 'nonsense' })).toMatchObject({ status: 400, field: 'email' });
    expect(await refused({ email })).toMatchObject({ status: 409, field: 'email' });
    expect(await refused({ password: 'short' })).toMatchObject({ status: 400, field: 'password' });
    expect(await refused({ lastName: ' ' })).toMatchObject({ status: 400, field: 'lastName' });
    expect(await refused({ organizationName: '' })).toMatchObject({ status: 400, field: 'organizationName' });
    expect(await refused({ organizationId: '5' })).toMatchObject({ status: 400, field: 'organizationId' });
    await platform.addUser('eu', 'elsewhere@example.com');
    expect((await refused({ email: 'elsewhere@example.com' })).message).toContain('"eu"');
    expect(await operator.refusal('PATCH', `${base}/users/123`, { active: true })).toMatchObject({ status: 404 });
  });

  test('the own account can be neither deactivated nor demoted', async () => {
    const { userId } = operator.session.user;
    for (const change of [{ active: false }, { operator: false }]) {
      const refused = await operator.refusal('PATCH', `${base}/users/${userId}`, change);
      expect(refused).toMatchObject({ status: 409, code: 'OWN_ACCOUNT' });
    }
  });
});

test('organizations, with their environments, found by name and by id', async () => {
  const { organizations } = await operator.json<AdministeredOrganizationList>('GET', `${base}/organizations`);
  const own = organizations.find(({ name }) => name === `Organization of ${email}`);
  expect(own).toMatchObject({ users: 1 });
  expect(own?.environments.map(({ environment }) => environment).sort()).toEqual([
    'developer',
    'production',
    'sandbox',
  ]);
  const search = own?.environments[1]?.zgid;
  const found = await operator.json<AdministeredOrganizationList>('GET', `${base}/organizations?search=${search}`);
  expect(found).toMatchObject({ total: 1, organizations: [{ organizationId: own?.organizationId }] });
});

test('the outbox', async () => {
  const database = platform.dataCenters.get('us')?.database;
  const nowMs = platform.clock.nowMs();
  for (const subject of ['First', 'Second']) {
    await putMail(database as never, {
      ...{ sender: { name: 'A', email: 'a@example.com' }, replyTo: null, cc: [], bcc: [], subject, format: 'text' },
      ...{ recipients: [{ name: null, email: 'b@example.com' }], content: 'Hello', attachments: [] },
      ...{ createdAtMs: nowMs, sendAtMs: nowMs, messageId: Buffer.from(subject.padEnd(32, '0')).toString('hex') },
    });
  }
  const { mails, total } = await operator.json<OutboxMailList>('GET', `${base}/mails`);
  expect(mails.map(({ subject, from, to }) => [subject, from, to])).toEqual([
    ['Second', 'A <a@example.com>', ['b@example.com']],
    ['First', 'A <a@example.com>', ['b@example.com']],
    // Of the password that the operator set above.
    ['Your password was changed', 'Grantway Accounts <grantway@localhost>', ['ada@example.com']],
  ]);
  expect(total).toBe(3);
  expect(await operator.json('GET', `${base}/mails/${mails[0]?.messageId}`)).toMatchObject({ content: 'Hello' });
  expect(await operator.json('GET', `${base}/mails?page=2`)).toMatchObject({ mails: [], total: 3 });
  const nextTryMs = nowMs + 60_000;
  await database?.query({
    text: "UPDATE mail SET failure = '451 try later', next_try_ms = $1 WHERE subject = 'First'",
    values: [nextTryMs],
  });
  await database?.query({ text: "UPDATE mail SET sent_at_ms = $1 WHERE subject = 'Second'", values: [nowMs] });
  const told = await operator.json<OutboxMailList>('GET', `${base}/mails`);
  const time = (ms: number) => new Date(ms).toISOString();
  expect(told.mails).toMatchObject([
    { delivery: 'sent', sentAt: time(nowMs), nextTryAt: null, failure: null },
    { delivery: 'retried', sentAt: null, nextTryAt: time(nextTryMs), failure: '451 try later' },
    { delivery: 'kept', sentAt: null },
  ]);
});

test('keys rotate once at a time, by either algorithm, and one is taken away at once', async () => {
  const before = await operator.json<SigningKeyList>('GET', `${base}/keys`);
  const made = await operator.json<SigningKey>('POST', `${base}/keys/rotate`, {});
  expect(made.algorithm).toBe('RS256');
  expect(await operator.refusal('POST', `${base}/keys/rotate`, {})).toMatchObject({ status: 409, code: 'KEY_WAITS' });
  const other = await operator.json<SigningKey>('POST', `${base}/keys/rotate`, { algorithm: 'ES256' });
  expect(other.algorithm).toBe('ES256');
  expect(await operator.refusal('POST', `${base}/keys/rotate`, { algorithm: 'none' })).toMatchObject({ status: 400 });
  const { keys } = await operator.json<SigningKeyList>('GET', `${base}/keys`);
  const known = [made, other, ...before.keys].map(({ keyId }) => keyId);
  expect(keys[0]?.keyId).toBe(made.keyId);
  expect(keys.map(({ keyId }) => keyId).toSorted()).toEqual(known.toSorted());
  const retire = (keyId: string) => `${base}/keys/${keyId}/retire`;
  expect(await operator.refusal('POST', retire('f'.repeat(32)), {})).toMatchObject({ status: 404 });
  const left = await operator.json<SigningKeyList>('POST', retire(made.keyId), {});
  expect(left.keys.find(({ keyId }) => keyId === made.keyId)?.publishedUntil).toBe(
    new Date(platform.clock.nowMs()).toISOString(),
  );
  const published = await fetch(`${platform.topology.find('us')?.origins.accounts}/oauth/v2/keys`);
  expect(await published.text()).not.toContain(made.keyId);
});

test('outside providers are added, changed and removed; what is wrong is said at its field', async () => {
  const path = `${base}/providers`;
  // The data centre eu is an OpenID provider, too.
  const issuer = `${platform.topology.find('eu')?.origins.accounts}/oauth2`;
  const fields = {
    name: 'Corporate',
    issuer,
    clientId: 'ours',
    clientSecret: 'kept to itself',
    scopes: 'openid email',
  };
  const added = await operator.json<Provider>('POST', path, { ...fields, providerId: 'corporate' });
  expect(added).toMatchObject({ providerId: 'corporate', name: 'Corporate', issuer, clientId: 'ours' });
  expect(added.redirectUri).toBe(`${platform.topology.find('us')?.origins.accounts}/signin/with/back`);
  const twice = await operator.refusal('POST', path, { ...fields, providerId: 'corporate' });
  expect(twice).toMatchObject({ status: 409, field: 'providerId' });
  const changed = await operator.json<Provider>('PATCH', `${path}/corporate`, { ...fields, name: 'The Company' });
  expect(changed).toEqual({ ...added, name: 'The Company' });
  const { providers } = await operator.json<ProviderList>('GET', path);
  expect(providers).toEqual([changed]);
  expect(JSON.stringify(providers)).not.toContain(fields.clientSecret);
  const wrong = async (change: object) => operator.refusal('POST', path, { ...fields, providerId: 'other', ...change });
  expect(await wrong({ providerId: 'Not One' })).toMatchObject({ status: 400, field: 'providerId' });
  expect(await wrong({ name: ' ' })).toMatchObject({ status: 400, field: 'name' });
  expect(await wrong({ issuer: 'http://elsewhere.example' })).toMatchObject({ status: 400, field: 'issuer' });
  const deaf = `${platform.topology.find('us')?.origins.api}/nothing`;
  expect(await wrong({ issuer: deaf })).toMatchObject({ status: 400, field: 'issuer' });
  expect(await wrong({ scopes: 'email' })).toMatchObject({ status: 400, field: 'scopes' });
  expect(await wrong({ clientSecret: '' })).toMatchObject({ status: 400, field: 'clientSecret' });
  expect(await operator.refusal('PATCH', `${path}/nobody`, fields)).toMatchObject({ status: 404 });

  platform.clock.advance(301);
  for (const [method, at, body] of [
    ['POST', path, { ...fields, providerId: 'other' }],
    ['PATCH', `${path}/corporate`, fields],
    ['DELETE', `${path}/corporate`, {}],
    ['POST', `${base}/keys/${(await operator.json<SigningKeyList>('GET', `${base}/keys`)).keys[0]?.keyId}/retire`, {}],
  ] as const) {
    expect(await operator.refusal(method, at, body), at).toMatchObject({ status: 403, code: 'PASSWORD_NEEDED' });
  }
  await operator.json('DELETE', `${path}/corporate`, { password: testPassword });
  expect(await operator.json('GET', path)).toEqual({ providers: [] });
  expect(await operator.refusal('DELETE', `${path}/corporate`, {})).toMatchObject({ status: 404 });
});

test('what only the lab does is no page without it', async () => {
  expect(operator.session.lab).toBe(false);
  for (const [method, path] of [
    ['POST', `${base}/flows/0123456789abcdef/replay`],
    ['GET', `${base}/flows/0123456789abcdef/test`],
    ['GET', `${base}/clock`],
  ] as const) {
    expect(await operator.refusal(method, path), path).toMatchObject({ status: 404 });
  }
});

test('limits, health of each data centre, events', async () => {
  const { limits } = await operator.json<LimitList>('GET', `${base}/limits`);
  expect(limits.find(({ name }) => name === 'lifetimes.codeTtlSeconds')?.perClient).toBe(true);
  const health = await operator.json<Health>('GET', `${base}/health`);
  expect(health.dataCenters.map(({ id, healthy }) => [id, healthy])).toEqual([
    ['us', true],
    ['eu', true],
  ]);
  const names = ['database', 'accounts', 'api', 'sandboxApi', 'developerApi', 'console', 'content'];
  expect(health.dataCenters[0]?.checks.map(({ name }) => name)).toEqual(names);
  expect(health.version).toBe(operator.session.version);
  await platform.dataCenters.get('us')?.events.flush();
  const { events } = await operator.json<EventList>('GET', `${base}/events?kind=user`);
  expect(events[0]).toMatchObject({ dataCenter: 'us', kind: 'user', failed: false });
  expect(await operator.refusal('GET', `${base}/events?kind=nonsense`)).toMatchObject({ status: 400 });
  expect(await operator.refusal('GET', `${base}/demo`)).toMatchObject({ status: 404, code: 'NO_DEMO' });
});
