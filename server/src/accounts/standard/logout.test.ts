import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import type { RunningDataCenter } from '../../build-data-center.ts';
import { portOffsets } from '../../config/data-centers.ts';
import { listEvents } from '../../inspector/events.ts';
import type { HttpBrowser } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { anna, chandra, StandardStage } from './testing/standard-stage.ts';

/** Sign-out at an app's wish (RP-Initiated Logout), and its telling (Back-Channel Logout). */
let stage: StandardStage;
let web: ClientWithSecrets;
let receiver: Server;
/** Logout tokens that came, with what the receiver is to answer next. */
const came: string[] = [];
const statuses: number[] = [];
const after = 'https://app.example.com/signed-out?from=grantway';

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    came.push(new URLSearchParams(body).get('logout_token') ?? '');
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  stage = await StandardStage.start();
  const backchannelLogoutUri = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/logout`;
  const standards = { profile: 'strict', postLogoutRedirectUris: [after], backchannelLogoutUri } as const;
  web = await stage.client('server', { standards });
});
afterAll(async () => {
  receiver.close();
  await stage.platform.stop();
});

const endSession = (parameters: Record<string, string>, dataCenter = 'us') =>
  `${stage.issuer(dataCenter)}/end_session?${new URLSearchParams(parameters)}`;

async function signedIn(email = anna): Promise<{ browser: HttpBrowser; idToken: string; iss: string }> {
  const browser = stage.browser();
  const answer = await stage.answer(web, { scope: 'openid' }, { email, browser });
  const dataCenter = answer.get('iss') === stage.issuer('in') ? 'in' : 'us';
  const form = { ...stage.own(web, dataCenter), ...stage.codeForm(answer) };
  const { json } = await stage.post('token', form, {}, dataCenter);
  return { browser, idToken: String(json.id_token), iss: answer.get('iss') ?? '' };
}
/** Whether an authorization without a page finds the session. */
const lives = async (browser: HttpBrowser) =>
  new URL((await browser.get(stage.authUrl(web, { prompt: 'none' }))).leftTo ?? '').searchParams.get('error') !==
  'login_required';
const told = (count: number) => vi.waitFor(() => expect(came.length).toBe(count), { timeout: 15_000 });

test('SES-08 the ID token of the session ends it at once; the app is sent its state, and told over the back channel', async () => {
  const { browser, idToken } = await signedIn();
  expect(await lives(browser)).toBe(true);
  const parameters = { id_token_hint: idToken, post_logout_redirect_uri: after, state: 'a b&c' };
  const page = await browser.get(endSession(parameters));
  expect(page.leftTo).toBe(`${after}&state=a%20b%26c`);
  expect(await lives(browser)).toBe(false);
  await told(1);
  const keys = createRemoteJWKSet(new URL(`${stage.issuer()}/jwks`));
  const { payload, protectedHeader } = await jwtVerify(came.splice(0)[0] ?? '', keys, {
    issuer: stage.issuer(),
    audience: web.client_id,
    typ: 'logout+jwt',
    currentDate: new Date(stage.platform.clock.nowMs()),
  });
  const { sid, sub } = decodeJwt(idToken);
  expect(protectedHeader.typ).toBe('logout+jwt');
  expect(payload).toMatchObject({ sid, sub, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } });
  expect(payload).not.toHaveProperty('nonce');
});

test('SES-08 without it, and with that of another session, the user is asked; nothing but a form of ours is taken', async () => {
  const { browser } = await signedIn();
  const other = await signedIn();
  const named = { client_id: web.client_id, post_logout_redirect_uri: after, state: 's' };
  for (const parameters of [{}, named, { ...named, id_token_hint: other.idToken }]) {
    const page = await browser.get(endSession(parameters));
    expect([page.status, page.leftTo]).toEqual([200, undefined]);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await lives(browser)).toBe(true);
  }
  const forged = await fetch(`${stage.issuer()}/end_session`, {
    method: 'POST',
    body: new URLSearchParams({ ...named, decision: 'end', csrf: 'x' }),
    headers: { cookie: browser.cookieHeader() },
    redirect: 'manual',
  });
  expect(forged.status).toBe(200);
  expect(await lives(browser)).toBe(true);
  const done = await browser.submit(await browser.get(endSession(named)), 'decision', { decision: 'end' });
  expect(done.leftTo).toBe(`${after}&state=s`);
  expect(await lives(browser)).toBe(false);
  expect(await lives(other.browser)).toBe(true);
  await told(1);
  came.length = 0;
});

test('SES-08 RED-06 an address that is not registered, or a hint that is none, ends on a page of ours', async () => {
  const { browser, idToken } = await signedIn();
  const bad: Record<string, string>[] = [
    { id_token_hint: idToken, post_logout_redirect_uri: `${after}x` },
    { id_token_hint: idToken, post_logout_redirect_uri: 'https://attacker.example/' },
    { post_logout_redirect_uri: after },
    { id_token_hint: idToken, client_id: (await stage.client('server')).client_id },
    { id_token_hint: 'x', post_logout_redirect_uri: after },
    { id_token_hint: `${idToken.slice(0, -6)}AAAAAA`, post_logout_redirect_uri: after },
  ];
  for (const parameters of bad) {
    const page = await browser.get(endSession(parameters));
    expect([page.status, page.leftTo], JSON.stringify(parameters)).toEqual([400, undefined]);
  }
  expect(await lives(browser)).toBe(true);
});

test('SES-06 SES-08 a logout token is no ID token as a hint, although it has the same issuer, audience, subject and session', async () => {
  const { browser, idToken } = await signedIn();
  await browser.get(endSession({ id_token_hint: idToken }));
  await told(1);
  const [logoutToken = ''] = came.splice(0);
  const [asked, known] = [decodeJwt(logoutToken), decodeJwt(idToken)];
  for (const name of ['iss', 'aud', 'sub', 'sid']) expect(asked[name], name).toEqual(known[name]);
  for (const [hint, status] of [
    [logoutToken, 400],
    [idToken, 200],
  ] as const) {
    expect((await stage.browser().get(endSession({ id_token_hint: hint }))).status).toBe(status);
  }
  const refused = await stage.browser().get(stage.authUrl(web, { id_token_hint: logoutToken }));
  expect(new URL(refused.leftTo ?? '').searchParams.get('error')).toBe('invalid_request');
  expect((await stage.browser().get(stage.authUrl(web, { id_token_hint: idToken }))).html).toContain('name="email"');
});

test('an app that does not answer is told again; sign-out on our own page is told too', async () => {
  came.length = 0;
  const { browser } = await signedIn();
  statuses.push(503);
  const { accounts } = stage.platform.topology.find('us')?.origins ?? { accounts: '' };
  await browser.submit(await browser.get(`${accounts}/`), 'csrf');
  await told(1);
  // The next try is counted from the moment at which the answer was read, which is after it came.
  const { database } = stage.platform.dataCenters.get('us') as RunningDataCenter;
  const due = {
    text: 'SELECT 1 FROM session_client WHERE session_hash IS NULL AND next_attempt_at_ms <= $1',
    values: [stage.platform.clock.nowMs() + 3000],
  };
  await expect.poll(async () => (await database.query(due)).length).toBe(1);
  stage.platform.clock.advance(3);
  await told(2);
  const [first, second] = came.splice(0).map((token) => decodeJwt(token));
  expect(first?.sid).toBe(second?.sid);
  expect(first?.jti).not.toBe(second?.jti);
});

test('CLI-08 nobody is told at an address that we must not call, and no redirection is followed', async () => {
  const standards = { profile: 'strict', backchannelLogoutUri: 'https://app.example.com/' } as const;
  const client = await stage.client('server', { standards });
  const { admin, basePort, dataCenters } = stage.platform;
  const { database, events } = dataCenters.get('us') as RunningDataCenter;
  /** The destinations of what was not delivered, newest first. */
  const notDelivered = async () => {
    await events.flush();
    const filter = { limit: 20, kind: 'logout', outcome: 'NotDelivered', clientId: client.client_id } as const;
    return (await listEvents(database, filter)).map(({ detail }) => detail);
  };
  came.length = 0;
  for (const [backchannelLogoutUri, why] of [
    ['https://10.0.0.1/logout', 'AddressNotAllowed'],
    ['https://169.254.169.254/latest/meta-data', 'AddressNotAllowed'],
    ['https://[::ffff:a00:1]/logout', 'AddressNotAllowed'],
    // The admin API, which is not public.
    [`http://localhost:${basePort + portOffsets.admin}/users`, 'AddressNotAllowed'],
    [(await admin.clients.find(web.client_id))?.backchannelLogoutUri ?? '', 'Status307'],
  ] as const) {
    await changeClient(admin, client.client_id, { standards: { backchannelLogoutUri } });
    if (why === 'Status307') statuses.push(307);
    const browser = stage.browser();
    const answer = await stage.answer(client, { scope: 'openid' }, { browser });
    const { json } = await stage.post('token', { ...stage.own(client), ...stage.codeForm(answer) });
    const told = (await notDelivered()).length;
    await browser.get(endSession({ id_token_hint: String(json.id_token) }));
    await expect.poll(async () => (await notDelivered()).length, { timeout: 15_000 }).toBeGreaterThan(told);
    expect((await notDelivered())[0]).toMatchObject({ to: new URL(backchannelLogoutUri).origin, why });
  }
  expect(came).toHaveLength(1);
  came.length = 0;
  await changeClient(admin, client.client_id, { standards: { backchannelLogoutUri: null } });
});

test('a new sign-in of the same user in the same browser keeps the session id, and tells nobody', async () => {
  const { browser, idToken } = await signedIn();
  const sign = async (more: Record<string, string>) => {
    const page = await browser.get(stage.authUrl(web, { scope: 'openid', state: 'again', ...more }));
    const done = await browser.submit(page, 'password', { password: testPassword });
    return new URL(done.leftTo ?? '').searchParams;
  };
  const answer = await sign({ prompt: 'login' });
  const { json } = await stage.post('token', { ...stage.own(web), ...stage.codeForm(answer) });
  expect(decodeJwt(String(json.id_token)).sid).toBe(decodeJwt(idToken).sid);
  expect(came).toEqual([]);
  const page = await browser.get(endSession({ id_token_hint: idToken, post_logout_redirect_uri: after }));
  expect(page.leftTo).toBe(after);
  await told(1);
  came.length = 0;
});

test('across data centres the request goes where the ID token is from', async () => {
  const { browser, idToken, iss } = await signedIn(chandra);
  expect(iss).toBe(stage.issuer('in'));
  const page = await browser.get(endSession({ id_token_hint: idToken, post_logout_redirect_uri: after }));
  expect(page.leftTo).toBe(after);
  await told(1);
  expect(decodeJwt(came.splice(0)[0] ?? '').iss).toBe(stage.issuer('in'));
});

test('without a session the app is simply answered', async () => {
  const { idToken } = await signedIn();
  const page = await stage.browser().get(endSession({ id_token_hint: idToken, post_logout_redirect_uri: after }));
  expect(page.leftTo).toBe(after);
});

test('addresses that are none are not registered', async () => {
  const bad = [
    { postLogoutRedirectUris: ['javascript:alert(1)'] },
    { postLogoutRedirectUris: ['https://app.example.com/#x'] },
    { postLogoutRedirectUris: ['http://app.example.com/'] },
    { backchannelLogoutUri: 'ftp://app.example.com/' },
    { backchannelLogoutUri: 'http://app.example.com/' },
  ];
  for (const standards of bad) {
    await expect(changeClient(stage.platform.admin, web.client_id, { standards })).rejects.toThrow(/logout/);
  }
});
