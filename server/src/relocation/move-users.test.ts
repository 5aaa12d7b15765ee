import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUserToOrganization } from '../admin/users.ts';
import { startLabStage } from '../lab/testing/lab-stage.ts';
import { testPassword } from '../testing/test-platform.ts';

type Stage = Awaited<ReturnType<typeof startLabStage>>;
let stage: Stage;
beforeAll(async () => {
  stage = await startLabStage({ dataCenters: ['us', 'eu', 'cn'] });
});
afterAll(() => stage?.platform.stop());

const move = (email: string, to: string, more: object = {}) =>
  stage.admin('POST', '/users/move', { dataCenter: 'us', email, to, ...more });
const database = (id: string) => {
  const found = stage.platform.admin.dataCenters.get(id);
  if (!found) throw new Error(id);
  return found.database;
};

/** How many rows of each table belong to the data spaces of the organization. */
async function countRows(id: string, organizationId: string): Promise<Record<string, number>> {
  const tables = await database(id).query<{ name: string }>({
    text: `SELECT c.relname AS name FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
           WHERE c.relkind = 'r' AND a.attname = 'data_space' AND c.relnamespace = 'public'::regnamespace`,
  });
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await database(id).query<{ count: number }>({
      text: `SELECT count(*)::int AS count FROM "${name}" WHERE data_space IN
             (SELECT data_space FROM crm_data_space WHERE organization_id = $1)`,
      values: [organizationId],
    });
    if (row && row.count > 0) counts[name] = row.count;
  }
  return counts;
}

test('a user goes with everything to another data centre; tokens end, the next code is made there', async () => {
  const user = await stage.platform.addUser('us', 'mara@us.example');
  const client = await stage.platform.addClient({
    ...{
      type: 'server',
      owner: 'anna@us.example',
      enabledDataCenters: ['eu'],
      redirectUris: ['https://app.example.com/cb'],
    },
  });
  const grant = async (dc: string) => {
    const answer = await stage.admin('POST', '/lab/tokens', {
      ...{ dataCenter: dc, clientId: client.client_id, user: 'mara@us.example', scope: 'ZohoCRM.modules.ALL' },
    });
    return { status: answer.status, ...(answer.json as { access_token: string; refresh_token: string }) };
  };
  const call = async (dc: string, token: string, path: string, init: RequestInit = {}) => {
    const { api } = stage.platform.topology.find(dc)?.origins ?? {};
    return fetch(`${api}/crm/v8/${path}`, { ...init, headers: { authorization: `Zoho-oauthtoken ${token}` } });
  };
  const before = await grant('us');
  expect(before.status).toBe(201);
  const insert = await call('us', before.access_token, 'Leads', {
    method: 'POST',
    body: JSON.stringify({ data: [{ Last_Name: 'Travels', Company: 'Über "GmbH"' }] }),
  });
  const { data } = (await insert.json()) as { data: [{ details: { id: string } }] };
  const { id } = data[0].details;
  const note = { data: [{ Note_Title: 'Kept', Note_Content: 'with the lead' }] };
  expect(
    (await call('us', before.access_token, `Leads/${id}/Notes`, { method: 'POST', body: JSON.stringify(note) })).status,
  ).toBe(201);
  const attached = new FormData();
  attached.append('file', new Blob(['the content']), 'plan.txt');
  const attachment = await call('us', before.access_token, `Leads/${id}/Attachments`, {
    method: 'POST',
    body: attached,
  });
  const { data: files } = (await attachment.json()) as { data: [{ details: { id: string } }] };
  const rows = await countRows('us', user.organizationId);
  expect(Object.keys(rows).length).toBeGreaterThan(8);

  const { status, json } = await move('mara@us.example', 'eu');
  expect([status, json]).toMatchObject([
    200,
    { data_center: 'eu', users: ['mara@us.example'], organizations: [user.organizationId] },
  ]);
  expect(await countRows('us', user.organizationId)).toEqual({});
  expect(await countRows('eu', user.organizationId)).toEqual(rows);
  expect(await stage.platform.admin.homeIndex.find('mara@us.example')).toBe('eu');

  for (const dc of ['us', 'eu']) expect((await call(dc, before.access_token, 'Leads?fields=id')).status).toBe(401);
  expect((await grant('us')).status).toBeGreaterThanOrEqual(400);
  const after = await grant('eu');
  expect(after.status).toBe(201);
  const lead = (await (await call('eu', after.access_token, `Leads/${id}`)).json()) as { data: [object] };
  expect(lead.data[0]).toMatchObject({ id, Last_Name: 'Travels', Company: 'Über "GmbH"' });
  const file = await call('eu', after.access_token, `Leads/${id}/Attachments/${files[0].details.id}`);
  expect(await file.text()).toBe('the content');
  // New ids and entries of the timeline come after those that came along.
  const more = await call('eu', after.access_token, `Leads/${id}`, {
    method: 'PUT',
    body: JSON.stringify({ data: [{ id, Company: 'Changed' }] }),
  });
  expect(more.status).toBe(200);
  const timeline = await call('eu', after.access_token, `Leads/${id}/__timeline`);
  const { __timeline: entries } = (await timeline.json()) as { __timeline: { action: string }[] };
  expect(entries[0]?.action).toBe('updated');
  expect(entries.at(-1)?.action).toBe('added');
});

test('an organization with others in it moves only with all of them', async () => {
  const user = await stage.platform.addUser('us', 'olga@us.example');
  const colleague = { email: 'piet@us.example', password: testPassword, firstName: 'P', lastName: 'Colleague' };
  await addUserToOrganization(stage.platform.admin, 'us', colleague, user.organizationId);
  const alone = await move('olga@us.example', 'eu');
  expect(alone.status).toBe(409);
  expect(JSON.stringify(alone.json)).toContain('1 other user works in the organization');
  expect(JSON.stringify(alone.json)).toContain('--with-members');
  const together = await move('olga@us.example', 'eu', { withMembers: true });
  expect(together.json.users).toEqual(expect.arrayContaining(['olga@us.example', 'piet@us.example']));
  for (const email of ['olga@us.example', 'piet@us.example']) {
    expect(await stage.platform.admin.homeIndex.find(email)).toBe('eu');
  }
});

test('what cannot be done is refused before anything is changed', async () => {
  const refusals = [
    [await move('nobody@us.example', 'eu'), 404, 'has no user \\"nobody@us.example\\"'],
    [await move('', 'eu'), 404, 'has no user \\"\\"'],
    [await move('anna@us.example', 'us'), 400, 'expected another data centre'],
    [await move('anna@us.example', 'cn'), 409, 'different realms'],
    [await move('anna@us.example', 'jp'), 404, 'jp'],
    [await move('anna@us.example', 'eu'), 409, 'owns 2 clients registered'],
  ] as const;
  for (const [{ status, json }, expected, text] of refusals) {
    expect([status, JSON.stringify(json)]).toEqual([expected, expect.stringContaining(text)]);
  }
  expect((await stage.exchange()).access_token).toMatch(/^1000\./);
});

test('a failure in the middle leaves everything where it was, and lets the user in again', async () => {
  const user = await stage.platform.addUser('us', 'rita@us.example');
  const rows = await countRows('us', user.organizationId);
  // The target cannot take one of the tables that come last.
  await database('eu').query({ text: 'ALTER TABLE crm_user RENAME TO crm_user_away' });
  try {
    expect((await move('rita@us.example', 'eu')).status).toBeGreaterThanOrEqual(400);
  } finally {
    await database('eu').query({ text: 'ALTER TABLE crm_user_away RENAME TO crm_user' });
  }
  expect(await countRows('us', user.organizationId)).toEqual(rows);
  expect(await countRows('eu', user.organizationId)).toEqual({});
  const [account] = await database('us').query({
    text: 'SELECT active FROM user_account WHERE user_id = $1',
    values: [user.userId],
  });
  expect(account).toEqual({ active: true });
});

test('a move that ended between two commits is completed by the same command', async () => {
  const user = await stage.platform.addUser('us', 'sven@us.example');
  const rows = await countRows('us', user.organizationId);
  const [account, address] = await Promise.all(
    ['user_account', 'user_address'].map(async (table) => {
      const text = `SELECT * FROM ${table} WHERE user_id = $1`;
      return (await database('us').query({ text, values: [user.userId] }))[0];
    }),
  );
  // As after the first commit: the copy is there, the directory still says "us".
  const insert = (id: string) =>
    database(id).query({
      text: `WITH account AS (INSERT INTO user_account SELECT * FROM json_populate_record(NULL::user_account, $1))
             INSERT INTO user_address SELECT * FROM json_populate_record(NULL::user_address, $2)`,
      values: [JSON.stringify(account), JSON.stringify(address)],
    });
  await insert('eu');
  expect((await move('sven@us.example', 'eu')).status).toBe(200);
  expect(await countRows('eu', user.organizationId)).toEqual(rows);
  // As after the second: the directory says "eu", and the original is there still.
  await insert('us');
  expect((await move('sven@us.example', 'eu')).json).toMatchObject({ rows: 0 });
  expect(await countRows('eu', user.organizationId)).toEqual(rows);
  const [left] = await database('us').query({
    text: 'SELECT count(*)::int AS users FROM user_account WHERE user_id = $1',
    values: [user.userId],
  });
  expect(left).toEqual({ users: 0 });
});
