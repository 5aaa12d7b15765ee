import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorize, HttpBrowser, signIn } from './testing/http-browser.ts';
import { type PlatformProcess, throwaway, until, Workshop } from './testing/platform-process.ts';

/**
 * Each of the five client types by `grantway` commands and plain HTTP only, as an integrator would: for a user whose
 * home is another data centre than the client's, and for a user of `cn`.
 */
const password = 'correct horse';
const scope = 'ZohoCRM.modules.ALL,ZohoCRM.users.READ';
const redirectUri = 'https://app.example.com/callback';
const shop = new Workshop();
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await shop.start({ dataDirectory: shop.folder('platform'), dataCenters: 'us,in,cn', settings: throwaway });
  for (const dc of ['us', 'in', 'cn']) {
    await grantway('user', 'create', '--dc', dc, '--email', `user@${dc}.example`, '--password', password);
  }
});
afterAll(() => shop[Symbol.asyncDispose]());

async function grantway(...args: string[]): Promise<Record<string, string> & { secrets: Record<string, string> }> {
  const { code, stdout, stderr } = await shop.run([...args, '--data', platform.dataDirectory, '--json']);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

async function register(type: string, home: string, ...more: string[]) {
  const web = ['--name', `My ${type}`, '--homepage', 'https://app.example.com'];
  const enable = home === 'cn' ? [] : ['--enable-dc', 'in'];
  return grantway(
    'client',
    'create',
    '--dc',
    home,
    '--owner',
    `user@${home}.example`,
    '--type',
    type,
    ...web,
    ...enable,
    ...more,
  );
}

const originOf = (dc: string, service: string) => platform.ready.dataCenters[dc]?.[service] ?? '';

async function post(url: string, parameters: Record<string, string>): Promise<Record<string, string>> {
  return (await (await fetch(url, { method: 'POST', body: new URLSearchParams(parameters) })).json()) as Record<
    string,
    string
  >;
}

/** The token belongs to the user of `dc`, and works there. */
async function expectWorks(dc: string, accessToken: string | undefined): Promise<void> {
  const headers = { authorization: `Zoho-oauthtoken ${accessToken}` };
  const answer = await fetch(`${originOf(dc, 'api')}/crm/v8/users?type=CurrentUser`, { headers });
  const body = (await answer.json()) as { users?: { email: string }[] };
  expect(body.users?.[0]?.email, JSON.stringify(body)).toBe(`user@${dc}.example`);
}

function authUrl(start: string, parameters: Record<string, string>): string {
  return `${originOf(start, 'accounts')}/oauth/v2/auth?${new URLSearchParams({ scope, redirect_uri: redirectUri, ...parameters })}`;
}

/** `start`: where the client lives and the way begins. `home`: where the user lives. */
describe.each([
  { start: 'us', home: 'in' },
  { start: 'cn', home: 'cn' },
])('client of $start, user of $home', ({ start, home }) => {
  const user = { email: `user@${home}.example`, password };
  const newBrowser = () => new HttpBrowser(platform.basePort);

  test('server-based: code, tokens, refresh', async () => {
    const client = await register('server', start, '--redirect-uri', redirectUri);
    const secret = client.secrets[home] ?? '';
    const own = { client_id: client.client_id ?? '', client_secret: secret };
    const address = new URL(
      await authorize(
        newBrowser(),
        authUrl(start, { client_id: own.client_id, response_type: 'code', access_type: 'offline' }),
        user,
      ),
    );
    expect(address.searchParams.get('location')).toBe(home);
    const token = `${address.searchParams.get('accounts-server')}/oauth/v2/token`;
    const code = address.searchParams.get('code') ?? '';
    const tokens = await post(token, { ...own, grant_type: 'authorization_code', redirect_uri: redirectUri, code });
    await expectWorks(home, tokens.access_token);
    const refreshed = await post(token, {
      ...own,
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
    });
    await expectWorks(home, refreshed.access_token);
  });

  test('client-based: token in the fragment', async () => {
    const client = await register(
      'browser',
      start,
      '--redirect-uri',
      redirectUri,
      '--js-domain',
      'https://app.example.com',
    );
    const address = await authorize(
      newBrowser(),
      authUrl(start, { client_id: client.client_id ?? '', response_type: 'token' }),
      user,
    );
    const fragment = new URLSearchParams(new URL(address).hash.slice(1));
    expect(fragment.get('api_domain')).toBe(originOf(home, 'api'));
    await expectWorks(home, fragment.get('access_token') ?? undefined);
  });

  test('mobile: custom scheme, PKCE, no secret', async () => {
    const client = await register('mobile', start, '--redirect-uri', 'com.example.leads:/callback');
    const verifier = 'v'.repeat(64);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const parameters = {
      client_id: client.client_id ?? '',
      response_type: 'code',
      access_type: 'offline',
      redirect_uri: 'com.example.leads:/callback',
    };
    const refused = await newBrowser().get(authUrl(start, parameters));
    expect(refused.html).toContain('code_challenge');
    const withChallenge = authUrl(start, { ...parameters, code_challenge: challenge, code_challenge_method: 'S256' });
    const address = new URL(await authorize(newBrowser(), withChallenge, user));
    expect(address.protocol).toBe('com.example.leads:');
    const tokens = await post(`${originOf(home, 'accounts')}/oauth/v2/token`, {
      grant_type: 'authorization_code',
      client_id: client.client_id ?? '',
      redirect_uri: 'com.example.leads:/callback',
      code: address.searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
    await expectWorks(home, tokens.access_token);
    expect(tokens).toHaveProperty('refresh_token');

    // Allowed to do without, it shows its secret with the code instead.
    const id = client.client_id ?? '';
    const shown = await grantway('client', 'update', '--client-id', id, '--set', 'mobileWithoutPkce=true');
    expect(shown).toMatchObject({ settings: { 'compatibility.mobileWithoutPkce': true } });
    const plain = new URL(await authorize(newBrowser(), authUrl(start, parameters), user));
    const exchange = {
      grant_type: 'authorization_code',
      client_id: id,
      redirect_uri: 'com.example.leads:/callback',
      code: plain.searchParams.get('code') ?? '',
    };
    const endpoint = `${originOf(home, 'accounts')}/oauth/v2/token`;
    expect(await post(endpoint, exchange)).toEqual({ error: 'invalid_client_secret' });
    const own = client.secrets[home] ?? '';
    await expectWorks(home, (await post(endpoint, { ...exchange, client_secret: own })).access_token);
  });

  test('non-browser: device code, user page, polls', async () => {
    const client = await register('device', start);
    const own = { client_id: client.client_id ?? '' };
    const started = await post(`${originOf(start, 'accounts')}/oauth/v3/device/code`, {
      ...own,
      grant_type: 'device_request',
      scope,
      access_type: 'offline',
    });
    expect(started.device_code).toMatch(/^1004\./);
    const browser = newBrowser();
    let page = await signIn(
      browser,
      await browser.get(started.verification_uri_complete ?? ''),
      user.email,
      user.password,
    );
    // The code is in the address; compare it, choose the environment, accept.
    for (let step = 0; step < 4 && !page.html.includes('name="decision"'); step++) {
      const holding = page.html.includes('type="radio"') ? 'organization' : 'user_code';
      page = await browser.submit(page, holding);
    }
    await browser.submit(page, 'decision', { decision: 'accept' });
    // As a device does: again after each interval, as long as it is told to wait.
    const poll = async (dc: string): Promise<Record<string, string>> => {
      const token = `${originOf(dc, 'accounts')}/oauth/v3/device/token`;
      const parameters = {
        ...own,
        client_secret: client.secrets[dc] ?? '',
        grant_type: 'device_token',
        code: started.device_code ?? '',
      };
      let answer: Record<string, string> = {};
      await until(async () => {
        answer = await post(token, parameters);
        return answer.error !== 'slow_down' && answer.error !== 'authorization_pending';
      }, 'the device is answered');
      return answer;
    };
    if (home !== start) expect(await poll(start)).toEqual({ user_location: home, error: 'other_dc' });
    const tokens = await poll(home);
    expect(tokens.access_token).toMatch(/^1004\./);
    await expectWorks(home, tokens.access_token);
  });

  test('self client: a code by command, exchanged without a redirect URI', async () => {
    const client = await grantway('client', 'create', '--dc', home, '--owner', user.email, '--type', 'self');
    const made = await grantway(
      'self-client',
      'code',
      '--dc',
      home,
      '--client-id',
      client.client_id ?? '',
      '--scope',
      scope,
      '--minutes',
      '10',
    );
    const own = { client_id: client.client_id ?? '', client_secret: client.client_secret ?? '' };
    const tokens = await post(`${originOf(home, 'accounts')}/oauth/v2/token`, {
      ...own,
      grant_type: 'authorization_code',
      code: made.code ?? '',
    });
    await expectWorks(home, tokens.access_token);
    expect(tokens).toHaveProperty('refresh_token');
  });
});
