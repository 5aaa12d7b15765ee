import { afterAll, describe, expect, test } from 'vitest';
import { HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { startTokenStage } from '../testing/token-stage.ts';

const { platform, web, accounts, redirectUri, email, post, newTokens, refreshWith, own } = await startTokenStage();
afterAll(() => platform.stop());

describe('incremental authorization (reference §1.10)', () => {
  const enhance = (refreshToken: string, parameters: Record<string, string> = {}) =>
    post('/oauth/v2/token/scopeenhance', {
      ...own(web),
      grant_type: 'update_scopes_token',
      refresh_token: refreshToken,
      ...parameters,
    });
  const addUrl = (enhanceToken: string, parameters: Record<string, string> = {}) =>
    `${accounts}/oauth/v2/token/addextrascope?${new URLSearchParams({
      client_id: web.client_id,
      response_type: 'update_scopes',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.settings.READ',
      enhance_token: enhanceToken,
      logout: 'true',
      ...parameters,
    })}`;

  test('T28 the old access token gains the scope, no new token is made, the session ends', async () => {
    const { access, refresh } = await newTokens();
    const answer = await enhance(refresh);
    expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 600 });
    const browser = new HttpBrowser(platform.basePort);
    const page = await signIn(
      browser,
      await browser.get(addUrl(String(answer.json.access_token))),
      email,
      testPassword,
    );
    expect(page.html).toContain('See all CRM settings');
    const done = await browser.submit(page, 'decision', { decision: 'accept' });
    expect(done.leftTo).toBe(`${redirectUri}?status=success&scope_enhanced=true`);
    expect(browser.cookie('grantway_session_us')).toBeUndefined();
    const check = await platform.dataCenters.get('us')?.authority.check(access);
    expect(check?.grant?.scopes.covers('ZohoCRM.settings.fields.READ')).toBe(true);
    expect((await refreshWith(refresh)).json.scope).toBe('ZohoCRM.modules.leads.READ ZohoCRM.settings.READ');
    // Once only.
    const again = await browser.get(addUrl(String(answer.json.access_token)));
    expect(again.html).toContain('accounts-error');
  });

  test('refusals of both steps', async () => {
    const { access, refresh } = await newTokens();
    expect((await enhance(refresh, { grant_type: 'x' })).json).toEqual({ error: 'invalid_client' });
    expect((await enhance(refresh, { client_secret: 'x' })).json).toEqual({ error: 'invalid_client_secret' });
    expect((await enhance(access)).json).toEqual({ error: 'invalid_code' });
    const get = await fetch(`${accounts}/oauth/v2/token/scopeenhance`);
    expect([get.status, (await get.json()) as unknown]).toEqual([400, { error: 'invalid_request' }]);
    const token = String((await enhance(refresh)).json.access_token);
    const browser = new HttpBrowser(platform.basePort);
    for (const wrong of [
      { logout: 'false' },
      { scope: 'nope' },
      { redirect_uri: `${redirectUri}/` },
      { enhance_token: access },
      { response_type: 'code' },
    ]) {
      expect((await browser.get(addUrl(token, wrong))).html).toContain('accounts-error');
    }
    platform.clock.advance(600);
    expect((await browser.get(addUrl(token))).html).toContain('enhance token');
  });

  test('reject', async () => {
    const { refresh } = await newTokens();
    const browser = new HttpBrowser(platform.basePort);
    const token = String((await enhance(refresh)).json.access_token);
    const page = await signIn(browser, await browser.get(addUrl(token)), email, testPassword);
    const done = await browser.submit(page, 'decision', { decision: 'reject' });
    expect(done.leftTo).toBe(`${redirectUri}?error=access_denied`);
    expect((await refreshWith(refresh)).json.scope).toBe('ZohoCRM.modules.leads.READ');
  });
});
