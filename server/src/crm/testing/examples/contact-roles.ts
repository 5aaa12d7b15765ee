import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];
const path = 'Contacts/roles';
const role = (w: W) => w.made(path, 'contact_roles', { name: w.name('Role') });

/** What contacts are to deals. */
export const contactRoleExamples: Examples = {
  [`GET ${path}`]: () => ({}),
  [`POST ${path}`]: () => ({ body: { contact_roles: [{ name: 'y' }] } }),
  [`PUT ${path}`]: async (w) => ({ body: { contact_roles: [{ id: await role(w), sequence_number: 3 }] } }),
  [`DELETE ${path}`]: async (w) => ({ query: { ids: await role(w) } }),
  [`GET ${path}/{contact_role}`]: async (w) => ({ path: [await role(w)] }),
  [`PUT ${path}/{contact_role}`]: async (w) => ({
    path: [await role(w)],
    body: { contact_roles: [{ sequence_number: 2 }] },
  }),
  [`DELETE ${path}/{contact_role}`]: async (w) => ({ path: [await role(w)] }),
};
