import { user } from './people.ts';
import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];

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
