import { afterAll, describe, expect, test } from 'vitest';
import { contractCheck } from '../../testing/contract-check.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
const check = contractCheck();
afterAll(() => crm.close());

const { organization } = crm;
const roleId = (suffix: string) => `${organization.environments[0]?.idPrefix}0000000${suffix}`;
const [ceo, manager, administrator, standard] = ['26005', '26008', '26011', '26014'].map(roleId) as [
  string,
  string,
  string,
  string,
];

async function call(method: string, path: string, options: CallOptions = {}) {
  const answer = await crm.call(method, `/crm/v8/${path}`, options);
  expect(check?.(method, `/crm/v8/${path}`, answer.status, answer.json)).toBeUndefined();
  return answer;
}

/** A user of production with a profile, and a token. */
async function userWith(profile: string, lastName: string) {
  const zuid = String(900_000_000 + Math.floor(crm.recorded.length + Math.random() * 1e6));
  const [added] = await crm.database.transaction(async (transaction) => {
    const { addUser } = await import('../../store/space/provisioning.ts');
    return addUser(transaction, {
      organizationId: organization.organizationId,
      user: { userId: zuid, email: `${lastName}@example.com`, firstName: 'Eve', lastName },
      nowMs: crm.clock.nowMs(),
    });
  });
  await crm.database.query({
    text: 'UPDATE crm_user SET profile_id = $2 WHERE zuid = $1 AND profile_id = $3',
    values: [zuid, profile, standard],
  });
  crm.store.spaces.forget(organization.environments[0]?.idPrefix as number);
  return { id: added?.userId as string, token: crm.tokenFor(organization.organizationId, zuid) };
}

describe('roles', () => {
  test('are created, changed, moved and deleted', async () => {
    const created = await call('POST', 'settings/roles', {
      body: { roles: [{ name: 'North', reporting_to: { id: manager }, share_with_peers: true }, { name: 'north' }] },
    });
    expect([created.status, created.json.roles.map((each: { code: string }) => each.code)]).toEqual([
      207,
      ['SUCCESS', 'DUPLICATE_DATA'],
    ]);
    const north = created.json.roles[0].details.id;
    const below = await call('POST', 'settings/roles', { body: { roles: [{ name: 'Below', reporting_to: north }] } });
    const belowId = below.json.roles[0].details.id;
    const one = await call('GET', `settings/roles/${north}`);
    expect(one.json.roles[0]).toMatchObject({
      name: 'North',
      share_with_peers: true,
      reporting_to: { id: manager, name: 'Manager' },
      created_by__s: { name: 'Ada Lovelace' },
    });
    const circle = await call('PUT', `settings/roles/${north}`, {
      body: { roles: [{ reporting_to: { id: belowId } }] },
    });
    expect(circle.json.roles[0]).toMatchObject({ code: 'INVALID_DATA', details: { api_name: 'reporting_to' } });
    const renamed = await call('PUT', 'settings/roles', { body: { roles: [{ id: north, name: 'Nord' }, {}] } });
    expect(renamed.json.roles).toMatchObject([{ message: 'Role updated' }, { code: 'MANDATORY_NOT_FOUND' }]);
    expect((await call('DELETE', `settings/roles/${north}`)).json.code).toBe('REQUIRED_PARAM_MISSING');
    const gone = await call('DELETE', `settings/roles/${north}`, { query: { transfer_to_id: manager } });
    expect(gone.json.roles[0]).toMatchObject({ message: 'Role Deleted', details: { id: north } });
    expect((await call('GET', `settings/roles/${belowId}`)).json.roles[0].reporting_to.id).toBe(manager);
    const top = await call('DELETE', `settings/roles/${ceo}`, { query: { transfer_to_id: manager } });
    expect(top.json.roles[0].code).toBe('CANNOT_PROCESS');
    expect((await call('GET', `settings/roles/${north}`)).status).toBe(400);
  });

  test.each([
    [{ name: 'a\u0000' }, 'INVALID_DATA'],
    [{ name: '\ud800' }, 'INVALID_DATA'],
    [{ name: 'x'.repeat(101) }, 'INVALID_DATA'],
    [{ name: 5 }, 'INVALID_DATA'],
    [{}, 'MANDATORY_NOT_FOUND'],
    [7, 'INVALID_DATA'],
    [{ name: 'Fine', reporting_to: { id: '1' } }, 'INVALID_DATA'],
  ])('%j is refused', async (role, code) => {
    const answer = await call('POST', 'settings/roles', { body: { roles: [role] } });
    expect([answer.status, answer.json.roles[0].code]).toEqual([400, code]);
  });
});

describe('profiles', () => {
  test('limit what a user may read and write, at once', async () => {
    const cloned = await call('POST', `settings/profiles/${standard}/actions/clone`, {
      body: { profiles: [{ name: 'Readers', description: 'May read' }] },
    });
    expect([cloned.status, cloned.json.profiles[0].message]).toEqual([201, 'profile created successfully']);
    const id = cloned.json.profiles[0].details.id as string;
    const { token } = await userWith(id, 'Reader');
    const lead = await call('POST', 'Leads', { token, body: { data: [{ Last_Name: 'Mine' }] } });
    expect(lead.status).toBe(201);
    const path = `Leads/${lead.json.data[0].details.id}`;
    const profile = (await call('GET', `settings/profiles/${id}`)).json.profiles[0];
    const permission = profile.permissions_details.find(
      (each: { name: string }) => each.name === 'Crm_Implied_Edit_Leads',
    );
    expect(permission).toMatchObject({ display_label: 'Edit', module: 'Leads', enabled: true });
    const switches = [
      { id: permission.id, enabled: false },
      { name: 'Crm_Implied_Delete_Leads', enabled: false },
      { name: 'Crm_Implied_View_Contacts', enabled: false },
      { name: 'Crm_Implied_Create_Contacts', enabled: false },
    ];
    const changed = await call('PUT', `settings/profiles/${id}`, {
      body: { profiles: [{ permissions_details: switches }] },
    });
    expect(changed.json.profiles[0].message).toBe('profile updated successfully');
    const denied = async (method: string, to: string, permissions: string[], options: CallOptions = {}) => {
      const answer = await call(method, to, { token, ...options });
      expect([answer.status, answer.json]).toEqual([
        403,
        { code: 'NO_PERMISSION', details: { permissions }, message: 'permission denied', status: 'error' },
      ]);
    };
    expect((await call('GET', path, { token })).status).toBe(200);
    await denied('PUT', path, ['Crm_Implied_Edit_Leads'], { body: { data: [{ Phone: '1' }] } });
    await denied('DELETE', path, ['Crm_Implied_Delete_Leads']);
    await denied('GET', 'Contacts', ['Crm_Implied_View_Contacts'], { query: { fields: 'Last_Name' } });
    await denied('POST', 'Contacts', ['Crm_Implied_Create_Contacts'], { body: { data: [{ Last_Name: 'x' }] } });
    const tags = { query: { module: 'Leads' }, body: { tags: [{ name: 'Kept' }] } };
    const tag = (await call('POST', 'settings/tags', tags)).json.tags[0].details.id as string;
    await denied('POST', 'settings/tags', ['Crm_Implied_Edit_Leads'], tags);
    await denied('PUT', `settings/tags/${tag}`, ['Crm_Implied_Edit_Leads'], tags);
    await denied('DELETE', `settings/tags/${tag}`, ['Crm_Implied_Edit_Leads']);
    const kept = await call('GET', 'settings/tags', { token, query: { module: 'Leads' } });
    expect(kept.json.tags).toMatchObject([{ id: tag, name: 'Kept' }]);
    await denied('GET', 'settings/tags', ['Crm_Implied_View_Contacts'], { query: { module: 'Contacts' } });
    await denied('POST', 'settings/roles', ['Crm_Implied_Manage_Roles'], { body: { roles: [{ name: 'x' }] } });
    expect((await call('DELETE', path)).status).toBe(200);
    const deleted = await call('DELETE', `settings/profiles/${id}`, { query: { transfer_to: standard } });
    expect(deleted.json.profiles[0].message).toBe('Profile deleted');
    expect((await call('PUT', path, { token, body: { data: [{ Phone: '1' }] } })).status).toBe(400);
  });

  test('Administrator cannot be weakened, names are unique', async () => {
    const weaker = await call('PUT', `settings/profiles/${administrator}`, {
      body: { profiles: [{ permissions_details: [{ name: 'Crm_Implied_View_Leads', enabled: false }] }] },
    });
    expect(weaker.json.profiles[0].code).toBe('CANNOT_PROCESS');
    const same = await call('POST', `settings/profiles/${standard}/actions/clone`, {
      body: { profiles: [{ name: 'STANDARD' }] },
    });
    expect(same.json.profiles[0].code).toBe('DUPLICATE_DATA');
    const list = await call('GET', 'settings/profiles');
    expect(list.json.profiles.map((each: { name: string }) => each.name)).toEqual(['Administrator', 'Standard']);
  });
});

describe('users', () => {
  const person = { last_name: 'New', email: 'new@example.com', role: manager, profile: { id: standard } };

  test('are added unconfirmed, changed, disabled and deleted', async () => {
    const added = await call('POST', 'users', { body: { users: [{ ...person, time_zone: 'Asia/Kolkata' }] } });
    expect([added.status, added.json.users[0].message]).toEqual([201, 'User added']);
    const { id } = added.json.users[0].details;
    const shown = (await call('GET', `users/${id}`)).json.users[0];
    expect(shown).toMatchObject({ confirm: false, status: 'active', zuid: null, time_zone: 'Asia/Kolkata' });
    const again = await call('POST', 'users', { body: { users: [{ ...person, email: 'NEW@example.com' }] } });
    expect(again.json.users[0]).toMatchObject({
      code: 'DUPLICATE_DATA',
      message: 'Failed to add user since same email id is already present',
    });
    const put = (user: object) => call('PUT', 'users', { body: { users: [{ id, ...user }] } });
    expect((await put({ first_name: 'Neo', status: 'disabled' })).json.users[0].message).toBe('User updated');
    expect((await put({ status: 'disabled' })).json.users[0].code).toBe('ID_ALREADY_DEACTIVATED');
    expect((await put({ status: 'active' })).status).toBe(200);
    expect((await put({ status: 'active' })).json.users[0].code).toBe('ID_ALREADY_ACTIVE');
    expect((await put({ time_zone: 'Mars/Base' })).json.users[0].code).toBe('INVALID_DATA');
    expect((await call('DELETE', `users/${id}`)).json.users[0]).toMatchObject({ message: 'User deleted', details: {} });
    expect((await put({ first_name: 'x' })).json.users[0].code).toBe('CANNOT_UPDATE_DELETED_USER');
    expect((await call('POST', 'users', { body: { users: [person] } })).status).toBe(201);
  });

  test('an account with the address takes the place, with its role and profile', async () => {
    const [email, role] = ['invited@example.com', ceo];
    const added = await call('POST', 'users', { body: { users: [{ ...person, email, role }] } });
    const { id } = added.json.users[0].details;
    const { addUser } = await import('../../store/space/provisioning.ts');
    const places = await crm.database.transaction((transaction) =>
      addUser(transaction, {
        organizationId: organization.organizationId,
        user: { userId: '888000111', email: 'Invited@example.com', firstName: 'I', lastName: 'N' },
        nowMs: crm.clock.nowMs(),
      }),
    );
    expect(places.find(({ environment }) => environment === 'production')?.userId).toBe(id);
    expect(places).toHaveLength(3);
    crm.store.spaces.forget(organization.environments[0]?.idPrefix as number);
    const shown = (await call('GET', `users/${id}`)).json.users[0];
    expect(shown).toMatchObject({ confirm: true, zuid: '888000111', role: { id: ceo } });
    const token = crm.tokenFor(organization.organizationId, '888000111');
    expect((await call('GET', 'users', { token, query: { type: 'CurrentUser' } })).json.users[0].id).toBe(id);
  });

  test('one mailbox is one user, however its domain is spelled, and an account takes its place', async () => {
    const add = (email: string) => call('POST', 'users', { body: { users: [{ ...person, email }] } });
    const added = await add('uma@münchen.example');
    expect(added.status).toBe(201);
    expect((await add('UMA@xn--mnchen-3ya.example')).json.users[0].code).toBe('DUPLICATE_DATA');
    const { addUser } = await import('../../store/space/provisioning.ts');
    const places = await crm.database.transaction((transaction) =>
      addUser(transaction, {
        organizationId: organization.organizationId,
        user: { userId: '888000112', email: 'uma@xn--mnchen-3ya.example', firstName: 'U', lastName: 'M' },
        nowMs: crm.clock.nowMs(),
      }),
    );
    expect(places.find(({ environment }) => environment === 'production')?.userId).toBe(added.json.users[0].details.id);
    crm.store.spaces.forget(organization.environments[0]?.idPrefix as number);
  });

  test.each(['first_name', 'last_name', 'email'])('a %s with a character that nobody sees is refused', async (name) => {
    const email = 'seen@example.com';
    const unseen = name === 'email' ? 's\u200been@example.com' : 'a\u202eb';
    const answer = await call('POST', 'users', { body: { users: [{ ...person, email, [name]: unseen }] } });
    expect(answer.json.users[0]).toMatchObject({ code: 'INVALID_DATA', details: { api_name: name } });
    const added = await call('POST', 'users', { body: { users: [{ ...person, email: `${name}@example.com` }] } });
    const users = [{ id: added.json.users[0].details.id, [name]: unseen }];
    if (name === 'email') return;
    expect((await call('PUT', 'users', { body: { users } })).json.users[0]).toMatchObject({ code: 'INVALID_DATA' });
  });

  test('an unknown one is named by its place in the path, or in the body', async () => {
    const users = [{ id: '1', first_name: 'x' }];
    expect((await call('PUT', 'users/1', { body: { users } })).json.users[0].details).toEqual({
      resource_path_index: 1,
    });
    expect((await call('PUT', 'users', { body: { users } })).json.users[0].details).toEqual({
      api_name: 'id',
      json_path: '$.users[0].id',
    });
  });

  test('two of the same address at once are one', async () => {
    const body = { users: [{ ...person, email: 'race@example.com' }] };
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', 'users', { body })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
  });

  test.each([
    [{ ...person, last_name: null }, 'MANDATORY_NOT_FOUND', 'Last Name is required'],
    [{ ...person, email: 'nobody' }, 'INVALID_DATA', 'invalid data'],
    [{ ...person, role: '1' }, 'INVALID_DATA', 'the id given seems to be invalid'],
    [{ ...person, profile: undefined }, 'MANDATORY_NOT_FOUND', 'required field not found'],
    [{ ...person, last_name: '\ud800' }, 'INVALID_DATA', 'invalid data'],
  ])('%j is refused', async (user, code, message) => {
    const answer = await call('POST', 'users', { body: { users: [user] } });
    expect([answer.status, answer.json.users[0].code, answer.json.users[0].message]).toEqual([400, code, message]);
  });

  test('only administrators may, and one always remains', async () => {
    const { token } = await userWith(standard, 'Plain');
    const answer = await call('POST', 'users', { token, body: { users: [person] } });
    expect([answer.status, answer.json.code]).toEqual([403, 'FORBIDDEN']);
    const self = organization.environments[0]?.ownerId as string;
    const off = await call('PUT', `users/${self}`, { body: { users: [{ status: 'disabled' }] } });
    expect(off.json.users[0].message).toBe('the organization needs an active administrator');
    expect((await call('DELETE', `users/${self}`)).json.users[0].code).toBe('CANNOT_PROCESS');
  });

  test('ids of another organization are unknown', async () => {
    const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    const users = [{ last_name: 'x', email: 'x@example.com', role: manager, profile: standard }];
    expect((await call('POST', 'users', { token, body: { users } })).status).toBe(400);
    expect((await call('GET', `settings/roles/${manager}`, { token })).status).toBe(400);
    expect((await call('GET', `settings/profiles/${standard}`, { token })).status).toBe(400);
    const self = organization.environments[0]?.ownerId as string;
    expect((await call('DELETE', `users/${self}`, { token })).status).toBe(400);
    expect(
      (await call('PUT', 'users', { token, body: { users: [{ id: self, last_name: 'x' }] } })).json.users[0],
    ).toMatchObject({ code: 'INVALID_DATA' });
  });
});

describe('layouts and related lists', () => {
  test('every module has its layout, with every field once', async () => {
    for (const module of ['Leads', 'Deals', 'Quotes', 'Notes']) {
      const { json } = await call('GET', 'settings/layouts', { query: { module } });
      const [layout] = json.layouts;
      const names = layout.sections.flatMap((section: { fields: { api_name: string }[] }) =>
        section.fields.map((field) => field.api_name),
      );
      expect(new Set(names).size).toBe(names.length);
      const one = await call('GET', `settings/layouts/${layout.id}`, { query: { module } });
      expect(one.json.layouts[0].name).toBe('Standard');
      expect(layout.convert_mapping === null).toBe(module !== 'Leads');
    }
    expect((await call('GET', 'settings/layouts')).json.code).toBe('REQUIRED_PARAM_MISSING');
    expect((await call('GET', 'settings/layouts/1', { query: { module: 'Leads' } })).status).toBe(400);
  });

  test('every list of every module names a module and a look-up that exist, with an id of its own', async () => {
    const { relatedListsOf } = await import('../../records/list/related-lists.ts');
    const { standardMetadata } = await import('../../kernel/metadata/standard-modules.ts');
    const ids = new Set<string>();
    for (const module of standardMetadata.modules) {
      for (const list of relatedListsOf(module, standardMetadata)) {
        if (list.module === null) continue;
        const related = standardMetadata.find(list.module);
        expect(related, `${module.apiName} ${list.apiName}`).toBeDefined();
        if (list.source.kind !== 'lookup') continue;
        const [field, inner] = list.source.field.split('.') as [string, string?];
        const holder = inner ? standardMetadata.find(related?.field.get(field)?.subform ?? '') : related;
        expect(holder?.field.get(inner ?? field)?.lookupModules).toContain(module.apiName);
      }
      if (module.generatedType !== 'default') continue;
      const { json } = await call('GET', 'settings/related_lists', { query: { module: module.apiName } });
      for (const { id } of json?.related_lists ?? []) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
        const one = await call('GET', `settings/related_lists/${id}`, { query: { module: module.apiName } });
        expect(one.json.related_lists[0].id).toBe(id);
      }
    }
  });
});
