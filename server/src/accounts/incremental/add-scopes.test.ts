import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn } from '../../testing/http-browser.ts';
import { unlimited } from '../../testing/unlimited.ts';
import { IdentityStage, redirectUri, user } from '../identity/testing/identity-stage.ts';

/** Scopes that need an organization, added to a token that has none. */
let stage: IdentityStage;

beforeAll(async () => {
  stage = await IdentityStage.start({ settings: { limits: unlimited } });
});
afterAll(() => stage.platform.stop());

const database = () => stage.platform.dataCenters.get('us')?.database;
const client = () => ({ client_id: stage.web.client_id, client_secret: stage.web.client_secret });
const refresh = async (token: string) =>
  (await stage.post('/oauth/v2/token', { ...client(), grant_type: 'refresh_token', refresh_token: token })).json;

async function enhanceUrl(refreshToken: string, scope: string): Promise<string> {
  const { json } = await stage.post('/oauth/v2/token/scopeenhance', {
    ...client(),
    grant_type: 'update_scopes_token',
    refresh_token: refreshToken,
  });
  return `${stage.origin()}/oauth/v2/token/addextrascope?${new URLSearchParams({
    client_id: stage.web.client_id,
    response_type: 'update_scopes',
    redirect_uri: redirectUri,
    scope,
    enhance_token: String(json.access_token),
    logout: 'true',
  })}`;
}

async function open(refreshToken: string, scope = 'ZohoCRM.modules.ALL') {
  const browser = stage.browser();
  const first = await browser.get(await enhanceUrl(refreshToken, scope));
  return { browser, page: await signIn(browser, first, user.email, user.password) };
}

const choices = (html: string) => [...html.matchAll(/name="organization" value="([^"]+)"/g)].map((match) => match[1]);
const leads = (token: string, service: 'api' | 'sandboxApi') =>
  fetch(`${stage.platform.topology.find('us')?.origins[service]}/crm/v8/Leads?fields=Last_Name`, {
    headers: { authorization: `Zoho-oauthtoken ${token}` },
  });

describe('a grant without an organization', () => {
  test('the owner chooses organization and environment; the token moves there with its access tokens, others stay', async () => {
    const tokens = await stage.tokens('openid', { access_type: 'offline' });
    const other = await stage.tokens('openid', { access_type: 'offline' });
    const { browser, page } = await open(String(tokens.refresh_token));
    expect(choices(page.html)).toHaveLength(3);
    const sandbox = choices(page.html).find((choice) => choice?.endsWith(':sandbox')) ?? '';
    const consent = await browser.submit(page, 'organization', { organization: sandbox });
    expect(consent.html).toContain(`Organization of ${user.email}`);
    expect(consent.html).toContain('Sandbox');
    const done = await browser.submit(consent, 'decision', { decision: 'accept' });
    expect(done.leftTo).toBe(`${redirectUri}?status=success&scope_enhanced=true`);

    expect((await leads(String(tokens.access_token), 'sandboxApi')).status).toBe(204);
    expect((await leads(String(tokens.access_token), 'api')).status).toBe(401);
    const refreshed = await refresh(String(tokens.refresh_token));
    expect(refreshed).toMatchObject({
      scope: 'openid ZohoCRM.modules.ALL',
      api_domain: stage.platform.topology.find('us')?.origins.sandboxApi,
    });
    expect((await leads(String(refreshed.access_token), 'sandboxApi')).status).toBe(204);
    expect(await refresh(String(other.refresh_token))).toMatchObject({ scope: 'openid' });
    expect(await stage.lastEvent('scope-enhance')).toMatchObject({
      outcome: 'Success',
      detail: { environment: 'sandbox' },
    });

    // It has an organization now: what is added next needs no choice.
    const again = await open(String(tokens.refresh_token), 'ZohoCRM.settings.READ');
    expect(again.page.html).toContain('name="decision"');
  });

  test('scopes that need no organization need no choice', async () => {
    const tokens = await stage.tokens('openid', { access_type: 'offline' });
    const { page } = await open(String(tokens.refresh_token), 'email');
    expect(page.html).toContain('name="decision"');
    expect(choices(page.html)).toEqual([]);
  });

  test('a form without a choice, or with one of somebody else, asks again and adds nothing', async () => {
    const tokens = await stage.tokens('openid', { access_type: 'offline' });
    const { browser, page } = await open(String(tokens.refresh_token));
    const notChosen = await browser.submit(page, 'organization', { organization: '999:production' });
    expect(notChosen.html).toContain('Choose one of your organizations.');
    const consent = await browser.submit(notChosen, 'organization', { organization: choices(page.html)[0] ?? '' });
    const forged = await browser.submit(consent, 'decision', { decision: 'accept', organization: '999:production' });
    expect(forged.html).toContain('type="radio"');
    expect(await refresh(String(tokens.refresh_token))).toMatchObject({ scope: 'openid' });
  });

  test('two pages at a time: what the first one bound, the second one does not move', async () => {
    const tokens = await stage.tokens('openid', { access_type: 'offline' });
    const [first, second] = [await open(String(tokens.refresh_token)), await open(String(tokens.refresh_token))];
    const accept = async ({ browser, page }: typeof first, environment: string) => {
      const organization = choices(page.html).find((choice) => choice?.endsWith(`:${environment}`)) ?? '';
      return browser.submit(page, 'organization', { organization });
    };
    const firstConsent = await accept(first, 'sandbox');
    const secondConsent = await accept(second, 'developer');
    expect((await first.browser.submit(firstConsent, 'decision', { decision: 'accept' })).leftTo).toContain('success');
    const late = await second.browser.submit(secondConsent, 'decision', { decision: 'accept' });
    expect(late.html).toContain('name="decision"');
    expect(late.html).not.toContain('Developer');
    expect(await refresh(String(tokens.refresh_token))).toMatchObject({
      api_domain: stage.platform.topology.find('us')?.origins.sandboxApi,
    });
  });

  test('a user without an organization is told so', async () => {
    const tokens = await stage.tokens('openid', { access_type: 'offline' });
    await database()?.query({ text: "UPDATE crm_user SET status = 'disabled'" });
    const page = await stage.browser().get(await enhanceUrl(String(tokens.refresh_token), 'ZohoCRM.modules.ALL'));
    await database()?.query({ text: "UPDATE crm_user SET status = 'active'" });
    expect([page.status, page.html]).toEqual([400, expect.stringContaining('no organization')]);
  });
});

test('a request without scopes adds nothing and says why', async () => {
  const tokens = await stage.tokens('openid', { access_type: 'offline' });
  const page = await stage.browser().get(await enhanceUrl(String(tokens.refresh_token), ''));
  expect(page.html).toContain('content="invalid_scope"');
});
