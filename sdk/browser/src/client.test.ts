import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Client, ClientOptions } from './client.ts';
import { methods } from './core/methods.ts';
import { granted, startAccounts } from './testing/servers.ts';
import { putToken, startWorkbench, stored, type Workbench } from './testing/workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await startWorkbench();
});
afterAll(() => bench.close());
afterEach(() => bench.reset());

/** Opens a page with a client as its global `crm`; runs code that uses it. */
async function open(
  token?: string,
  more: Partial<ClientOptions> = {},
): Promise<{ page: Page; run: <T>(code: (crm: Client) => T) => Promise<Awaited<T>> }> {
  const { page } = await bench.open('/sdk.html');
  if (token) await putToken(page, bench.api.origin, token);
  const options: ClientOptions = {
    clientId: '1000.APP',
    scopes: ['a', 'b'],
    accountsUrl: bench.accounts.origin,
    ...more,
  };
  await page.evaluate(`globalThis.crm = createClient(${JSON.stringify(options)})`);
  return { page, run: (code) => page.evaluate(`(${code})(crm)`) };
}

test('has a member for every method of the table', async () => {
  const { run } = await open('t1');
  for (const [space, specs] of Object.entries(methods)) {
    const members = await run(`(crm) => Object.keys(crm.${space.toLowerCase()})` as never);
    expect(members).toEqual(Object.keys(specs));
  }
});

test('signs in, waits, and gives objects', async () => {
  bench.accounts.answer = () => granted(bench.api.origin, 't1');
  bench.api.answer = () => ({ body: '{"data":[{"id":"7","Last_Name":"Daly"}],"info":{"more_records":false}}' });
  const { run } = await open();
  const list = await run((crm) => crm.records.get({ module: 'Leads', params: { fields: 'Last_Name' } }));
  expect(list?.data[0]).toEqual({ id: '7', Last_Name: 'Daly' });
  expect(bench.accounts.requests[0]?.searchParams.get('scope')).toBe('a,b');
  expect(bench.api.requests[0]).toMatchObject({ method: 'GET', url: '/crm/v8/Leads?fields=Last_Name' });
  expect(await run((crm) => crm.state)).toMatchObject({ status: 'signed_in', location: 'in' });
});

test('tells listeners every step', async () => {
  bench.accounts.answer = () => granted(bench.api.origin, 't1');
  const { run } = await open();
  const steps = await run(async (crm) => {
    const seen: string[] = [];
    const stop = crm.onChange(({ status }) => seen.push(status));
    await crm.signIn();
    await crm.signOut();
    stop();
    return seen;
  });
  expect(steps).toEqual(['signing_in', 'signed_in', 'signed_out']);
});

test('throws what went wrong', async () => {
  const { run } = await open('t1');
  bench.api.answer = () => ({ status: 401, body: '{"code":"OAUTH_SCOPE_MISMATCH","message":"invalid oauth scope"}' });
  const caught = await run((crm) => crm.org.get().catch(({ name, code, status }) => ({ name, code, status })));
  expect(caught).toEqual({ name: 'ApiError', code: 'OAUTH_SCOPE_MISMATCH', status: 401 });
  bench.api.answer = () => ({ status: 500, body: 'oops' });
  expect(await run((crm) => crm.org.get().catch(({ code, body }) => ({ code, body })))).toEqual({
    code: 'HTTP_500',
    body: 'oops',
  });
});

test('a refused token that cannot be renewed is a SignInError', async () => {
  bench.accounts.answer = () => 'error=access_denied';
  bench.api.answer = () => ({ status: 401, body: '{"code":"INVALID_TOKEN"}' });
  const { page, run } = await open('t1');
  const caught = await run((crm) => crm.org.get().catch(({ name, code }) => ({ name, code })));
  expect(caught).toEqual({ name: 'SignInError', code: 'access_denied' });
  expect(await stored(page, 'access_token')).toBeNull();
});

test('gives downloads as files without saving them', async () => {
  bench.api.answer = () => ({ body: 'abc', headers: { 'Content-Disposition': 'attachment; filename="a.txt"' } });
  const { run } = await open('t1');
  const file = await run(async (crm) => {
    const { blob, fileName } = await crm.attachments.downloadPhoto({ module: 'Leads', id: '7' });
    return { fileName, text: await blob.text() };
  });
  expect(file).toEqual({ fileName: 'a.txt', text: 'abc' });
});

test('makes any other call', async () => {
  const { run } = await open('t1');
  const body = { select_query: 'select Last_Name from Leads' };
  expect(
    await run((crm) =>
      crm.request({ method: 'POST', path: 'coql', body: { select_query: 'select Last_Name from Leads' } }),
    ),
  ).toEqual({ data: [] });
  expect(bench.api.requests[0]).toMatchObject({ method: 'POST', url: '/crm/v8/coql', body: JSON.stringify(body) });
});

test('signing out revokes at the user\u2019s own data centre, which the realm\u2019s list tells', async () => {
  const home = await startAccounts();
  try {
    bench.accounts.locations = { us: bench.accounts.origin, in: home.origin };
    const { page, run } = await open('t1');
    await run((crm) => crm.signOut({ server: true }));
    expect(home.requests.map(({ pathname, search }) => pathname + search)).toEqual(['/oauth/v2/token/revoke?token=t1']);
    expect(bench.accounts.requests).toEqual([]);
    expect(await stored(page, 'location')).toBeNull();
  } finally {
    await home.close();
  }
});

describe('the code flow', () => {
  const answer = (server: string) => `?code=1000.a.b&location=in&accounts-server=${encodeURIComponent(server)}`;

  test('exchanges the code at the accounts server of the user, with the verifier of the attempt', async () => {
    const home = await startAccounts();
    try {
      bench.accounts.locations = { us: bench.accounts.origin, in: home.origin };
      bench.accounts.answer = () => answer(home.origin);
      home.tokens = () => ({ access_token: 't1', api_domain: bench.api.origin, expires_in: 3600 });
      const { page, run } = await open(undefined, { flow: 'code' });
      expect(await run((crm) => crm.signIn())).toMatchObject({ status: 'signed_in', location: 'in' });
      const asked = bench.accounts.requests[0]?.searchParams;
      expect([asked?.get('response_type'), asked?.get('code_challenge_method')]).toEqual(['code', 'S256']);
      const exchanged = home.requests[0];
      expect([exchanged?.pathname, exchanged?.searchParams.get('code')]).toEqual(['/oauth/v2/token', '1000.a.b']);
      const verifier = exchanged?.searchParams.get('code_verifier') ?? '';
      expect(createHash('sha256').update(verifier).digest('base64url')).toBe(asked?.get('code_challenge'));
      expect(await stored(page, 'code')).toBeNull();
      await run((crm) => crm.org.get());
      expect(bench.api.requests[0]?.headers.authorization).toBe('Zoho-oauthtoken t1');
      await run((crm) => crm.signOut({ server: true }));
      expect(home.requests.at(-1)?.pathname).toBe('/oauth/v2/token/revoke');
    } finally {
      await home.close();
    }
  });

  test.each([
    ['an accounts server that the realm does not know', 'http://evil.test', 'untrusted_accounts_server', []],
    ['a code that is not good', '', 'invalid_code', ['/oauth/v2/auth', '/oauth/v2/token']],
  ])('%s is refused', async (_, server, code, paths) => {
    bench.accounts.answer = () => answer(server || bench.accounts.origin);
    bench.accounts.tokens = () => ({ error: 'invalid_code' });
    const { page, run } = await open(undefined, { flow: 'code' });
    const caught = await run((crm) => crm.signIn().catch(({ name, code }) => ({ name, code })));
    expect(caught).toEqual({ name: 'SignInError', code });
    expect(bench.accounts.requests.map(({ pathname }) => pathname)).toEqual(paths.length ? paths : ['/oauth/v2/auth']);
    expect([await stored(page, 'code'), await stored(page, 'access_token')]).toEqual([null, null]);
  });
});
