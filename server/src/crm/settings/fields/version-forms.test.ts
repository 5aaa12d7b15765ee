import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';

/** Metadata that versions write in different forms (crm-api 2.3). */
const crm = await startCrm();
afterAll(() => crm.close());

const versions = ['v2', 'v2.1', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'] as const;
type VersionName = (typeof versions)[number];
const since = (first: VersionName, version: VersionName) => versions.indexOf(version) >= versions.indexOf(first);

interface Named {
  readonly api_name: string;
}

describe.each(versions)('%s', (version) => {
  const get = async (path: string, module?: string) => {
    const answer = await crm.call('GET', `/crm/${version}/${path}`, module ? { query: { module } } : {});
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  const field = async (module: string, name: string) =>
    (await get('settings/fields', module)).fields.find(({ api_name }: Named) => api_name === name);
  const reference = { api_name: expect.any(String), id: expect.any(String) };

  test.each(['Tasks', 'Events', 'Calls'])('what %s are about is a look-up into se_module', async (module) => {
    expect(await field(module, 'What_Id')).toMatchObject({
      ...{ data_type: 'lookup', multi_module_lookup: {} },
      lookup: {
        ...{ display_label: 'activities', api_name: null, id: null },
        module: since('v3', version) ? { api_name: 'se_module' } : 'se_module',
      },
    });
  });

  test('look-ups into several modules say so since v3, and only some do', async () => {
    const connected = await field('Accounts', 'Connected_To__s').then(
      (own) => own ?? field('Contacts', 'Connected_To__s'),
    );
    expect(connected.data_type).toBe(since('v3', version) ? 'multi_module_lookup' : 'lookup');
    expect((await field('Notes', 'Parent_Id')).data_type).toBe('lookup');
    expect((await field('Contacts', 'Account_Name')).lookup.module).toEqual(
      since('v3', version) ? { ...reference, api_name: 'Accounts' } : 'Accounts',
    );
  });

  test('the module of rows is a name', async () => {
    const name = version === 'v2' ? 'Product_Details' : 'Quoted_Items';
    expect((await field('Quotes', name)).subform).toEqual({ module: 'Quoted_Items', id: expect.any(String) });
  });

  test('related lists, modules and layouts', async () => {
    const [list] = (await get('settings/related_lists', 'Leads')).related_lists;
    expect(list.module).toEqual(since('v3', version) ? reference : expect.any(String));
    const [deals] = (await get('settings/modules/Deals')).modules;
    expect(deals.display_field).toEqual(since('v8', version) ? { ...reference, api_name: 'Deal_Name' } : 'Deal_Name');
    for (const module of (await get('settings/modules')).modules) {
      expect([module.api_name, module.scoring_supported]).toEqual([module.api_name, expect.any(Boolean)]);
    }
    const [{ sections }] = (await get('settings/layouts', 'Deals')).layouts;
    expect(sections[0]).toMatchObject({
      api_name: since('v8', version) ? 'Deal_Information' : 'Deal Information',
      tab_traversal: since('v6', version) ? 'left_to_right' : 2,
    });
  });

  test('one view, and the addresses to send from', async () => {
    const [{ id }] = (await get('settings/custom_views', 'Leads')).custom_views;
    const one = await get(`settings/custom_views/${id}`, 'Leads');
    if (since('v3', version)) expect(one).not.toHaveProperty('info');
    else expect(one.info.translation).toMatchObject({ public_views: 'Public Views' });
    const { from_addresses } = await get('settings/emails/actions/from_addresses');
    expect(from_addresses).toMatchObject([{ id: expect.stringMatching(/^\d+$/) }]);
  });
});
