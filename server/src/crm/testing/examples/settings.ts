import { createAssignmentRule } from '../../settings/assignment/write-rules.ts';
import { picture } from './records.ts';
import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];
const leads = { module: 'Leads' };
const tags = 'settings/tags';

const tag = (w: W) => w.made(tags, 'tags', { name: w.name('Tag') }, leads);
const role = (w: W) => w.made('settings/roles', 'roles', { name: w.name('Role') });
const profile = (w: W) =>
  w.made(`settings/profiles/${w.system(26_014)}/actions/clone`, 'profiles', { name: w.name('Profile') });
const user = (w: W) =>
  w.made('users', 'users', {
    last_name: w.name('User'),
    email: `${w.name('user').toLowerCase()}@example.com`,
    role: w.system(26_008),
    profile: w.system(26_014),
  });
const field = (w: W) => w.made('settings/fields', 'fields', { field_label: w.name('Field'), data_type: 'text' }, leads);
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

const variable = async (w: W) => {
  const api_name = w.name('Variable').replaceAll('-', '_');
  return w.made('settings/variables', 'variables', { name: api_name, api_name, type: 'text', value: w.name('Value') });
};

const variableGroup = (w: W) => w.made('settings/variable_groups', 'variable_groups', { name: w.name('Group') });

/** The organization, its modules and their fields, layouts and views. */
export const metadataExamples: Examples = {
  'GET org': () => ({}),
  'GET org/photo': async (w) => {
    await w.call('POST', 'org/photo', picture());
    return {};
  },
  'POST org/photo': () => picture(),
  'DELETE org/photo': async (w) => {
    await w.call('POST', 'org/photo', picture());
    return {};
  },
  'GET settings/modules': () => ({}),
  'GET settings/modules/{module}': (w) => ({ path: [w.system(2_175)] }),
  'POST settings/modules': (w) => ({
    body: { modules: [{ singular_label: 'Boat', plural_label: 'Boats', profiles: [{ id: w.system(26_011) }] }] },
  }),
  'PUT settings/modules': (w) => ({ body: { modules: [{ id: w.system(2_177), plural_label: 'Firms' }] } }),
  'PUT settings/modules/{module}': (w) => ({
    path: [w.system(2_177)],
    body: { modules: [{ plural_label: 'Houses' }] },
  }),
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
  'PUT settings/custom_views/actions/change_sort': (w) => ({
    query: leads,
    body: { custom_views: [{ id: w.system(87_501), sort_by: { api_name: 'Created_Time' }, sort_order: 'desc' }] },
  }),
  'PUT settings/custom_views/{view}/actions/change_sort': (w) => ({
    path: [w.system(87_501)],
    query: leads,
    body: { custom_views: [{ sort_by: { api_name: 'id' }, sort_order: 'desc' }] },
  }),
  'GET settings/fields/{field}/pick_list_values': async (w) => {
    const { json } = await w.call('GET', 'settings/fields', { query: leads });
    const { id } = json.fields.find((each: { api_name: string }) => each.api_name === 'Lead_Source');
    return { path: [id], query: leads };
  },
  'GET settings/fields': () => ({ query: leads }),
  'GET settings/fields/{field}': async (w) => ({ path: [await field(w)], query: leads }),
  'POST settings/fields': () => ({ query: leads, body: { fields: [{ field_label: 'Extra', data_type: 'text' }] } }),
  'PATCH settings/fields': async (w) => ({
    query: leads,
    body: { fields: [{ id: await field(w), field_label: 'Renamed' }] },
  }),
  'PATCH settings/fields/{field}': async (w) => ({
    path: [await field(w)],
    query: leads,
    body: { fields: [{ field_label: 'Renamed again' }] },
  }),
  'DELETE settings/fields/{field}': async (w) => ({ path: [await field(w)], query: leads }),
  'GET settings/layouts': () => ({ query: leads }),
  'GET settings/layouts/{layout}': (w) => ({ path: [w.layout(2_175)], query: leads }),
  'GET settings/custom_views': () => ({ query: leads }),
  'GET settings/custom_views/{view}': (w) => ({ path: [w.system(87_501)], query: leads }),
  'GET __features': () => ({}),
  'GET __features/{feature}': () => ({ path: ['tags'] }),
  'GET __apis': () => ({}),
  'GET settings/tags': async (w) => {
    await tag(w);
    return { query: leads };
  },
  'POST settings/tags': () => ({ query: leads, body: { tags: [{ name: 'y' }] } }),
  'PUT settings/tags': async (w) => ({ query: leads, body: { tags: [{ id: await tag(w), name: 'z1' }] } }),
  'PUT settings/tags/{tag}': async (w) => ({ path: [await tag(w)], query: leads, body: { tags: [{ name: 'z2' }] } }),
  'DELETE settings/tags/{tag}': async (w) => ({ path: [await tag(w)] }),
  'POST settings/tags/{tag}/actions/merge': async (w) => ({
    path: [await tag(w)],
    body: { tags: [{ conflict_id: await tag(w) }] },
  }),
  'POST settings/tags/actions/mass_delete': async (w) => ({
    body: { mass_delete: [{ module: { api_name: 'Leads' }, tags: [{ id: await tag(w) }] }] },
  }),
  'GET settings/tags/actions/mass_delete': async (w) => {
    const mass_delete = [{ module: { api_name: 'Leads' }, tags: [{ id: await tag(w) }] }];
    const { json } = await w.call('POST', 'settings/tags/actions/mass_delete', { body: { mass_delete } });
    return { query: { job_id: json.details.job_id } };
  },
  'GET settings/tags/{tag}/actions/records_count': async (w) => ({ path: [await tag(w)], query: leads }),
  'GET settings/variables': async (w) => {
    await variable(w);
    return {};
  },
  'POST settings/variables': () => ({
    body: { variables: [{ name: 'v', api_name: 'v', type: 'text', value: 'v', variable_group: { name: 'General' } }] },
  }),
  'PUT settings/variables': async (w) => ({ body: { variables: [{ id: await variable(w), value: 'w' }] } }),
  'DELETE settings/variables': async (w) => ({ query: { ids: await variable(w) } }),
  'GET settings/variables/{variable}': async (w) => ({ path: [await variable(w)] }),
  'PUT settings/variables/{variable}': async (w) => ({
    path: [await variable(w)],
    body: { variables: [{ value: 'w' }] },
  }),
  'DELETE settings/variables/{variable}': async (w) => ({ path: [await variable(w)] }),
  'GET settings/variable_groups': async (w) => {
    await variableGroup(w);
    return {};
  },
  'POST settings/variable_groups': () => ({ body: { variable_groups: [{ name: 'g1' }] } }),
  'PUT settings/variable_groups': async (w) => ({
    body: { variable_groups: [{ id: await variableGroup(w), name: 'g2' }] },
  }),
  'DELETE settings/variable_groups': async (w) => ({ query: { ids: await variableGroup(w) } }),
  'GET settings/variable_groups/{group}': async (w) => ({ path: [await variableGroup(w)] }),
  'PUT settings/variable_groups/{group}': async (w) => ({
    path: [await variableGroup(w)],
    body: { variable_groups: [{ name: 'g3' }] },
  }),
  'DELETE settings/variable_groups/{group}': async (w) => ({ path: [await variableGroup(w)] }),
};

const handOver = (w: W) => ({ transfer: { id: w.ownerId, records: true } });

/** Users, roles and profiles. */
export const peopleExamples: Examples = {
  'POST users/actions/transfer_and_delete': async (w) => ({
    body: { transfer_and_delete: [{ id: await user(w), ...handOver(w) }] },
  }),
  'POST users/{user}/actions/transfer_and_delete': async (w) => ({
    path: [await user(w)],
    body: { transfer_and_delete: [handOver(w)] },
  }),
  'GET users/actions/transfer_and_delete': async (w) => {
    const body = { transfer_and_delete: [{ id: await user(w), ...handOver(w) }] };
    const { json } = await w.call('POST', 'users/actions/transfer_and_delete', { body });
    return { query: { job_id: json.transfer_and_delete[0].details.job_id } };
  },
  'GET users': (w) => ({ query: { ids: w.ownerId } }),
  'GET users/{user}': (w) => ({ path: [w.ownerId] }),
  'GET users/actions/count': () => ({ query: { type: 'AllUsers' } }),
  'POST users': async (w) => ({
    body: { users: [{ last_name: 'x', email: 'new@example.com', role: await role(w), profile: await profile(w) }] },
  }),
  'PUT users': async (w) => ({ body: { users: [{ id: await user(w), role: { id: await role(w) } }] } }),
  'PUT users/{user}': async (w) => ({
    path: [await user(w)],
    body: { users: [{ profile: { id: await profile(w) } }] },
  }),
  'DELETE users/{user}': async (w) => ({ path: [await user(w)] }),
  'GET settings/roles': async (w) => {
    await role(w);
    return {};
  },
  'POST settings/roles': async (w) => ({ body: { roles: [{ name: 'r1', reporting_to: { id: await role(w) } }] } }),
  'PUT settings/roles': async (w) => ({ body: { roles: [{ id: await role(w), name: 'r2' }] } }),
  'GET settings/roles/{role}': async (w) => ({ path: [await role(w)] }),
  'PUT settings/roles/{role}': async (w) => ({
    path: [await role(w)],
    body: { roles: [{ reporting_to: { id: await role(w) } }] },
  }),
  'DELETE settings/roles/{role}': async (w) => ({ path: [await role(w)], query: { transfer_to_id: await role(w) } }),
  'GET settings/profiles': async (w) => {
    await profile(w);
    return {};
  },
  'GET settings/profiles/{profile}': async (w) => ({ path: [await profile(w)] }),
  'PUT settings/profiles/{profile}': async (w) => ({ path: [await profile(w)], body: { profiles: [{ name: 'p1' }] } }),
  'DELETE settings/profiles/{profile}': async (w) => ({
    path: [await profile(w)],
    query: { transfer_to: await profile(w) },
  }),
  'POST settings/profiles/{profile}/actions/clone': async (w) => ({
    path: [await profile(w)],
    body: { profiles: [{ name: 'p2' }] },
  }),
};

const territories = 'settings/territories';
const topTerritory = async (w: W): Promise<string> => (await w.call('GET', territories)).json.territories[0].id;
const territory = async (w: W): Promise<string> =>
  w.made(territories, 'territories', { name: w.name('Territory'), reporting_to: { id: await topTerritory(w) } });
/** A territory with a user in it: the path of both. */
const staffed = async (w: W): Promise<[string, string]> => {
  const pair: [string, string] = [await territory(w), await user(w)];
  await w.call('PUT', `${territories}/${pair[0]}/users/${pair[1]}`);
  return pair;
};
const inTerritory = async (w: W): Promise<{ id: string; Territories: object[] }> => {
  const placed = { id: await w.lead(), Territories: [{ id: await territory(w) }] };
  await w.call('POST', 'Leads/actions/assign_territories', { body: { data: [placed] } });
  return placed;
};

export const territoryExamples: Examples = {
  'GET settings/territories': async (w) => {
    await territory(w);
    return {};
  },
  'POST settings/territories': async (w) => ({
    body: { territories: [{ name: 't1', reporting_to: { id: await topTerritory(w) }, manager: { id: w.ownerId } }] },
  }),
  'PUT settings/territories': async (w) => ({ body: { territories: [{ id: await territory(w), name: 't2' }] } }),
  'DELETE settings/territories': async (w) => ({ query: { ids: await territory(w) } }),
  'GET settings/territories/{territory}': async (w) => ({ path: [await territory(w)] }),
  'PUT settings/territories/{territory}': async (w) => ({
    path: [await territory(w)],
    body: { territories: [{ reporting_to: { id: await territory(w) } }] },
  }),
  'DELETE settings/territories/{territory}': async (w) => ({ path: [await territory(w)] }),
  'GET settings/territories/{territory}/__child_territories': async (w) => {
    await territory(w);
    return { path: [await topTerritory(w)] };
  },
  'GET settings/territories/actions/associated_users_count': async (w) => {
    await staffed(w);
    return {};
  },
  'POST settings/territories/actions/transfer_and_delete': async (w) => ({
    body: { territories: [{ id: await territory(w), transfer_to_id: await territory(w) }] },
  }),
  'POST settings/territories/{territory}/actions/transfer_and_delete': async (w) => ({
    path: [await territory(w)],
    body: { territories: [{ transfer_to_id: await territory(w) }] },
  }),
  'GET settings/territories/{territory}/users': async (w) => ({ path: [(await staffed(w))[0]] }),
  'PUT settings/territories/{territory}/users': async (w) => ({
    path: [await territory(w)],
    body: { users: [{ id: await user(w) }] },
  }),
  'DELETE settings/territories/{territory}/users': async (w) => {
    const [id, ids] = await staffed(w);
    return { path: [id], query: { ids } };
  },
  'GET settings/territories/{territory}/users/{user}': async (w) => ({ path: await staffed(w) }),
  'PUT settings/territories/{territory}/users/{user}': async (w) => ({ path: [await territory(w), await user(w)] }),
  'DELETE settings/territories/{territory}/users/{user}': async (w) => ({ path: await staffed(w) }),
  'GET users/{user}/territories': async (w) => ({ path: [(await staffed(w))[1]] }),
  'PUT users/{user}/territories': async (w) => ({
    path: [await user(w)],
    body: { territories: [{ id: await territory(w) }] },
  }),
  'DELETE users/{user}/territories': async (w) => {
    const [ids, id] = await staffed(w);
    return { path: [id], query: { ids } };
  },
  'GET users/{user}/territories/{territory}': async (w) => ({ path: (await staffed(w)).reverse() }),
  'DELETE users/{user}/territories/{territory}': async (w) => ({ path: (await staffed(w)).reverse() }),
  'POST {module}/actions/assign_territories': async (w) => ({
    path: ['Leads'],
    body: { data: [{ id: await w.lead(), Territories: [{ id: await territory(w) }] }] },
  }),
  'POST {module}/actions/remove_territories': async (w) => ({
    path: ['Leads'],
    body: { data: [await inTerritory(w)] },
  }),
  'POST {module}/{id}/actions/assign_territories': async (w) => ({
    path: ['Leads', await w.lead()],
    body: { data: [{ Territories: [{ id: await territory(w) }] }] },
  }),
  'POST {module}/{id}/actions/remove_territories': async (w) => {
    const { id, Territories } = await inTerritory(w);
    return { path: ['Leads', id], body: { data: [{ Territories }] } };
  },
};

const pipelines = 'settings/pipeline';
const ofDeals = (w: W) => ({ layout_id: w.layout(2_181) });
const stages = async (w: W): Promise<{ id: string; sequence_number: number }[]> =>
  (await w.call('GET', pipelines, { query: ofDeals(w) })).json.pipeline[0].maps
    .slice(0, 2)
    .map(({ id }: { id: string }, index: number) => ({ id, sequence_number: index + 1 }));
const pipeline = async (w: W): Promise<string> =>
  w.made(pipelines, 'pipeline', { display_value: w.name('Pipeline'), maps: await stages(w) }, ofDeals(w));

async function assignmentRule(w: W): Promise<string> {
  const { json } = await w.call('GET', `users/${w.ownerId}`);
  const entries = [{ users: [json.users[0].email] }];
  return createAssignmentRule(await w.operatorCall(), { name: w.name('Rule'), module: 'Leads', entries });
}

export const salesExamples: Examples = {
  'GET settings/pipeline': async (w) => {
    await pipeline(w);
    return { query: ofDeals(w) };
  },
  'POST settings/pipeline': async (w) => ({
    query: ofDeals(w),
    body: { pipeline: [{ display_value: 'q1', maps: await stages(w) }] },
  }),
  'GET settings/pipeline/{pipeline}': async (w) => ({ path: [await pipeline(w)], query: ofDeals(w) }),
  ...Object.fromEntries(
    ['PUT', 'PATCH'].flatMap((method) => [
      [
        `${method} settings/pipeline`,
        async (w: W) => ({
          query: ofDeals(w),
          body: { pipeline: [{ id: await pipeline(w), display_value: `q2 ${method}` }] },
        }),
      ],
      [
        `${method} settings/pipeline/{pipeline}`,
        async (w: W) => ({
          path: [await pipeline(w)],
          query: ofDeals(w),
          body: { pipeline: [{ display_value: `q3 ${method}` }] },
        }),
      ],
    ]),
  ),
  'POST settings/pipeline/actions/transfer': async (w) => {
    const [from, to] = [await pipeline(w), await pipeline(w)];
    const same = (await stages(w)).map(({ id }) => ({ from: id, to: id }));
    return { query: ofDeals(w), body: { transfer_pipeline: [{ pipeline: { from, to }, stages: same }] } };
  },
  'GET settings/automation/assignment_rules': async (w) => {
    await assignmentRule(w);
    return {};
  },
  'GET settings/automation/assignment_rules/{rule}': async (w) => ({ path: [await assignmentRule(w)] }),
};
