import { generateKeyPairSync } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listEvents } from '../inspector/events.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client, NewSecrets, SecretList } from './wire.ts';

let platform: TestPlatform;
/** Of an app that authenticates by its key. */
const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'eu'] });
});
afterAll(() => platform.stop());

const register = (visitor: Visitor, fields: object = newClients.server) =>
  visitor.json<Client>('POST', '/clients', fields);
const list = async (visitor: Visitor, { clientId }: Client) =>
  (await visitor.json<SecretList>('GET', `/clients/${clientId}/secrets`)).secrets;
const revealPath = ({ clientId }: Client, secretId = '') => `/clients/${clientId}/secrets/${secretId}/reveal`;

test('secrets are shown on later visits too, after the password when the sign-in is old, and each time is an event (SES-09)', async () => {
  const visitor = await visit(platform, 'later@example.com');
  const client = await register(visitor);
  const [secret] = await list(visitor, client);
  expect(secret).toMatchObject({ dataCenter: 'us', endsAt: null, lastUsedAt: null, revealable: true });
  const path = revealPath(client, secret?.secretId);
  const shown = await visitor.json<{ secret: string }>('POST', path, {});
  expect(shown.secret).toMatch(/^[0-9a-f]{42}$/);

  platform.clock.advance(299);
  expect(await visitor.json('POST', path, {})).toEqual(shown);
  platform.clock.advance(1);
  expect(await visitor.json('GET', '/session')).toMatchObject({ recentlySignedIn: false });
  expect(await visitor.refusal('POST', path, {})).toMatchObject({ status: 403, code: 'PASSWORD_NEEDED' });
  const wrong = await visitor.refusal('POST', path, { password: 'wrong' });
  expect(wrong).toMatchObject({ status: 403, code: 'PASSWORD_WRONG', field: 'password' });
  expect(await visitor.json('POST', path, { password: testPassword })).toEqual(shown);
  // It holds for the next ones, too.
  expect(await visitor.json('POST', path, {})).toEqual(shown);

  const us = platform.dataCenters.get('us');
  await us?.events.flush();
  const events = us ? await listEvents(us.database, { limit: 50, kind: 'client', clientId: client.clientId }) : [];
  expect(events.map(({ detail }) => detail.action)).toEqual([...Array(4).fill('reveal-secret'), 'register']);
  expect(events[0]?.detail).toMatchObject({ by: 'owner', byUser: visitor.session.user.userId });
  expect(JSON.stringify(events)).not.toContain(shown.secret);
});

test('wrong passwords are counted like those of sign-ins', async () => {
  const visitor = await visit(platform, 'guess@example.com');
  const client = await register(visitor);
  platform.clock.advance(300);
  const [secret] = await list(visitor, client);
  const guess = () => visitor.refusal('POST', revealPath(client, secret?.secretId), { password: 'wrong' });
  const most = platform.admin.settings.limits.signInFailuresPerName;
  for (let count = 0; count < most; count++) expect((await guess()).code).toBe('PASSWORD_WRONG');
  expect(await guess()).toMatchObject({ status: 429, code: 'THROTTLED', field: 'password' });
});

test('a rotation with overlap leaves two secrets, of which the old one has an end (CLI-05)', async () => {
  const visitor = await visit(platform, 'rotate@example.com');
  const client = await register(visitor);
  const rotate = (body: object) => visitor.json<NewSecrets>('POST', `/clients/${client.clientId}/secrets/rotate`, body);
  const { secrets } = await rotate({ overlapSeconds: 86_400 });
  const [newest, former, ...others] = await list(visitor, client);
  expect(others).toEqual([]);
  expect(await visitor.json('POST', revealPath(client, newest?.secretId), {})).toEqual({ secret: secrets.us });
  const dayMs = 86_400_000;
  expect([newest?.endsAt, Date.parse(former?.endsAt ?? '') - platform.clock.nowMs()]).toEqual([null, dayMs]);
  const refused = await visitor.refusal('POST', `/clients/${client.clientId}/secrets/rotate`, { overlapSeconds: 60 });
  expect(refused).toMatchObject({ status: 400, field: 'overlapSeconds' });
  await rotate({ overlapSeconds: 0 });
  expect(await list(visitor, client)).toHaveLength(1);
  expect(await visitor.refusal('POST', revealPath(client, former?.secretId), {})).toMatchObject({ status: 404 });
});

test('another data centre gets a secret of its own, or all the same one; "show once" shows none again (CLI-06)', async () => {
  const visitor = await visit(platform, 'several@example.com');
  const client = await register(visitor);
  const path = `/clients/${client.clientId}`;
  const switched = await visitor.json<Client>('PUT', `${path}/data-centers/eu`, { enabled: true });
  expect([...switched.enabledDataCenters].sort()).toEqual(['eu', 'us']);
  const tell = async () => {
    const newest = (await list(visitor, client)).filter(({ endsAt }) => endsAt === null);
    const told = newest.map(({ secretId }) =>
      visitor.json<{ secret: string }>('POST', revealPath(client, secretId), {}),
    );
    return (await Promise.all(told)).map(({ secret }) => secret);
  };
  expect(new Set(await tell()).size).toBe(2);
  expect(await visitor.json('PATCH', path, { sameSecret: true })).toMatchObject({ sameSecret: true });
  expect(new Set(await tell()).size).toBe(1);
  // What the other data centre had goes on for a day.
  expect((await list(visitor, client)).map(({ dataCenter }) => dataCenter)).toEqual(['eu', 'eu', 'us']);
  await visitor.json('PATCH', path, { sameSecret: false });
  expect(new Set(await tell()).size).toBe(2);

  expect(await visitor.json('PATCH', path, { profile: 'strict' })).toMatchObject({ profile: 'strict' });
  const standards = {
    accessTokenFormat: 'jwt',
    dpopBound: true,
    jwks: { keys: [publicKey] },
    postLogoutRedirectUris: ['https://app.example.com/bye'],
    backchannelLogoutUri: 'https://app.example.com/logout',
  };
  expect(await visitor.json('PATCH', path, standards)).toMatchObject({ profile: 'strict', ...standards });
  for (const [field, change] of [
    [
      'postLogoutRedirectUris',
      { postLogoutRedirectUris: ['https://app.example.com/bye', 'https://app.example.com/#x'] },
    ],
    ['backchannelLogoutUri', { backchannelLogoutUri: 'com.example.app:/logout' }],
    ['jwksUri', { jwksUri: 'http://app.example.com/keys' }],
    ['jwks', { jwks: { keys: [{ ...publicKey, d: 'private' }] } }],
    ['jwks', { jwks: 'keys' }],
    ['jwks', { jwks: { keys: [publicKey] }, jwksUri: 'https://app.example.com/keys' }],
  ] as const) {
    const refusal = await visitor.refusal('PATCH', path, change);
    expect(refusal).toMatchObject({ status: 400, code: 'INVALID_CLIENT_FIELD', field });
    // A key set is too long to be repeated.
    if (field !== 'jwks') expect([change[field as never]].flat()).toContain(refusal.value);
  }
  const keysUri = 'https://app.example.com/keys';
  expect(await visitor.json('PATCH', path, { jwksUri: keysUri })).toMatchObject({ jwks: null, jwksUri: keysUri });
  const withSecret = await visitor.json('PATCH', path, { jwks: null, jwksUri: null, dpopBound: false });
  expect(withSecret).toMatchObject({ jwks: null, jwksUri: null, dpopBound: false });
  expect(await visitor.json('PATCH', path, { backchannelLogoutUri: '' })).toMatchObject({ backchannelLogoutUri: null });
  expect(await visitor.json('PATCH', path, { showSecretOnce: true })).toMatchObject({ showSecretOnce: true });
  const [hidden] = await list(visitor, client);
  expect(hidden?.revealable).toBe(false);
  const refused = await visitor.refusal('POST', revealPath(client, hidden?.secretId), {});
  expect(refused).toMatchObject({ status: 409, code: 'SHOWN_ONCE' });
});

test('rotating, other redirect URIs and deleting need the password when the sign-in is old, and nothing else does (SES-09)', async () => {
  const visitor = await visit(platform, 'step-up@example.com');
  const client = await register(visitor, newClients.browser);
  const path = `/clients/${client.clientId}`;
  const moved = [...client.redirectUris, 'https://app.example.com/other'];
  for (const [method, at, body] of [
    ['POST', `${path}/secrets/rotate`, { overlapSeconds: 3600 }],
    ['PATCH', path, { redirectUris: moved }],
    ['PATCH', path, { javascriptDomains: ['https://new.example.com'] }],
    ['PATCH', path, { postLogoutRedirectUris: ['https://app.example.com/bye'] }],
    ['PATCH', path, { backchannelLogoutUri: 'https://app.example.com/logout' }],
    ['PATCH', path, { jwksUri: 'https://app.example.com/keys' }],
    ['PATCH', path, { jwks: { keys: [publicKey] } }],
    ['PATCH', path, { sameSecret: !client.sameSecret }],
    ['DELETE', path, { name: client.name }],
  ] as const) {
    platform.clock.advance(300);
    expect(await visitor.refusal(method, at, body)).toMatchObject({ status: 403, code: 'PASSWORD_NEEDED' });
    const wrong = await visitor.refusal(method, at, { ...body, password: 'wrong' });
    expect(wrong).toMatchObject({ status: 403, code: 'PASSWORD_WRONG', field: 'password' });
    if (method === 'DELETE') {
      const now = await visitor.json<Client>('PATCH', path, { name: 'Renamed', redirectUris: moved });
      expect(now).toMatchObject({ name: 'Renamed', redirectUris: moved });
      expect((await visitor.send(method, at, { name: 'Renamed', password: testPassword })).status).toBe(204);
    } else {
      expect((await visitor.send(method, at, { ...body, password: testPassword })).status).toBe(200);
    }
  }
});

test('who has a second factor confirms with it: the password alone does not do, a new sign-in does (SES-09)', async () => {
  const visitor = await visit(platform, 'factor@example.com');
  const client = await register(visitor);
  const [secret] = await list(visitor, client);
  const { accounts = '', console: origin = '' } = platform.topology.find('us')?.origins ?? {};
  const { browser } = visitor;
  const setUp = await browser.get(`${accounts}/account/security/app`);
  const base32 = /<code>([A-Z2-7 ]+)<\/code>/.exec(setUp.html)?.[1]?.replaceAll(' ', '') ?? '';
  const app = new TOTP({ secret: Secret.fromBase32(base32) });
  const code = () => app.generate({ timestamp: platform.clock.nowMs() });
  await browser.submit(setUp, 'code', { code: code() });

  platform.clock.advance(300);
  for (const body of [{}, { password: testPassword }]) {
    const refused = await visitor.refusal('POST', revealPath(client, secret?.secretId), body);
    expect(refused).toMatchObject({ status: 403, code: 'SIGN_IN_NEEDED' });
  }
  const asked = await browser.get(`${origin}/sign-in?again&return=/start`);
  expect(asked.html).toContain('Sign in again');
  const second = await browser.submit(asked, 'password', { password: testPassword });
  expect(await visitor.json('GET', '/session')).toMatchObject({ recentlySignedIn: false });
  const back = await browser.submit(second, 'code', { code: code() });
  expect(back.url).toBe(`${origin}/start`);
  const again = await (await visitor.get('/session')).json();
  expect(again).toMatchObject({ recentlySignedIn: true });
  const headers = { 'x-csrf-token': String((again as { csrfToken: string }).csrfToken) };
  const shown = await visitor.send('POST', revealPath(client, secret?.secretId), {}, headers);
  expect(await shown.json()).toEqual({ secret: expect.stringMatching(/^[0-9a-f]{42}$/) });
});
