import { afterAll, describe, expect, test } from 'vitest';
import { startTokenStage } from '../testing/token-stage.ts';

const { platform, web, email, post, own } = await startTokenStage();
afterAll(() => platform.stop());
const self = await platform.addClient({ type: 'self', owner: email });

describe('client_credentials (reference §2.6)', () => {
  test("T21 a self client needs soid for CRM scopes, and it must be the owner's", async () => {
    const call = (parameters: Record<string, string>) =>
      post('/oauth/v2/token', { ...own(self), grant_type: 'client_credentials', ...parameters });
    expect((await call({})).json).toEqual({ error: 'invalid_scope' });
    expect((await call({ scope: 'nope' })).json).toEqual({ error: 'invalid_scope' });
    expect(await call({ scope: 'ZohoCRM.modules.ALL' })).toEqual({ status: 200, json: { error: 'missing_org_info' } });
    expect((await call({ scope: 'ZohoCRM.modules.ALL', soid: 'ZohoCRM.1' })).json).toEqual({
      error: 'missing_org_info',
    });
    const [space] =
      (await platform.dataCenters.get('us')?.database.query<{ zgid: string }>({
        text: "SELECT zgid FROM crm_data_space WHERE environment = 'sandbox'",
      })) ?? [];
    const answer = await call({ scope: 'ZohoCRM.modules.ALL,ZohoCRM.org.READ', soid: `ZohoCRM.${space?.zgid}` });
    expect(Object.keys(answer.json)).toEqual(['access_token', 'scope', 'api_domain', 'token_type', 'expires_in']);
    expect(answer.json.api_domain).toBe(platform.topology.find('us')?.origins.sandboxApi);
    const alias = await post('/oauth/v2/auth', {
      ...own(self),
      grant_type: 'client_credentials',
      scope: 'AaaServer.profile.READ',
    });
    expect(alias.json).toHaveProperty('access_token');
    expect(
      (
        await post('/oauth/v2/token', {
          ...own(web),
          grant_type: 'client_credentials',
          scope: 'AaaServer.profile.READ',
        })
      ).json,
    ).toEqual({ error: 'invalid_client' });
  });

  test('calls of one moment share a transaction; their limit stays exact', async () => {
    const limit = 5;
    const stored = await platform.admin.clients.find(self.client_id);
    if (!stored) throw new Error('the client is not there');
    await platform.admin.clients.update(stored, { overrides: { 'limits.codesPerUserAndClientPerWindow': limit } });
    platform.clock.advance(600);
    const call = () =>
      post('/oauth/v2/token', { ...own(self), grant_type: 'client_credentials', scope: 'AaaServer.profile.READ' });
    const first = await Promise.all(Array.from({ length: limit - 1 }, call));
    const more = await Promise.all(Array.from({ length: 4 }, call));
    const tokens = [...first, ...more].flatMap(({ json }) => json.access_token ?? []);
    expect(new Set(tokens).size).toBe(limit);
    expect(more.filter(({ json }) => 'access_token' in json)).toHaveLength(1);
    const [{ grants, stored: kept } = {}] =
      (await platform.dataCenters.get('us')?.database.query<{ grants: number; stored: number }>({
        text: `SELECT count(DISTINCT grant_id)::int AS grants, count(*)::int AS stored FROM access_token
               WHERE client_id = $1 AND created_at_ms >= $2`,
        values: [self.client_id, platform.clock.nowMs()],
      })) ?? [];
    expect([grants, kept]).toEqual([1, limit]);
  });
});
