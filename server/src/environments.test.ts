import { afterEach, expect, test } from 'vitest';
import { type Environment, environments } from './config/data-centers.ts';
import { authorize, HttpBrowser } from './testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from './testing/test-platform.ts';

/** Tokens and environments, from the consent page to the API. */
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
let platform: TestPlatform;
afterEach(() => platform.stop());

async function tokenFor(environment: Environment): Promise<{ access: string; apiDomain: string }> {
  const client = await platform.addClient({ type: 'server', owner: email });
  const accounts = platform.topology.find('us')?.origins.accounts;
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'ZohoCRM.modules.ALL,ZohoCRM.org.READ',
  });
  const user = { email, password: testPassword };
  const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, user, {
    environment,
  });
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client.client_id,
    client_secret: client.client_secret,
    redirect_uri: redirectUri,
    code: new URL(address).searchParams.get('code') ?? '',
  });
  const answer = (await (await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body })).json()) as Record<
    string,
    string
  >;
  return { access: answer.access_token ?? '', apiDomain: answer.api_domain ?? '' };
}

async function call(apiOrigin: string, access: string): Promise<{ status: number; code?: string; type?: string }> {
  const response = await fetch(`${apiOrigin}/crm/v8/org`, { headers: { authorization: `Zoho-oauthtoken ${access}` } });
  const json = (await response.json()) as { code?: string; org?: { type: string }[] };
  return {
    status: response.status,
    ...(json.code && { code: json.code }),
    ...(json.org && { type: json.org[0]?.type ?? '' }),
  };
}

const hosts = () => {
  const { origins } = platform.topology.find('us') as { origins: Record<string, string> };
  return { production: origins.api, sandbox: origins.sandboxApi, developer: origins.developerApi } as Record<
    Environment,
    string
  >;
};

test('T27 a token works at the host of its environment and at no other', async () => {
  platform = await startTestPlatform();
  await platform.addUser('us', email);
  for (const environment of environments) {
    const { access, apiDomain } = await tokenFor(environment);
    expect(apiDomain).toBe(hosts()[environment]);
    for (const [host, origin] of Object.entries(hosts())) {
      const expected =
        host === environment ? { status: 200, type: environment } : { status: 401, code: 'INVALID_TOKEN' };
      expect(await call(origin, access), `${environment} token at ${host}`).toEqual(expected);
    }
  }
});

test('env.binding off: one token works in all three, each with its own data', async () => {
  platform = await startTestPlatform({ settings: { compatibility: { environmentBinding: false } } });
  await platform.addUser('us', email);
  const { access } = await tokenFor('production');
  for (const [host, origin] of Object.entries(hosts()))
    expect(await call(origin, access)).toEqual({ status: 200, type: host });
});
