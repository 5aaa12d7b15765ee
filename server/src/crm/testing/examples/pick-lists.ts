import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];
const leads = { module: 'Leads' };

const globalLists = 'settings/global_picklists';
const globalList = (w: W) =>
  w.made(globalLists, 'global_picklists', {
    display_label: w.name('List'),
    pick_list_values: [{ display_value: w.name('Choice') }, { display_value: w.name('Choice') }],
  });
/** Ids of its choices. */
const globalChoices = async (w: W, list: string): Promise<string[]> =>
  (await w.call('GET', `${globalLists}/${list}`)).json.global_picklists[0].pick_list_values.map(
    ({ id }: { id: string }) => id,
  );
/** A list whose choices a field has. */
async function usedList(w: W): Promise<string> {
  const list = await globalList(w);
  const field = { field_label: w.name('Shared'), data_type: 'picklist', global_picklist: { id: list } };
  await w.made('settings/fields', 'fields', field, leads);
  return list;
}
const replacement = async (w: W, list: string) => {
  const [old, other] = await globalChoices(w, list);
  return { body: { replace_picklist_values: [{ old_value: { id: old }, new_value: { id: other } }] } };
};

/** Leads' pick lists Lead_Source and Rating, one depending on the other, with what stands in the dependency's path. */
const dependencyBody = async (w: W) => {
  const make = async () =>
    w.made(
      'settings/fields',
      'fields',
      { field_label: w.name('Choices'), data_type: 'picklist', pick_list_values: [{ display_value: 'x' }] },
      leads,
    );
  const x = { actual_value: 'x' };
  return {
    parent: { id: await make() },
    child: { id: await make() },
    pick_list_values: [{ ...x, maps: [x] }],
  };
};
const dependency = async (w: W): Promise<[string, string]> => {
  const layout = w.layout(2_175);
  const path = `settings/layouts/${layout}/map_dependency`;
  return [layout, await w.made(path, 'map_dependency', await dependencyBody(w), leads)];
};
const check = 'settings/duplicate_check_preference';
const mappedCheck = (mapped = 'Email') => ({
  type: 'mapped_module_records',
  type_configurations: [
    {
      mapped_module: { api_name: 'Contacts' },
      field_mappings: [{ current_field: { api_name: 'Email' }, mapped_field: { api_name: mapped } }],
    },
  ],
});
const withCheck = async (w: W): Promise<void> => {
  const { status } = await w.crm.call('GET', `/crm/v8/${check}`, { query: leads });
  if (status === 204)
    await w.call('POST', check, { query: leads, body: { duplicate_check_preference: mappedCheck() } });
};

/** Choices of fields: pick lists that fields share, dependencies between them, and by which fields duplicates are known. */
export const pickListExamples: Examples = {
  'GET settings/global_picklists': async (w) => {
    await globalList(w);
    return {};
  },
  'POST settings/global_picklists': () => ({
    body: { global_picklists: [{ display_label: 'Sizes', pick_list_values: [{ display_value: 'Small' }] }] },
  }),
  'PATCH settings/global_picklists': async (w) => ({
    body: { global_picklists: [{ id: await globalList(w), description: 'x' }] },
  }),
  'DELETE settings/global_picklists': async (w) => ({ query: { ids: await globalList(w) } }),
  'GET settings/global_picklists/{global_picklist}': async (w) => ({ path: [await globalList(w)] }),
  'PATCH settings/global_picklists/{global_picklist}': async (w) => ({
    path: [await globalList(w)],
    body: { global_picklists: [{ pick_list_values: [{ display_value: 'More' }] }] },
  }),
  'DELETE settings/global_picklists/{global_picklist}': async (w) => ({ path: [await globalList(w)] }),
  'POST settings/global_picklists/{global_picklist}/actions/replace_picklist_values': async (w) => {
    const list = await usedList(w);
    return { path: [list], ...(await replacement(w, list)) };
  },
  'GET settings/global_picklists/{global_picklist}/actions/replaced_values': async (w) => {
    const list = await globalList(w);
    await w.call('POST', `${globalLists}/${list}/actions/replace_picklist_values`, await replacement(w, list));
    return { path: [list] };
  },
  'GET settings/global_picklists/{global_picklist}/actions/associations': async (w) => ({ path: [await usedList(w)] }),
  'GET settings/global_picklists/{global_picklist}/actions/pick_list_values_associations': async (w) => {
    const list = await usedList(w);
    return { path: [list], query: { picklist_value_id: (await globalChoices(w, list))[0] as string } };
  },
  'GET settings/layouts/{layout}/map_dependency': async (w) => ({ path: [(await dependency(w))[0]], query: leads }),
  'POST settings/layouts/{layout}/map_dependency': async (w) => ({
    path: [w.layout(2_175)],
    query: leads,
    body: { map_dependency: [await dependencyBody(w)] },
  }),
  'GET settings/layouts/{layout}/map_dependency/{dependency}': async (w) => ({
    path: await dependency(w),
    query: leads,
  }),
  'PUT settings/layouts/{layout}/map_dependency/{dependency}': async (w) => ({
    path: await dependency(w),
    query: leads,
    body: { map_dependency: [{ active: false }] },
  }),
  'DELETE settings/layouts/{layout}/map_dependency/{dependency}': async (w) => ({
    path: await dependency(w),
    query: leads,
  }),
  'GET settings/duplicate_check_preference': async (w) => {
    await withCheck(w);
    return { query: leads };
  },
  'POST settings/duplicate_check_preference': async (w) => {
    await withCheck(w);
    await w.call('DELETE', check, { query: leads });
    return { query: leads, body: { duplicate_check_preference: mappedCheck() } };
  },
  'PUT settings/duplicate_check_preference': async (w) => {
    await withCheck(w);
    return { query: leads, body: { duplicate_check_preference: mappedCheck('Secondary_Email') } };
  },
  'DELETE settings/duplicate_check_preference': async (w) => {
    await withCheck(w);
    return { query: leads };
  },
};
