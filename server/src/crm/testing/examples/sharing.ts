import type { Example, Examples, World } from './world.ts';

const path = 'settings/data_sharing/rules';
const one = `${path}/{sharing_rule}`;
// Of another module than the records that are shared by themselves: what everybody sees needs no sharing.
const query = { module: 'Vendors' };
const side = { type: 'all_users' };
const rule = { type: 'Record_Owner_Based', shared_from: side, shared_to: side, permission_type: 'read' };
const filters = { filters: [{ field: { api_name: 'type' }, comparator: 'equal', value: rule.type }] };

const sharingRule = (w: World) => w.made(path, 'sharing_rules', { ...rule, name: w.name('Rule') }, query);
const withRule =
  (more: Omit<Example, 'path'> = {}) =>
  async (w: World) => ({ path: [await sharingRule(w)], query, ...more });
const afterRule = (more: Example) => async (w: World) => {
  await sharingRule(w);
  return { query, ...more };
};

/** A lead, and that it may be shared with somebody. */
const sharedLead = async (w: World, method: 'GET' | 'POST' | 'PUT' | 'DELETE'): Promise<Example> => {
  const id = await w.lead();
  await w.call('PUT', 'settings/data_sharing', {
    body: { data_sharing: [{ module: { api_name: 'Leads' }, share_type: 'private' }] },
  });
  const user = await w.made('users', 'users', {
    ...{ last_name: w.name('User'), email: `${w.name('user').toLowerCase()}@example.com` },
    ...{ role: w.system(26_008), profile: w.system(26_014) },
  });
  const body = { share: [{ user: { id: user }, permission: 'read_only' }] };
  if (method === 'GET' || method === 'DELETE') await w.call('POST', `Leads/${id}/actions/share`, { body });
  return { path: ['Leads', id], ...(method === 'POST' || method === 'PUT' ? { body } : {}) };
};

/** How far records are open to whom. */
export const sharingExamples: Examples = {
  'GET settings/data_sharing': () => ({}),
  'PUT settings/data_sharing': () => ({
    body: { data_sharing: [{ module: { api_name: 'Cases' }, share_type: 'public_read_only' }] },
  }),
  [`GET ${path}`]: afterRule({}),
  [`POST ${path}`]: () => ({ query, body: { sharing_rules: [{ ...rule, name: 'y' }] } }),
  [`PUT ${path}`]: async (w) => ({
    query,
    body: { sharing_rules: [{ id: await sharingRule(w), permission_type: 'read' }] },
  }),
  [`GET ${one}`]: withRule(),
  [`PUT ${one}`]: withRule({ body: { sharing_rules: [{ permission_type: 'read_write_delete' }] } }),
  [`DELETE ${one}`]: withRule(),
  [`PUT ${one}/actions/activate`]: withRule(),
  [`DELETE ${one}/actions/activate`]: withRule(),
  [`POST ${path}/search`]: afterRule({ body: filters }),
  [`GET ${path}/actions/summary`]: afterRule({}),
  [`POST ${path}/actions/summary`]: afterRule({ body: filters }),
  [`POST ${path}/actions/run`]: () => ({ query }),
  'GET {module}/{id}/actions/share': (w) => sharedLead(w, 'GET'),
  'POST {module}/{id}/actions/share': (w) => sharedLead(w, 'POST'),
  'PUT {module}/{id}/actions/share': (w) => sharedLead(w, 'PUT'),
  'DELETE {module}/{id}/actions/share': (w) => sharedLead(w, 'DELETE'),
};
