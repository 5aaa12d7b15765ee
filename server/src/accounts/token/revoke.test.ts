import { afterAll, describe, expect, test } from 'vitest';
import { authorize, HttpBrowser } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { startTokenStage } from '../testing/token-stage.ts';

const { platform, web, accounts, accountsIn, redirectUri, email, post, newTokens, refreshWith, refusalOf, basic } =
  await startTokenStage();
afterAll(() => platform.stop());

describe('revocation', () => {
  test('T19 the legacy form ends a refresh token and its children, without client authentication', async () => {
    const { access, refresh } = await newTokens();
    expect(await refusalOf(access)).toBeUndefined();
    expect(await post('/oauth/v2/token/revoke', { token: refresh })).toEqual({
      status: 200,
      json: { status: 'success' },
    });
    expect(await refusalOf(access)).toBe('TokenRevoked');
    expect((await refreshWith(refresh)).json).toEqual({ error: 'invalid_code' });
    expect(await post('/oauth/v2/token/revoke', { token: refresh })).toEqual({
      status: 400,
      json: { error: 'invalid_token' },
    });
  });

  test('the legacy form ends an access token alone', async () => {
    const { access, refresh } = await newTokens();
    expect((await post(`/oauth/v2/token/revoke?token=${access}`, {})).json).toEqual({ status: 'success' });
    expect(await refusalOf(access)).toBe('TokenUnknown');
    expect((await refreshWith(refresh)).json).toHaveProperty('access_token');
  });

  test('T20 the current form: Basic, the right kind, the own client', async () => {
    const { access, refresh } = await newTokens();
    const other = await platform.addClient({ type: 'server', owner: email });
    const call = (parameters: Record<string, string>, headers = basic(web.client_id, web.client_secret)) =>
      post('/oauth/v2/revoke/token', parameters, headers);
    expect(await call({ token: access })).toEqual({ status: 400, json: { error: 'invalid_token' } });
    expect((await call({ token: refresh, token_type: 'access_token' })).status).toBe(400);
    for (const kind of ['other', 'toString', 'valueOf', 'constructor', '__proto__']) {
      expect(await call({ token: refresh, token_type: kind }), kind).toEqual({
        status: 400,
        json: { error: 'invalid_token' },
      });
    }
    expect((await call({ token: refresh }, basic(other.client_id, other.client_secret))).status).toBe(400);
    expect((await call({ token: refresh }, basic(web.client_id, 'wrong'))).status).toBe(400);
    expect(
      (await post(`${accountsIn}/oauth/v2/revoke/token`, { token: refresh }, basic(web.client_id, web.client_secret)))
        .status,
    ).toBe(400);
    expect(await refusalOf(access)).toBeUndefined();
    expect(await call({ token: access, token_type: 'access_token' })).toEqual({
      status: 200,
      json: { status: 'success' },
    });
    expect(await refusalOf(access)).toBe('TokenUnknown');
    expect((await call({ token: refresh })).status).toBe(200);
    expect((await refreshWith(refresh)).json).toEqual({ error: 'invalid_code' });
  });

  test('a client-based app revokes with an empty secret', async () => {
    const page = await platform.addClient({ type: 'browser', owner: email });
    const query = new URLSearchParams({
      client_id: page.client_id,
      response_type: 'token',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.org.READ',
    });
    const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, {
      email,
      password: testPassword,
    });
    const token = new URLSearchParams(new URL(address).hash.slice(1)).get('access_token') ?? '';
    const answer = await post(
      '/oauth/v2/revoke/token',
      { token, token_type: 'access_token' },
      basic(page.client_id, ''),
    );
    expect(answer).toEqual({ status: 200, json: { status: 'success' } });
  });
});
