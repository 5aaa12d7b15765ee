import type { Example, Examples, World } from './world.ts';

const path = 'settings/user_groups';
const one = `${path}/{user_group}`;
/** Who is in a new group. */
const sourcesOf = (w: World) => [
  { type: 'users', source: { id: w.ownerId } },
  { type: 'roles', source: { id: w.system(26_008) }, subordinates: true },
];

export const userGroup = (w: World) => w.made(path, 'user_groups', { name: w.name('Group'), sources: sourcesOf(w) });
const withGroup =
  (more: Omit<Example, 'path'> = {}) =>
  async (w: World) => ({ path: [await userGroup(w)], ...more });

/** Groups of users. */
export const groupExamples: Examples = {
  [`GET ${path}`]: async (w) => {
    await userGroup(w);
    return {};
  },
  [`POST ${path}`]: (w) => ({ body: { user_groups: [{ name: 'y', sources: sourcesOf(w) }] } }),
  [`PUT ${path}`]: async (w) => ({ body: { user_groups: [{ id: await userGroup(w), sources: sourcesOf(w) }] } }),
  [`GET ${one}`]: withGroup(),
  [`PUT ${one}`]: withGroup({ body: { user_groups: [{ description: 'z' }] } }),
  [`DELETE ${one}`]: withGroup(),
  [`GET ${one}/sources`]: withGroup({ query: { type: 'users' } }),
  [`GET ${one}/actions/sources_count`]: withGroup(),
  [`GET ${one}/actions/associations`]: withGroup(),
  [`GET ${path}/actions/associated_users_count`]: async (w) => {
    await userGroup(w);
    return {};
  },
  [`GET ${one}/associated_users/actions/grouped_counts`]: withGroup({ query: { group_by: 'status' } }),
  'GET users/{user}/actions/associated_groups': async (w) => {
    await userGroup(w);
    return { path: [w.ownerId] };
  },
};
