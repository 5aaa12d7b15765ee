import { decodeJwt } from 'jose';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAuditEntries } from '../../audit/audit-rows.ts';
import { authorize, HttpBrowser, type Page, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';
import { proofKey } from '../standard/testing/standard-stage.ts';

/** Authenticator app, recovery codes, step-up, browsers: without a script. */
const email = 'anna@us.example';
let platform: TestPlatform;
let accounts: string;
let app: TOTP;
let recovery: string[];

beforeAll(async () => {
  platform = await startTestPlatform({ settings: { limits: { secondFactorFailuresPerName: 5 } } });
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
});
afterAll(() => platform.stop());

const newBrowser = () => new HttpBrowser(platform.basePort);
const code = () => app.generate({ timestamp: platform.clock.nowMs() });
const nextStep = () => platform.clock.advance(31);
const isIn = async (browser: HttpBrowser) =>
  (await browser.get(`${accounts}/account/sessions`)).html.includes('This browser');
const withPassword = async (browser: HttpBrowser): Promise<Page> =>
  signIn(browser, await browser.get(`${accounts}/signin`), email, testPassword);

test('an app is set up with its first code; recovery codes are shown once', async () => {
  const browser = newBrowser();
  await withPassword(browser);
  const page = await browser.get(`${accounts}/account/security/app`);
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.html)?.[1]?.replaceAll(' ', '') ?? '';
  app = new TOTP({ secret: Secret.fromBase32(secret) });
  const picture = await browser.get(`${accounts}/account/security/app/picture`);
  expect(picture.headers.get('content-type')).toBe('image/svg+xml');
  expect((await browser.submit(page, 'code', { code: '000000' })).html).toContain('The code is not correct');
  // Not confirmed yet: the password alone still does.
  const other = newBrowser();
  await withPassword(other);
  expect(await isIn(other)).toBe(true);
  const shown = await browser.submit(page, 'code', { code: code() });
  recovery = [...shown.html.matchAll(/<li><code>([0-9a-z-]+)<\/code>/g)].map((match) => match[1] ?? '');
  expect(recovery).toHaveLength(10);
  expect((await browser.get(`${accounts}/account/security`)).html).toContain('You have 10 codes');
});

describe('a sign-in with the app', () => {
  test('the password alone signs nobody in; each code counts once', async () => {
    const browser = newBrowser();
    const second = await withPassword(browser);
    expect(second.html).toContain('Confirm that it is you');
    expect(await isIn(browser)).toBe(false);
    nextStep();
    const used = code();
    await browser.submit(second, 'code', { code: used });
    expect(await isIn(browser)).toBe(true);
    const other = newBrowser();
    const again = await other.submit(await withPassword(other), 'code', { code: used });
    expect(again.html).toContain('The code is not correct');
    expect(await isIn(other)).toBe(false);
    const recovered = await other.submit(again, 'code', { code: (recovery[0] ?? '').toUpperCase() });
    expect(recovered.status).toBe(200);
    expect(await isIn(other)).toBe(true);
    const third = newBrowser();
    await third.submit(await withPassword(third), 'code', { code: recovery[0] ?? '' });
    expect(await isIn(third)).toBe(false);
  });

  test('the ID token says how the user signed in; an essential acr that the user cannot meet ends the request', async () => {
    const client = await platform.addClient({ type: 'server', owner: email, standards: { profile: 'strict' } });
    const { challenge, verifier } = proofKey();
    const redirect = 'https://app.example.com/callback';
    const url = (more: Record<string, string>) =>
      `${accounts}/oauth2/authorize?${new URLSearchParams({
        ...{ client_id: client.client_id, response_type: 'code', redirect_uri: redirect, scope: 'openid' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256', ...more },
      })}`;
    const essential = (...values: string[]) => ({
      claims: JSON.stringify({ id_token: { acr: { essential: true, values } } }),
    });
    const answerOf = async (browser: HttpBrowser, more: Record<string, string> = {}) =>
      new URL(await authorize(browser, url(more), { email, password: testPassword })).searchParams;
    const tokenOf = async (answer: URLSearchParams) => {
      const { client_id, client_secret } = client;
      const response = await fetch(`${accounts}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
        body: new URLSearchParams({
          ...{ grant_type: 'authorization_code', code: answer.get('code') ?? '' },
          ...{ redirect_uri: redirect, code_verifier: verifier },
        }),
      });
      return decodeJwt(((await response.json()) as { id_token: string }).id_token);
    };
    const [password, mfa] = ['urn:grantway:acr:password', 'urn:grantway:acr:mfa'] as const;
    const browser = newBrowser();
    nextStep();
    await browser.submit(await withPassword(browser), 'code', { code: code() });
    expect(await tokenOf(await answerOf(browser))).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: mfa });
    expect(await tokenOf(await answerOf(browser, essential(mfa)))).toMatchObject({ acr: mfa });
    // One that is met by more than was asked for is named as it was asked for.
    expect(await tokenOf(await answerOf(browser, essential('urn:x', password)))).toMatchObject({ acr: password });

    const ben = newBrowser();
    await platform.addUser('us', 'ben@us.example');
    await signIn(ben, await ben.get(`${accounts}/signin`), 'ben@us.example', testPassword);
    expect(await tokenOf(await answerOf(ben, { acr_values: `urn:x ${mfa}` }))).toMatchObject({ acr: password });
    const unmet = 'unmet_authentication_requirements';
    expect((await answerOf(ben, essential(mfa))).get('error')).toBe(unmet);
    expect((await answerOf(ben, { ...essential(mfa), prompt: 'none' })).get('error')).toBe(unmet);
    // Nor by the pages behind it.
    const { pathname, search } = new URL(url({ ...essential(mfa), prompt: 'consent' }));
    const beyond = await ben.get(`${accounts}/oauth/organization?continue=${encodeURIComponent(pathname + search)}`);
    expect(new URL(beyond.leftTo ?? '').searchParams.get('error')).toBe(unmet);

    const setUp = await ben.get(`${accounts}/account/security/app`);
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(setUp.html)?.[1]?.replaceAll(' ', '') ?? '';
    const own = new TOTP({ secret: Secret.fromBase32(secret) });
    await ben.submit(setUp, 'code', { code: own.generate({ timestamp: platform.clock.nowMs() }) });
    expect((await answerOf(ben, { ...essential(mfa), prompt: 'none' })).get('error')).toBe('login_required');
    nextStep();
    const asked = await ben.get(url({ acr_values: mfa }));
    const second = await ben.submit(asked, 'password', { password: testPassword });
    const done = await ben.submit(second, 'code', { code: own.generate({ timestamp: platform.clock.nowMs() }) });
    expect(await tokenOf(new URL(done.leftTo ?? '').searchParams)).toMatchObject({ acr: mfa });
    expect(await tokenOf(await answerOf(ben, essential(mfa)))).toMatchObject({ acr: mfa });
  });

  test('of 30 wrong codes at the same time 5 are tried; the user goes on in the own browser, others after the window', async () => {
    const known = newBrowser();
    nextStep();
    await known.submit(await withPassword(known), 'code', { code: code() });
    // What was wrong before counts in its own window.
    platform.clock.advance(601);
    const guesser = newBrowser();
    const page = await withPassword(guesser);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => guesser.submit(page, 'code', { code: String(100000 + index) })),
    );
    expect(answers.filter(({ html }) => html.includes('The code is not correct'))).toHaveLength(5);
    nextStep();
    expect((await guesser.submit(page, 'code', { code: code() })).html).toContain('too many wrong codes');
    known.setCookie('grantway_session_us', '');
    await known.submit(await withPassword(known), 'code', { code: code() });
    expect(await isIn(known)).toBe(true);
    platform.clock.advance(601);
    const later = newBrowser();
    await later.submit(await withPassword(later), 'code', { code: code() });
    expect(await isIn(later)).toBe(true);
  });
});

describe('step-up', () => {
  test('after five minutes the whole sign-in is asked for before anything of it changes', async () => {
    const browser = newBrowser();
    nextStep();
    await browser.submit(await withPassword(browser), 'code', { code: code() });
    const security = await browser.get(`${accounts}/account/security`);
    platform.clock.advance(301);
    const asked = await browser.submit(security, 'remove');
    expect(asked.html).toContain('Sign in again');
    expect((await browser.submit(asked, 'password', { password: 'wrong' })).html).toContain('not correct');
    const second = await browser.submit(asked, 'password', { password: testPassword });
    // The password alone is not the strongest that this user has.
    expect((await browser.get(`${accounts}/account/security`)).html).toContain('Sign in again');
    const back = await browser.submit(second, 'code', { code: code() });
    expect(back.html).toContain('Sign-in and security');
    expect((await browser.submit(back, 'remove')).html).toContain('The authenticator app was removed');
    const other = newBrowser();
    await withPassword(other);
    expect(await isIn(other)).toBe(true);
  });

  test('what changed is in the audit log, without a code or secret', async () => {
    const running = platform.dataCenters.get('us');
    await running?.audit.flush();
    const entries = running ? await listAuditEntries(running.database, { action: 'second-factor' }, 100) : [];
    const actions = entries.map(({ detail }) => (JSON.parse(detail) as { action?: string }).action).filter(Boolean);
    const twice = ['make recovery codes', 'add authenticator app'];
    expect(actions).toEqual(['remove authenticator app', ...twice, ...twice]);
    const told = JSON.stringify(entries);
    for (const each of [...recovery, app.secret.base32]) expect(told).not.toContain(each);
  });
});

test('browsers: one is ended, all others, all', async () => {
  const browsers = [newBrowser(), newBrowser(), newBrowser()] as const;
  const [first, second, third] = browsers;
  for (const each of browsers) {
    await withPassword(each);
    platform.clock.advance(1);
  }
  const page = await first.get(`${accounts}/account/sessions`);
  const forms = [...page.html.matchAll(/name="session" value="([0-9a-f]{16})"/g)].map((match) => match[1] ?? '');
  await first.submit(page, 'session', { session: forms[0] ?? '' });
  expect(await isIn(third)).toBe(false);
  expect(await isIn(second)).toBe(true);
  await first.submit(page, 'session', { session: 'others' });
  expect(await isIn(second)).toBe(false);
  expect(await isIn(first)).toBe(true);
  await first.submit(page, 'session', { session: 'all' });
  expect(await isIn(first)).toBe(false);
});

test('a passkey answer that is none, and a challenge that is used twice, sign nobody in', async () => {
  const browser = newBrowser();
  const page = await browser.submit(await browser.get(`${accounts}/signin`), 'email', { email });
  const refused = await browser.submit(page, 'answer', { answer: '{"id":"x","response":{}}' });
  expect(refused.html).toContain('The passkey was not accepted');
  expect((await browser.submit(page, 'answer', { answer: '{}' })).html).toContain('expired');
  for (const answer of ['', 'null', '[]', '{"id":1}', '{"id":"\\u0000"}', 'x'.repeat(20_000)]) {
    const fresh = await browser.submit(await browser.get(`${accounts}/signin`), 'email', { email });
    expect((await browser.submit(fresh, 'answer', { answer })).status, answer.slice(0, 20)).toBeLessThan(500);
  }
});
