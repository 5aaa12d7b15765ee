import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, HttpBrowser } from '../../testing/http-browser.ts';
import { startTestPlatform, testPassword } from '../../testing/test-platform.ts';

const redirectUri = 'https://app.example.com/callback';
const email = 'anna@us.example';

export interface Answer {
  status: number;
  json: Record<string, unknown>;
}

/** Data centres us and in with one user and one server-based client, and what its server and its user do. */
export async function startTokenStage() {
  const platform = await startTestPlatform({
    dataCenters: ['us', 'in'],
    settings: { limits: { codesPerUserAndClientPerWindow: 0, refreshTokensPerUserAndClientPerWindow: 0 } },
  });
  const accounts = platform.topology.find('us')?.origins.accounts ?? '';
  const accountsIn = platform.topology.find('in')?.origins.accounts ?? '';
  await platform.addUser('us', email);
  const web = await platform.addClient({ type: 'server', owner: email, enabledDataCenters: ['in'], sameSecret: true });

  async function post(
    path: string,
    parameters: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const url = path.startsWith('http') ? path : `${accounts}${path}`;
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters), headers });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  async function newTokens(
    client = web,
    extra: Record<string, string> = {},
    path = '/oauth/v2/auth',
  ): Promise<{ code: string; access: string; refresh: string }> {
    const query = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.modules.leads.READ',
      access_type: 'offline',
      prompt: 'consent',
      ...extra,
    });
    const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}${path}?${query}`, {
      email,
      password: testPassword,
    });
    const code = new URL(address).searchParams.get('code') ?? '';
    const { json } = await exchange(code, client);
    return { code, access: String(json.access_token), refresh: String(json.refresh_token) };
  }

  const own = (client: ClientWithSecrets) => ({ client_id: client.client_id, client_secret: client.client_secret });
  const exchange = (code: string, client = web) =>
    post('/oauth/v2/token', { ...own(client), grant_type: 'authorization_code', redirect_uri: redirectUri, code });
  const refreshWith = (refreshToken: string, client = web) =>
    post('/oauth/v2/token', { ...own(client), grant_type: 'refresh_token', refresh_token: refreshToken });
  const refusalOf = async (token: string) => (await platform.dataCenters.get('us')?.authority.check(token))?.refusal;
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });

  return {
    platform,
    web,
    accounts,
    accountsIn,
    redirectUri,
    email,
    post,
    newTokens,
    own,
    exchange,
    refreshWith,
    refusalOf,
    basic,
  };
}
