import { afterAll, expect, test } from 'vitest';
import { platformScopes } from '../../../oauth/scopes.ts';
import { startCrm } from '../../testing/crm-platform.ts';

/** Settings of searches (crm-api 14.3, 14.9): for all organizations, or for those that they name. */
const crm = await startCrm({
  compatibility: { searchEqualsContains: true, searchWithoutScope: ['601000001'] },
});
afterAll(() => crm.close());

const search = (criteria: string, token = crm.token) =>
  crm.call('GET', '/crm/v8/Leads/search', { token, query: { criteria, fields: 'Last_Name' } });

test('equals finds what contains the value, except in pick lists', async () => {
  const data = [
    { Last_Name: 'Zylker', Company: 'The 100% Company', Lead_Source: 'Cold Call' },
    { Last_Name: 'Burns', Company: 'Other', Lead_Source: 'Cold' },
  ];
  await crm.call('POST', '/crm/v8/Leads', { body: { data } });
  const names = async (criteria: string) =>
    (await search(criteria)).json?.data.map((each: { Last_Name: string }) => each.Last_Name) ?? [];
  expect(await names('(Last_Name:equals:YLK)')).toEqual(['Zylker']);
  expect(await names('(Company:equals:100%)')).toEqual(['Zylker']);
  expect(await names('(Company:equals:1_0)')).toEqual([]);
  expect(await names('(Lead_Source:equals:Cold)')).toEqual(['Burns']);
  expect(await names('(Last_Name:not_equal:YLK)')).toEqual(['Burns', 'Zylker']);
  expect(await names('((Last_Name:equals:r)and(Company:equals:oth))')).toEqual(['Burns']);
  const query = { criteria: '(Last_Name:equals:ylk)' };
  expect((await crm.call('GET', '/crm/v8/Leads/actions/count', { query })).json).toEqual({ count: 1 });
});

test('a client may have its own rule about the scope, whatever the organization has', async () => {
  const scopes = platformScopes.setOf(['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ']);
  const searches = async (organization: typeof crm.organization, searchWithoutScope: boolean | undefined) => {
    const { organizationId, ownerZuid } = organization;
    const token = crm.tokenFor(organizationId, ownerZuid, { scopes, searchWithoutScope });
    const users = await crm.call('GET', '/crm/v8/Users/search', { token, query: { word: 'nobody' } });
    return [(await search('(Last_Name:equals:x)', token)).status, users.status];
  };
  expect(await searches(crm.neighbour, true)).toEqual([204, 204]);
  expect(await searches(crm.neighbour, false)).toEqual([401, 401]);
  expect(await searches(crm.neighbour, undefined)).toEqual([401, 401]);
  expect(await searches(crm.organization, false)).toEqual([401, 401]);
  expect(await searches(crm.organization, undefined)).toEqual([204, 204]);
});

test('the scope of searches may be left out', async () => {
  const scopes = ['ZohoCRM.modules.ALL'];
  expect((await search('(Last_Name:equals:x)', crm.tokenWithScopes(scopes))).status).toBe(204);
  const elsewhere = crm.tokenWithScopes(scopes, crm.neighbour);
  expect((await search('(Last_Name:equals:x)', elsewhere)).json.code).toBe('OAUTH_SCOPE_MISMATCH');
  const refused = crm.recorded.filter(({ outcome }) => outcome === 'ScopeMissing').at(-1);
  expect(refused?.detail).toMatchObject({
    needed: ['ZohoSearch.securesearch.READ'],
    held: 'ZohoCRM.modules.ALL',
    switch: 'compatibility.searchWithoutScope',
    use: expect.stringContaining('--set searchWithoutScope=true'),
  });
  // Access to the module is needed all the same.
  expect((await search('(Last_Name:equals:x)', crm.tokenWithScopes(['ZohoCRM.org.ALL']))).status).toBe(401);
});
