import { createSelfClientCode } from '../../admin/self-client-code.ts';
import { RunningClock } from '../../testing/running-clock.ts';
import { startTestPlatform, type TestPlatformOptions } from '../../testing/test-platform.ts';
import type { Lab } from '../lab.ts';

export const labUser = 'anna@us.example';
const scope = 'ZohoCRM.modules.ALL,ZohoCRM.notifications.ALL,ZohoSearch.securesearch.READ';

/** A platform with the lab, one user with an organization and a self client, and what its program does. */
export async function startLabStage(options: TestPlatformOptions = {}) {
  const platform = await startTestPlatform({ clock: new RunningClock(), ...options, lab: true });
  const lab = platform.lab as Lab;
  const { accounts = '', api = '' } = platform.topology.find('us')?.origins ?? {};
  await platform.addUser('us', labUser);
  const self = await platform.addClient({ type: 'self', owner: labUser, name: '' });

  const makeCode = async () => {
    const request = { dataCenter: 'us', clientId: self.client_id, scope, minutes: 10, environment: 'production' };
    return (await createSelfClientCode(platform.admin, { ...request, organizationId: undefined, description: 'test' }))
      .code;
  };
  /** Posts a form to the token endpoint. */
  const token = (fields: Record<string, string>) =>
    fetch(`${accounts}/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: self.client_id, client_secret: self.client_secret, ...fields }),
    });
  const exchange = async (code?: string): Promise<{ access_token: string; refresh_token: string }> => {
    const answer = await token({ grant_type: 'authorization_code', code: code ?? (await makeCode()) });
    return answer.json() as Promise<{ access_token: string; refresh_token: string }>;
  };
  const refresh = (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  /** A call of the CRM API. */
  const call = (accessToken: string, path: string, body?: unknown) =>
    fetch(`${api}/crm/v8/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Zoho-oauthtoken ${accessToken}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  /** A call of the admin API. */
  const admin = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${platform.adminOrigin}${path}`, {
      method,
      headers: { authorization: `Bearer ${platform.admin.adminToken}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  return { platform, lab, accounts, api, self, makeCode, token, exchange, refresh, call, admin };
}
