import { afterAll, describe, expect, test } from 'vitest';
import { startTokenStage } from '../testing/token-stage.ts';

const { platform, web, email, post, own } = await startTokenStage();
afterAll(() => platform.stop());

describe('client_credentials (reference §2.6)', () => {
  test("T21 a self client needs soid for CRM scopes, and it must be the owner's", async () => {
    const self = await platform.addClient({ type: 'self', owner: email });
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
});
