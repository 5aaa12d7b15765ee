import type { CrmBenchPlatform, Tenant } from './crm-platform.ts';
import type { CrmSubject } from './crm-subjects.ts';
import { request } from './load.ts';

/** An organization whose leads are private: each group of users sees what the users of the next group own. */
export const sharing = { users: 1_000, groups: 50 } as const;
const usersOfGroup = sharing.users / sharing.groups;
const firstUser = 19_000_001;
const firstSetting = 19_500_001;
const [roleManager, profileStandard, leadsModule] = [26_008, 26_014, 2175];
const perPage = 20;

/** Whose leads the limited user sees, who is the first of the first group: the user's own, and those of the second group. */
const ownersSeen = [0, ...Array.from({ length: usersOfGroup }, (_, index) => usersOfGroup + index)];

const idIn = (dataSpace: number, sequence: number) => `${dataSpace}${String(sequence).padStart(12, '0')}`;

/** The same organization as an administrator and as a limited user call it. */
export async function sharedTenants(platform: CrmBenchPlatform, leads: number) {
  const owner = (dataSpace: number) => `${idIn(dataSpace, firstUser)} + n % ${sharing.users}`;
  const administrator = await platform.tenant('shared', leads, owner);
  const { dataSpace } = administrator;
  const insertUsers = (from: number, to: number, zuid: string | null) => ({
    text: `INSERT INTO crm_user (data_space, user_id, zuid, email, first_name, last_name, role_id, profile_id, status, confirmed,
                                 settings, created_by, created_at_ms, modified_by, modified_at_ms)
           SELECT $1, $2::bigint + n, $3, 'user' || n || '@shared.example', 'User', 'Number' || n, $4, $5, 'active', true,
                  settings, user_id, 0, user_id, 0
           FROM generate_series($6::integer, $7::integer) AS n,
                LATERAL (SELECT settings, user_id FROM crm_user WHERE data_space = $1 ORDER BY user_id LIMIT 1) AS first`,
    values: [
      ...[dataSpace, idIn(dataSpace, firstUser), zuid],
      ...[idIn(dataSpace, roleManager), idIn(dataSpace, profileStandard), from, to],
    ],
  });
  await platform.query(insertUsers(1, sharing.users - 1, null));
  const setting = (area: string, id: string, definition: object) =>
    platform.query({
      text: `INSERT INTO crm_setting (data_space, area, setting_id, module, definition, created_by, created_at_ms,
                                      modified_by, modified_at_ms)
             VALUES ($1, $2, $3, 0, $4, $5, 0, $5, 0)`,
      values: [dataSpace, area, id, JSON.stringify(definition), idIn(dataSpace, firstUser + 1)],
    });
  await setting('data_sharing', idIn(dataSpace, leadsModule), { shareType: 'private' });
  const groupId = (group: number) => idIn(dataSpace, firstSetting + (group % sharing.groups));
  const side = (group: number) => ({ type: 'groups', id: groupId(group), subordinates: false });
  for (let group = 0; group < sharing.groups; group++) {
    const sources = Array.from({ length: usersOfGroup }, (_, index) => ({
      ...{ type: 'users', id: idIn(dataSpace, firstUser + group * usersOfGroup + index) },
      ...{ subordinates: false, subTerritories: false },
    }));
    await setting('user_group', groupId(group), { name: `Group ${group}`, description: null, sources });
    await setting('sharing_rule', idIn(dataSpace, firstSetting + sharing.groups + group), {
      ...{ module: leadsModule, name: `Rule ${group}`, type: 'Record_Owner_Based', criteria: null, active: true },
      ...{ from: side(group + 1), to: side(group), permission: 'read', superiorsAllowed: false },
    });
  }
  const token = await platform.member('limited', administrator, (zuid) => insertUsers(0, 0, zuid));
  return { administrator, limited: { ...administrator, token } satisfies Tenant };
}

/** Lists and searches of what the limited user sees, for whoever has the token. */
export function sharedSubjects({ token, leads }: Tenant): CrmSubject[] {
  const headers = { authorization: `Zoho-oauthtoken ${token}` };
  const get = (path: string) => () => request('GET', `/crm/v8/${path}`, headers);
  /** The number of a lead that the limited user sees. */
  const seen = () => {
    const thousand = Math.floor((Math.random() * leads) / sharing.users) * sharing.users;
    return thousand + (ownersSeen[Math.floor(Math.random() * ownersSeen.length)] as number);
  };
  const page = `fields=Last_Name,Email&per_page=${perPage}`;
  const search = `Leads/search?per_page=${perPage}`;
  const expected = '"data"';
  return [
    { name: 'list-first-page', expected, next: get(`Leads?${page}`) },
    { name: 'list-by-modified', expected, next: get(`Leads?${page}&sort_by=Modified_Time`) },
    { name: 'search-email', expected, next: () => get(`${search}&email=lead${seen()}@acme.example`)() },
    { name: 'search-word', expected, next: () => get(`${search}&word=lead${seen()}`)() },
    { name: 'search-common-word', expected, next: get(`${search}&word=sample`) },
    {
      name: 'search-criteria',
      expected,
      next: () => get(`${search}&criteria=(Email:equals:lead${seen()}@acme.example)`)(),
    },
  ];
}
