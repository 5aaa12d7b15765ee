import { createLayout } from '../../settings/layouts/write-layouts.ts';
import { picture } from './records.ts';
import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];
const leads = { module: 'Leads' };
const tags = 'settings/tags';

const tag = (w: W) => w.made(tags, 'tags', { name: w.name('Tag') }, leads);
const field = (w: W) => w.made('settings/fields', 'fields', { field_label: w.name('Field'), data_type: 'text' }, leads);
const variable = async (w: W) => {
  const api_name = w.name('Variable').replaceAll('-', '_');
  return w.made('settings/variables', 'variables', { name: api_name, api_name, type: 'text', value: w.name('Value') });
};

const variableGroup = (w: W) => w.made('settings/variable_groups', 'variable_groups', { name: w.name('Group') });

/** A layout of leads beside the standard one; those that were made before go, for a module has a few only. */
async function layout(w: W): Promise<string> {
  const { json } = await w.call('GET', 'settings/layouts', { query: leads });
  const [standard, ...others] = json.layouts as { id: string }[];
  for (const { id } of others) {
    await w.call('DELETE', `settings/layouts/${id}`, { query: { ...leads, transfer_to: standard?.id ?? '' } });
  }
  return createLayout(await w.operatorCall(), { name: w.name('Layout'), module: 'Leads' });
}

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
  'PATCH settings/layouts/{layout}': async (w) => ({
    path: [await layout(w)],
    query: leads,
    body: {
      layouts: [{ name: w.name('Layout'), sections: [{ display_label: 'Section', fields: [{ api_name: 'Phone' }] }] }],
    },
  }),
  'DELETE settings/layouts/{layout}': async (w) => ({
    path: [await layout(w)],
    query: { ...leads, transfer_to: w.layout(2_175) },
  }),
  'POST settings/layouts/{layout}/actions/activate': async (w) => ({
    path: [await layout(w)],
    query: leads,
    body: { layouts: [{ profiles: [{ id: w.system(26_011) }] }] },
  }),
  'DELETE settings/layouts/{layout}/actions/activate': async (w) => ({
    path: [await layout(w)],
    query: { ...leads, transfer_to: w.layout(2_175) },
  }),
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
