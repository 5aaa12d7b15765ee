import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { forSession, granted } from '../testing/servers.ts';
import { putToken, startWorkbench, stored, type Workbench } from '../testing/workbench.ts';
import type { InitializeConfig } from './zcrm.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await startWorkbench();
});
afterAll(() => bench.close());
afterEach(() => bench.reset());

const aged = { __token_init: '1' };
const scopes = 'ZohoCRM.modules.ALL,ZohoCRM.users.READ';

function configOf(more: InitializeConfig = {}): InitializeConfig {
  return { client_id: '1000.APP', scopes, accounts_url: bench.accounts.origin, ...more };
}

/** Calls `initialize` as a script of the page does after a click. */
async function initialize(page: Page, more: InitializeConfig = {}): Promise<void> {
  await page.evaluate((config) => ZCRM.API.SDK.initialize(config), configOf(more));
}

function accept(token = 't1', more = ''): void {
  bench.accounts.answer = () => granted(bench.api.origin, token, more);
}

/** The answer of the API to a token that it does not know. */
function refuse(...tokens: string[]): void {
  bench.api.answer = ({ headers }) =>
    tokens.some((token) => headers.authorization?.endsWith(` ${token}`))
      ? { status: 401, body: '{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}' }
      : {};
}

const status = (page: Page) => page.evaluate(() => ZCRM.API.AUTH.getState());
const getLeads = (page: Page) => page.evaluate(() => ZCRM.API.RECORDS.get?.({ module: 'Leads' }));
const paths = () => bench.accounts.requests.map(({ pathname }) => pathname);

describe('a first sign-in', () => {
  test('opens the accounts server, stores the answer and starts the page over', async () => {
    accept('t1', forSession);
    const { page, problems } = await bench.open('/bare.html');
    const reloaded = page.waitForEvent('load');
    await initialize(page);
    await reloaded;
    const [request] = bench.accounts.requests;
    expect(request?.pathname).toBe('/oauth/v2/auth');
    expect([...(request?.searchParams ?? [])]).toEqual([
      ['scope', scopes],
      ['client_id', '1000.APP'],
      ['response_type', 'token'],
      ['state', expect.stringMatching(/^zohocrmclient\.[0-9a-f]{32}$/)],
      ['redirect_uri', `${bench.app.origin}/app/redirect.html`],
    ]);
    const kept = await page.evaluate(() => ({ ...localStorage }));
    expect(kept).toMatchObject({
      access_token: 't1',
      api_domain: bench.api.origin,
      expires_in: '3600',
      location: 'in',
      granted_for_session: 'true',
      grant_for_session: 'true',
    });
    expect(Object.keys(kept)).not.toContain('__auth_process');
    await initialize(page);
    expect(await page.evaluate(() => ZCRM.API.AUTH.getAccess())).toBe('t1');
    expect(problems).toEqual([]);
  });

  test("gives '{}' to every call until then, and opens one window for all", async () => {
    const { context, page } = await bench.open('/bare.html');
    await initialize(page);
    expect(await Promise.all([getLeads(page), getLeads(page)])).toEqual(['{}', '{}']);
    expect(await page.evaluate(() => ZCRM.API.AUTH.getAccess())).toBeNull();
    expect(await stored(page, '__auth_process')).toBe('true');
    // The browser tells of a new window after the call that opened it has returned.
    await expect.poll(() => context.pages().length).toBe(2);
    expect(await page.evaluate(() => ZCRM.API.AUTH.getAccess())).toBeNull();
    expect(context.pages()).toHaveLength(2);
  });

  test('works with the redirect page of applications written for the original', async () => {
    accept();
    const { page } = await bench.open('/bare.html');
    const reloaded = page.waitForEvent('load');
    await initialize(page, { redirect_uri: `${bench.app.origin}/plain/redirect.html` });
    await reloaded;
    expect(await stored(page, 'access_token')).toBe('t1');
  });

  test('reads the settings from an element that is in the page already', async () => {
    const { context, page } = await bench.open('/bare.html');
    const opened = context.waitForEvent('page');
    await page.evaluate((origin) => {
      document.body.insertAdjacentHTML(
        'beforeend',
        `<div id="zes_client_scope" data-clientid="1000.EL" data-scope="s" data-accounts-url="${origin}"></div>`,
      );
      ZCRM.API.SDK.initialize({ client_id: 'other' });
    }, bench.accounts.origin);
    expect(new URL((await opened).url()).searchParams.get('client_id')).toBe('1000.EL');
  });

  test('says what is missing as the original does', async () => {
    const { page } = await bench.open('/bare.html');
    await expect(getLeads(page)).rejects.toThrow('TypeError');
    await expect(initialize(page, { scopes: '' })).rejects.toThrow('missing auth params[clientId, redirectUri, scope]');
  });
});

describe('a sign-in that ends without a token', () => {
  test('the user declines', async () => {
    const { context, page } = await bench.open('/bare.html');
    const opened = context.waitForEvent('page');
    await initialize(page, { queue: true });
    const waiting = getLeads(page);
    await (await opened).getByText('Reject').click();
    expect(await waiting).toBe('{}');
    expect(await status(page)).toMatchObject({ status: 'signed_out', error: 'access_denied' });
    expect(await stored(page, 'error')).toBe('access_denied');
    expect(await stored(page, 'access_token')).toBeNull();
    expect(await stored(page, '__auth_process')).toBeNull();
  });

  test('the user closes the window, and may try again', async () => {
    const { context, page } = await bench.open('/bare.html');
    const opened = context.waitForEvent('page');
    await initialize(page);
    await (await opened).close();
    await expect.poll(() => status(page)).toMatchObject({ status: 'signed_out', error: 'window_closed' });
    expect(await stored(page, '__auth_process')).toBeNull();
    accept();
    await page.evaluate(() => ZCRM.API.SDK.initialize({ queue: true, auto_sign_in: false }));
    const state = await page.evaluate(() => ZCRM.API.AUTH.signIn());
    expect(state).toEqual({ status: 'signed_in', error: null, location: 'in', apiDomain: bench.api.origin });
  });

  test('the browser blocks the window of a page that opens it by itself', async () => {
    const { context, page } = await bench.open('/bare.html');
    await page.evaluate((config) => localStorage.setItem('config', JSON.stringify(config)), configOf({ queue: true }));
    await page.goto(`${bench.app.origin}/auto.html`);
    expect(await status(page)).toMatchObject({ status: 'signed_out', error: 'popup_blocked' });
    expect(await stored(page, '__auth_process')).toBeNull();
    expect(context.pages()).toHaveLength(1);
    accept();
    expect(await page.evaluate(() => ZCRM.API.AUTH.signIn())).toMatchObject({ status: 'signed_in', error: null });
  });

  test('signIn throws a typed error', async () => {
    bench.accounts.answer = () => 'error=access_denied';
    const { page } = await bench.open('/bare.html');
    await initialize(page, { auto_sign_in: false });
    const error = await page.evaluate(() => ZCRM.API.AUTH.signIn().catch(({ name, code }) => ({ name, code })));
    expect(error).toEqual({ name: 'SignInError', code: 'access_denied' });
  });
});

describe('queue: true', () => {
  test('calls wait for the token and the page does not start over', async () => {
    const { page } = await bench.open('/bare.html');
    await initialize(page, { queue: true, version: 'v8', auto_sign_in: false });
    accept();
    const answers = await page.evaluate(() => {
      const leads = ZCRM.API.RECORDS.get?.({ module: 'Leads' });
      return Promise.all([leads, ZCRM.API.ORG.get?.()]);
    });
    expect(answers).toEqual(['{"data":[]}', '{"data":[]}']);
    expect(bench.api.requests.map(({ url }) => url).sort()).toEqual(['/crm/v8/Leads', '/crm/v8/org']);
    expect(paths()).toEqual(['/oauth/v2/auth']);
  });
});

describe('several tabs', () => {
  test('share one sign-in and its token', async () => {
    const { context, page } = await bench.open('/bare.html');
    await initialize(page, { queue: true });
    const other = await context.newPage();
    await other.goto(`${bench.app.origin}/bare.html`);
    await initialize(other, { queue: true });
    const waiting = getLeads(other);
    expect(await status(other)).toMatchObject({ status: 'signing_in' });
    expect(paths()).toEqual(['/oauth/v2/auth']);
    accept();
    await page.evaluate(() => ZCRM.API.AUTH.signIn({ restart: true }));
    expect(await waiting).toBe('{"data":[]}');
    // The second attempt went into the window of the first.
    expect(paths()).toHaveLength(2);
  });

  test('take over from a tab that is gone', async () => {
    const { page } = await bench.open('/bare.html');
    const longAgo = String(Date.now() - 80_000);
    await page.evaluate((beat) => Object.assign(localStorage, { __auth_process: 'true', __auth_beat: beat }), longAgo);
    accept();
    await initialize(page, { queue: true });
    expect(await getLeads(page)).toBe('{"data":[]}');
  });
});

describe('renewal', () => {
  test('is silent when access was granted for the session', async () => {
    accept('t2', forSession);
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin, 't1', { ...aged, granted_for_session: 'true' });
    await initialize(page, { queue: true });
    expect(await getLeads(page)).toBe('{"data":[]}');
    expect(paths()).toEqual(['/oauth/v2/auth/refresh']);
    expect(bench.api.requests[0]?.headers.authorization).toBe('Zoho-oauthtoken t2');
  });

  test('is silent with full_grant', async () => {
    const { context, page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin, 't1', aged);
    const opened = context.waitForEvent('page');
    await page.evaluate(() => ZCRM.init({ full_grant: true }));
    await initialize(page);
    expect(new URL((await opened).url()).pathname).toBe('/oauth/v2/auth/refresh');
  });

  test('asks when nothing was granted for the session', async () => {
    accept('t2');
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin, 't1', { ...aged, granted_for_session: 'false' });
    await initialize(page, { queue: true });
    expect(await getLeads(page)).toBe('{"data":[]}');
    expect(paths()).toEqual(['/oauth/v2/auth']);
  });

  test.each([
    ['client_not_granted', 'app'],
    ['prompt_required', 'app'],
    ['client_not_granted', 'plain'],
  ])('asks after %s (redirect page: %s)', async (error, folder) => {
    bench.accounts.answer = ({ pathname }) =>
      pathname.endsWith('/refresh') ? `error=${error}` : granted(bench.api.origin, 't2');
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin, 't1', { ...aged, grant_for_session: 'true' });
    await initialize(page, { queue: true, redirect_uri: `${bench.app.origin}/${folder}/redirect.html` });
    expect(await getLeads(page)).toBe('{"data":[]}');
    expect(paths()).toEqual(['/oauth/v2/auth/refresh', '/oauth/v2/auth']);
  });
});

describe('a token that the API refuses', () => {
  test('is renewed and the call made once more', async () => {
    accept('t2');
    refuse('t1');
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin);
    await initialize(page, { queue: true });
    expect(await getLeads(page)).toBe('{"data":[]}');
    expect(bench.api.requests).toHaveLength(2);
    expect(await stored(page, 'access_token')).toBe('t2');
  });

  test('is renewed once for all calls that it was refused to', async () => {
    accept('t2');
    refuse('t1');
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin);
    await initialize(page, { queue: true });
    const answers = await page.evaluate(() =>
      Promise.all(['Leads', 'Contacts', 'Deals'].map((module) => ZCRM.API.RECORDS.get?.({ module }))),
    );
    expect(answers).toEqual(Array(3).fill('{"data":[]}'));
    expect(paths()).toHaveLength(1);
  });

  test('is not renewed a second time', async () => {
    accept('t2');
    refuse('t1', 't2');
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin);
    await initialize(page, { queue: true });
    expect(await getLeads(page)).toContain('INVALID_TOKEN');
    expect(paths()).toHaveLength(1);
    expect(await stored(page, 'access_token')).toBeNull();
  });

  test('is forgotten without queue, and the call gives the refusal', async () => {
    refuse('t1');
    const { page } = await bench.open('/bare.html');
    await putToken(page, bench.api.origin);
    await initialize(page);
    expect(await getLeads(page)).toContain('INVALID_TOKEN');
    expect(await status(page)).toMatchObject({ status: 'signing_in' });
    expect(await getLeads(page)).toBe('{}');
  });
});

describe('revokeAccess', () => {
  test('forgets everything about the token and revokes it on request', async () => {
    const { page } = await bench.open('/bare.html');
    await initialize(page, { auto_sign_in: false });
    await putToken(page, bench.api.origin, 't1', { crm_access_token: 'x', granted_for_session: 'true' });
    await page.evaluate(() => ZCRM.API.AUTH.revokeAccess());
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(paths()).toEqual([]);
    await putToken(page, bench.api.origin);
    await page.evaluate(() => ZCRM.API.AUTH.revokeAccess({ server: true }));
    const [request] = bench.accounts.requests;
    expect([request?.pathname, request?.search]).toEqual(['/oauth/v2/token/revoke', '?token=t1']);
  });
});
