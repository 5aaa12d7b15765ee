import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const [ceo, manager, standard] = [stage.id(26_005), stage.id(26_008), stage.id(26_014)];
  const user = (more: object = {}) => ({
    last_name: 'Babbage',
    email: `${stage.fresh('charles').replace(' ', '')}@contracts.example`,
    role: manager,
    profile: standard,
    ...more,
  });
  const newUser = async (): Promise<string> =>
    (await stage.prepare('POST', 'users', { body: { users: [user()] } })).users[0].details.id;
  const newRole = async (): Promise<string> => {
    const body = { roles: [{ name: stage.fresh('Role'), reporting_to: { id: ceo } }] };
    return (await stage.prepare('POST', 'settings/roles', { body })).roles[0].details.id;
  };
  return { stage, ceo, manager, standard, user, newUser, newRole, nobody: stage.id(999_999_999_999) };
}

const users = (...items: object[]) => ({ body: { users: items } });
const roles = (...items: object[]) => ({ body: { roles: items } });

export const userCalls = area('users.json', setUp, {
  'GET users': [
    [200, {}],
    [200, { query: { type: 'CurrentUser' } }],
    [200, { query: { type: 'AdminUsers', per_page: '1', page: '1' } }],
    [200, ({ stage, nobody }) => ({ query: { ids: `${stage.ownerId},${nobody}` } })],
    [204, { query: { type: 'DeactiveUsers' } }],
    [304, { headers: { 'If-Modified-Since': '2030-01-01T00:00:00+00:00' } }],
    ['INVALID_DATA', { query: { ids: 'abc' } }],
  ],
  'POST users': [
    [201, ({ user }) => users(user())],
    [201, ({ user, manager, standard }) => users(user({ role: { id: manager }, profile: { id: standard } }))],
    ['MANDATORY_NOT_FOUND', ({ user }) => users({ ...user(), last_name: undefined })],
    ['MANDATORY_NOT_FOUND', ({ user }) => users({ ...user(), role: undefined })],
    ['DUPLICATE_DATA', ({ user }) => users(user({ email: 'owner@contracts.example' }))],
    ['INVALID_DATA', ({ user }) => users(user({ email: 'no address' }))],
    ['INVALID_DATA', ({ user, nobody }) => users(user({ profile: nobody }))],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'PUT users': [
    [200, async ({ newUser }) => users({ id: await newUser(), first_name: 'Charles' })],
    [207, async ({ newUser, nobody }) => users({ id: await newUser(), city: 'London' }, { id: nobody })],
    ['MANDATORY_NOT_FOUND', users({ first_name: 'Charles' })],
    ['INVALID_DATA', ({ nobody }) => users({ id: nobody, first_name: 'Charles' })],
    ['INVALID_DATA', async ({ newUser, nobody }) => users({ id: await newUser(), role: nobody })],
  ],
  'GET users/{user}': [
    [200, ({ stage }) => ({ at: { user: stage.ownerId } })],
    [304, ({ stage }) => ({ at: { user: stage.ownerId }, headers: { 'If-Modified-Since': '2030-01-01T00:00:00Z' } })],
    ['INVALID_DATA', { at: { user: 'abc' } }],
    ['INVALID_DATA', ({ nobody }) => ({ at: { user: nobody } })],
  ],
  'PUT users/{user}': [
    [
      200,
      async ({ newUser }) => ({
        at: { user: await newUser() },
        ...users({ phone: '1', city: 'London', date_format: 'dd/MM/yyyy' }),
      }),
    ],
    ['INVALID_DATA', async ({ newUser }) => ({ at: { user: await newUser() }, ...users({ city: 5 }) })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { user: nobody }, ...users({ phone: '1' }) })],
    [
      'INVALID_DATA',
      async ({ newUser }) => ({ at: { user: await newUser() }, ...users({ time_zone: 'Nowhere/At all' }) }),
    ],
  ],
  'DELETE users/{user}': [
    [200, async ({ newUser }) => ({ at: { user: await newUser() } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { user: nobody } })],
    ['CANNOT_PROCESS', ({ stage }) => ({ at: { user: stage.ownerId } })],
  ],
  'GET users/actions/count': [
    [200, { query: { type: 'AllUsers' } }],
    [200, { query: { type: 'DeletedUsers' } }],
    ['REQUIRED_PARAM_MISSING', {}],
  ],
});

export const roleCalls = area('roles.json', setUp, {
  'GET settings/roles': [
    [200, {}],
    ['INVALID_TOKEN 401', { token: '1000.nobody.nobody' }],
  ],
  'POST settings/roles': [
    [201, ({ stage, ceo }) => roles({ name: stage.fresh('Role'), reporting_to: { id: ceo }, share_with_peers: true })],
    [207, ({ stage, ceo }) => roles({ name: stage.fresh('Role'), reporting_to: { id: ceo } }, { name: 5 })],
    ['MANDATORY_NOT_FOUND', ({ ceo }) => roles({ reporting_to: { id: ceo } })],
    ['DUPLICATE_DATA', ({ ceo }) => roles({ name: 'Manager', reporting_to: { id: ceo } })],
    ['INVALID_DATA', ({ stage, nobody }) => roles({ name: stage.fresh('Role'), reporting_to: { id: nobody } })],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'PUT settings/roles': [
    [200, async ({ stage, newRole }) => roles({ id: await newRole(), name: stage.fresh('Role') })],
    [207, async ({ newRole, nobody }) => roles({ id: await newRole(), description: 'x' }, { id: nobody })],
    ['MANDATORY_NOT_FOUND', roles({ name: 'x' })],
    ['INVALID_DATA', ({ nobody }) => roles({ id: nobody, description: 'x' })],
  ],
  'GET settings/roles/{role}': [
    [200, ({ ceo }) => ({ at: { role: ceo } })],
    ['INVALID_DATA', { at: { role: 'abc' } }],
  ],
  'PUT settings/roles/{role}': [
    [200, async ({ newRole }) => ({ at: { role: await newRole() }, ...roles({ description: 'x' }) })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { role: nobody }, ...roles({ description: 'x' }) })],
    ['DUPLICATE_DATA', async ({ newRole }) => ({ at: { role: await newRole() }, ...roles({ name: 'Manager' }) })],
  ],
  'DELETE settings/roles/{role}': [
    [200, async ({ newRole, manager }) => ({ at: { role: await newRole() }, query: { transfer_to_id: manager } })],
    ['REQUIRED_PARAM_MISSING', async ({ newRole }) => ({ at: { role: await newRole() } })],
    ['CANNOT_PROCESS', ({ ceo, manager }) => ({ at: { role: ceo }, query: { transfer_to_id: manager } })],
    ['INVALID_DATA', ({ nobody, manager }) => ({ at: { role: nobody }, query: { transfer_to_id: manager } })],
    [
      'INVALID_DATA',
      async ({ newRole, nobody }) => ({ at: { role: await newRole() }, query: { transfer_to_id: nobody } }),
    ],
  ],
});
