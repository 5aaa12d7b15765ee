import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];

const role = (w: W) => w.made('settings/roles', 'roles', { name: w.name('Role') });
const profile = (w: W) =>
  w.made(`settings/profiles/${w.system(26_014)}/actions/clone`, 'profiles', { name: w.name('Profile') });
export const user = (w: W) =>
  w.made('users', 'users', {
    last_name: w.name('User'),
    email: `${w.name('user').toLowerCase()}@example.com`,
    role: w.system(26_008),
    profile: w.system(26_014),
  });

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
