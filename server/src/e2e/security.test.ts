import { request as requestHttp } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anna, StandardStage } from '../accounts/standard/testing/standard-stage.ts';
import type { ClientWithSecrets } from '../admin/clients.ts';
import { signIn } from '../testing/http-browser.ts';
import { testPassword } from '../testing/test-platform.ts';

/** Rows of the security checklist that no other test proves, over HTTP against a whole platform. */
let stage: StandardStage;
let web: ClientWithSecrets;
let api: string;

beforeAll(async () => {
  stage = await StandardStage.start({ settings: { signUp: true } });
  web = await stage.client('server');
  api = stage.platform.topology.find('us')?.origins.api ?? '';
});
afterAll(() => stage.platform.stop());

test('CLI-09 a client id is never the id of a user, and its own token says whose it is', async () => {
  const self = await stage.client('self');
  const { json } = await stage.post('token', {
    ...stage.own(self),
    grant_type: 'client_credentials',
    scope: 'ZohoCRM.users.READ',
  });
  const about = await stage.post('introspect', { ...stage.own(self), token: String(json.access_token) });
  expect(about.json.sub).toMatch(/^\d+$/);
  expect(self.client_id).toMatch(/^1000\.[0-9A-Z]{30}$/);
  // An API for users only: the claims of the one who signed in.
  const claims = await stage.userInfo(String(json.access_token));
  expect([claims.status, claims.json.error]).toEqual([403, 'insufficient_scope']);
});

test('COR-04 what a token says of itself decides nothing about who may read', async () => {
  const spa = await stage.client('browser', {
    redirectUris: ['https://spa.example.com/cb'],
    javascriptDomains: ['https://spa.example.com'],
  });
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const forged = await new SignJWT({ azp: spa.client_id, client_id: spa.client_id, iss: stage.issuer() })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
    .sign(privateKey);
  const from = { origin: 'https://spa.example.com' };
  const claims = await stage.userInfo(forged, from);
  expect([claims.status, claims.headers.get('access-control-allow-origin')]).toEqual([401, null]);
  const assertion = await new SignJWT({ sub: web.client_id, iss: web.client_id, client_id: spa.client_id })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(privateKey);
  const form = { grant_type: 'refresh_token', refresh_token: 'x', client_assertion: assertion };
  const token = await stage.post('token', form, from);
  expect(token.headers.get('access-control-allow-origin')).toBeNull();
});

/** Every form of the accounts pages (`app.post` in `accounts`). */
const forms = [
  ...['/signin', '/signin/password', '/signin/second', '/signin/passkey', '/signin/forgot', '/signin/reset'],
  ...['/signin/with/link', '/signup', '/signup/confirm', '/signout', '/oauth/consent', '/oauth/organization'],
  ...['/oauth/scopes', '/oauth/scopes/organization', '/oauth/v3/device', '/oauth/v3/device/organization'],
  ...['/oauth/v3/device/consent', '/account/password', '/account/sessions', '/account/apps/remove', '/account/email'],
  ...['/account/email/verify', '/account/security/app', '/account/security/app/remove', '/account/security/passkeys'],
  ...['/account/security/passkeys/remove', '/account/security/recovery-codes', '/account/security/outside/remove'],
];
/** Tables of what happened, and of how often: reading a page or being refused is noted there. */
const noted = '^(event|audit|attempt|flow)|_(event|audit|attempt)|session';

test('SES-03 no form changes anything without its token, with another one, or from another site', async () => {
  const accounts = stage.issuer().replace(/\/oauth2$/, '');
  const database = stage.platform.dataCenters.get('us')?.database;
  const signedIn = async (email: string) => {
    const browser = stage.browser();
    await signIn(browser, await browser.get(`${accounts}/signin`), email, testPassword);
    return browser;
  };
  const attacker = 'mallory@us.example';
  const vera = 'vera@us.example';
  await Promise.all([attacker, vera].map((email) => stage.platform.addUser('us', email)));
  const [victim, other] = [await signedIn(vera), await signedIn(attacker)];
  /** What of the victim could change, as one text for each table: what people do, not what is counted or noted of it. */
  const state = async () => {
    const tables = await database?.query<{ name: string }>({
      text: `SELECT table_name AS name FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name !~ '${noted}'`,
    });
    const rows = (tables ?? []).map(async ({ name }) => {
      const text = `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') AS state FROM ${name} t`;
      return [name, (await database?.query<{ state: string }>({ text }))?.[0]?.state];
    });
    return Object.fromEntries(await Promise.all(rows));
  };
  const fields = {
    ...{ email: attacker, password: testPassword, current: testPassword, new: 'another horse 7', name: 'Mallory' },
    ...{ code: '123456', user_code: 'BBBB-BBBB', decision: 'accept', continue: '/' },
    ...{
      id: '1',
      session: 'all',
      grant: '1',
      all: 'true',
      organization: '1:production',
      token: 'x',
      secret: 'A'.repeat(32),
    },
  };
  const post = (path: string, more: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${accounts}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...more }),
      headers: { cookie: victim.cookieHeader(), ...headers },
      redirect: 'manual',
    });
  const tokenOf = async (browser: typeof victim, path: string) => {
    const { html } = await browser.get(`${accounts}${path}`);
    const form = [...html.matchAll(/<form\b[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(
      ([, action]) => action?.split('?', 1)[0] === path,
    );
    return /name="csrf" value="([^"]+)"/.exec(form?.[2] ?? '')?.[1];
  };
  const signOut = (await victim.get(`${accounts}/account/security`)).html;
  const ofSignOut = /action="\/signout"[\s\S]*?name="csrf" value="([^"]+)"/.exec(signOut)?.[1] ?? '';
  expect(ofSignOut).not.toBe('');
  // The pages are read before: that of the authenticator app keeps a secret that nobody has confirmed yet.
  const pages = [];
  for (const path of forms) {
    pages.push({ path, foreign: (await tokenOf(other, path)) ?? ofSignOut, own: await tokenOf(victim, path) });
  }
  expect(pages.filter(({ own }) => own !== undefined).length).toBeGreaterThan(4);
  const before = await state();
  expect(Object.keys(before).length).toBeGreaterThan(20);
  for (const { path, foreign, own } of pages) {
    for (const [csrf, headers] of [
      ['', {}],
      [foreign, {}],
      ...(path === '/signout' ? [] : [[ofSignOut, {}] as const]),
      ...(own === undefined ? [] : [[own, { 'sec-fetch-site': 'cross-site' }] as const]),
      ...(own === undefined ? [] : [[own, { 'sec-fetch-site': 'same-site' }] as const]),
      ...(own === undefined ? [] : [[own, { origin: 'https://evil.test' }] as const]),
    ] as const) {
      const { status } = await post(path, { csrf }, headers);
      expect([200, 302, 303, 400, 403], path).toContain(status);
    }
  }
  expect(await state()).toEqual(before);
  // The same form with its own token does change something: what was sent was good but for that.
  const { own = '' } = pages.find(({ path }) => path === '/account/password') ?? {};
  await post('/account/password', { csrf: own });
  expect(await state()).not.toEqual(before);
  expect((await victim.get(`${accounts}/account/security`)).url).toContain('/account/security');
});

test('MDC-02 no header and no parameter leads a user elsewhere than to a data centre of the realm', async () => {
  const url = stage.authUrl(web, {
    location: 'attacker',
    'accounts-server': 'https://attacker.example',
    dc: 'attacker',
  });
  const { port } = new URL(url);
  const location = await new Promise<string>((resolve, reject) => {
    const headers = {
      host: 'attacker.example',
      'x-forwarded-host': 'attacker.example',
      forwarded: 'host=attacker.example',
    };
    const path = url.slice(new URL(url).origin.length);
    requestHttp({ host: '127.0.0.1', port, path, headers }, (answer) => resolve(String(answer.headers.location)))
      .on('error', reject)
      .end();
  });
  expect(location).toMatch(/^\/signin\?/);
  expect(location).not.toMatch(/^\/signin\?.*(https?:|%2F%2F)attacker/);
});

test('MDC-05 what is of one data centre is in no answer and no table of another', async () => {
  const canary = 'canary.of.india@in.example';
  await stage.platform.addUser('in', canary);
  const database = stage.platform.dataCenters.get('us')?.database;
  const tables = await database?.query<{ table_name: string }>({
    text: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
  });
  expect(tables?.length).toBeGreaterThan(20);
  for (const { table_name: name } of tables ?? []) {
    const [row] = (await database?.query<{ found: number }>({
      text: `SELECT count(*)::int AS found FROM ${name} AS t WHERE t::text LIKE '%canary.of.india%'`,
    })) ?? [{ found: -1 }];
    expect(row?.found, name).toBe(0);
  }
});

test('ROB-01 parameters, headers and bodies have bounds, and what is beyond them is told so at once', async () => {
  const long = 'x'.repeat(5_000);
  const page = await stage.browser().get(stage.authUrl(web, { nonce: long }));
  expect([page.status, new URL(page.leftTo ?? 'https://none.example').searchParams.get('error')]).toEqual([
    302,
    'invalid_request',
  ]);
  const huge = await fetch(`${stage.issuer()}/token`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'x'.repeat(100_000) }),
  });
  expect([huge.status, ((await huge.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
  const scopes = Array.from({ length: 300 }, (_, index) => `ZohoCRM.modules.m${index}.READ`).join(' ');
  const many = await stage.post('par', {
    ...stage.own(web),
    scope: scopes,
    response_type: 'code',
    redirect_uri: 'https://app.example.com/callback',
  });
  expect([many.status, many.json.error]).toEqual([400, 'invalid_request']);
  const deep = await fetch(`${api}/crm/v8/Leads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${long}` },
    body: '{}',
  });
  expect(deep.status).toBe(401);
});

test('RT-06 a user who is deactivated, and a client that is deleted, end their tokens', async () => {
  const scope = 'openid offline_access';
  const first = await stage.client('server');
  const tokens = await stage.tokens(first, { scope });
  await stage.platform.admin.clients.delete(first.client_id);
  expect((await stage.userInfo(tokens.access_token)).status).toBe(401);
  const again = await stage.tokens(web, { scope });
  const { changeUser } = await import('../admin/users.ts');
  await changeUser(stage.platform.admin, 'us', anna, { active: false, endTokens: false });
  expect((await stage.refresh(web, again.refresh_token)).json.error).toBe('invalid_grant');
  expect((await stage.userInfo(again.access_token)).status).toBe(401);
  await changeUser(stage.platform.admin, 'us', anna, { active: true, endTokens: false });
});
