import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startCrm } from '../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
beforeEach(() => crm.clock.advance(1));

const post = (module: string, ...data: unknown[]) => crm.call('POST', `/crm/v8/${module}`, { body: { data } });
const create = async (module: string, data: object) => {
  const answer = await post(module, data);
  expect(answer.json?.data?.[0], answer.text).toMatchObject({ code: 'SUCCESS' });
  return answer.json.data[0].details.id as string;
};
const get = async (module: string, id: string) => {
  const answer = await crm.call('GET', `/crm/v8/${module}/${id}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json.data[0];
};
const put = (module: string, id: string, data: object, headers = {}) =>
  crm.call('PUT', `/crm/v8/${module}/${id}`, { body: { data: [data] }, headers });

describe('creating', () => {
  test('shows the record with all system keys, in the time zone of the user', async () => {
    const created = await post('Leads', { First_Name: 'Grace', Last_Name: 'Hopper', Lead_Source: '-None-', id: '1' });
    expect(created.status).toBe(201);
    expect(created.json.data[0]).toMatchObject({
      code: 'SUCCESS',
      details: { Created_Time: '2026-03-10T05:00:01-07:00', $approval_state: 'approved' },
      message: 'record added',
      status: 'success',
    });
    const { id } = created.json.data[0].details;
    expect(id).toMatch(/^1000001\d{12}$/);
    expect(await get('Leads', id)).toMatchObject({
      id,
      First_Name: 'Grace',
      Full_Name: 'Grace Hopper',
      Lead_Source: null,
      Email_Opt_Out: false,
      Tag: [],
      Converted__s: false,
      Record_Status__s: 'Available',
      Layout: { name: 'Standard', id: '1000001000000091055' },
      Owner: { name: 'Ada Lovelace', id: '1000001000010000001', email: expect.stringContaining('@') },
      $editable: true,
      $approval_state: 'approved',
      $currency_symbol: '$',
    });
  });

  test('each item succeeds or fails alone, in order', async () => {
    const answer = await post('Leads', { Last_Name: 'a' }, 5, { Last_Name: null }, { Last_Name: 'b', Email: 'x' });
    expect(answer.status).toBe(207);
    expect(answer.json.data).toMatchObject([
      { code: 'SUCCESS' },
      { code: 'INVALID_DATA', details: { expected_data_type: 'jsonobject', json_path: '$.data[1]' } },
      { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Last_Name', json_path: '$.data[2].Last_Name' } },
      {
        code: 'INVALID_DATA',
        details: { api_name: 'Email', json_path: '$.data[3].Email', expected_data_type: 'email' },
      },
    ]);
  });

  test('a wholly failed write is 400, and 202 for version 2', async () => {
    expect((await post('Leads', {})).status).toBe(400);
    expect((await crm.call('POST', '/crm/v2/Leads', { body: { data: [{}] } })).status).toBe(202);
  });

  test.each([
    ['no body', undefined, 'INVALID_DATA', { expected_data_type: 'jsonobject' }],
    ['broken JSON', '{"data":[', 'INVALID_DATA', { expected_data_type: 'jsonobject' }],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'INVALID_DATA', { expected_data_type: 'jsonobject' }],
    ['a list', '[]', 'INVALID_DATA', { expected_data_type: 'jsonobject' }],
    ['too deep', `{"data":${'['.repeat(40)}${']'.repeat(40)}}`, 'INVALID_DATA', {}],
    ['no data', '{}', 'MANDATORY_NOT_FOUND', { api_name: 'data', json_path: '$.data' }],
    ['empty data', '{"data":[]}', 'MANDATORY_NOT_FOUND', { api_name: 'data', json_path: '$.data' }],
    ['data that is no list', '{"data":{}}', 'INVALID_DATA', { expected_data_type: 'jsonarray', api_name: 'data' }],
    [
      '101 records',
      JSON.stringify({ data: Array.from({ length: 101 }, () => ({ Last_Name: 'x' })) }),
      'INVALID_DATA',
      { maximum_length: 100 },
    ],
  ])('%s is refused as a whole', async (_, rawBody, code, details) => {
    const answer = await crm.call('POST', '/crm/v8/Leads', rawBody === undefined ? {} : { rawBody });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code, details });
  });

  test('lookups and owners must exist, in this organization and environment', async () => {
    const account = await create('Accounts', { Account_Name: 'Zylker' });
    const stranger = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    const foreign = await crm.call('POST', '/crm/v8/Accounts', {
      token: stranger,
      body: { data: [{ Account_Name: 'Foreign' }] },
    });
    const foreignId = foreign.json.data[0].details.id;
    const answer = await post(
      'Contacts',
      { Last_Name: 'ok', Account_Name: { id: account } },
      { Last_Name: 'foreign account', Account_Name: { id: foreignId } },
      { Last_Name: 'wrong module', Vendor_Name: { id: account } },
      { Last_Name: 'foreign owner', Owner: { id: crm.neighbour.environments[0]?.ownerId } },
      { Last_Name: 'bad id', Owner: { id: 'x' } },
    );
    expect(answer.json.data).toMatchObject([
      { code: 'SUCCESS' },
      { code: 'INVALID_DATA', details: { api_name: 'Account_Name', json_path: '$.data[1].Account_Name.id' } },
      { code: 'INVALID_DATA', details: { api_name: 'Vendor_Name' } },
      { code: 'INVALID_DATA', details: { api_name: 'Owner', json_path: '$.data[3].Owner.id' } },
      { code: 'INVALID_DATA', details: { api_name: 'Owner' }, message: 'the id given seems to be invalid' },
    ]);
    const contact = await get('Contacts', answer.json.data[0].details.id);
    expect(contact.Account_Name).toEqual({ name: 'Zylker', id: account });
    await put('Accounts', account, { Account_Name: 'Renamed' });
    expect((await get('Contacts', contact.id)).Account_Name.name).toBe('Renamed');
    await crm.call('DELETE', `/crm/v8/Accounts/${account}`);
    expect((await get('Contacts', contact.id)).Account_Name).toBeNull();
  });

  test('names tags, which become tags of the module', async () => {
    const first = await create('Leads', {
      Last_Name: 'a',
      Tag: [{ name: 'Prime' }, { name: 'prime' }, { name: 'New' }],
    });
    const second = await create('Leads', { Last_Name: 'b', Tag: [{ name: 'PRIME' }] });
    const tags = (await get('Leads', first)).Tag;
    expect(tags.map((tag: { name: string }) => tag.name)).toEqual(['prime', 'New']);
    expect((await get('Leads', second)).Tag).toEqual([tags[0]]);
    expect((await post('Leads', { Last_Name: 'c', Tag: [{ name: 'x'.repeat(26) }] })).json.data[0]).toMatchObject({
      details: { maximum_length: 25 },
    });
  });

  test('a task may be about a record of several modules', async () => {
    const lead = await create('Leads', { Last_Name: 'about' });
    const task = await create('Tasks', { Subject: 's', What_Id: { id: lead }, $se_module: 'Leads' });
    expect(await get('Tasks', task)).toMatchObject({
      What_Id: { name: 'about', id: lead, module: { api_name: 'Leads', id: '1000001000000002175' } },
      $se_module: 'Leads',
    });
    expect((await post('Tasks', { Subject: 's', What_Id: { id: lead } })).json.data[0]).toMatchObject({
      code: 'DEPENDENT_FIELD_MISSING',
      details: { dependee: { api_name: '$se_module', json_path: '$.data[0].$se_module' }, api_name: 'What_Id' },
    });
  });
});

describe('updating', () => {
  test('changes what is named and keeps the rest', async () => {
    const id = await create('Leads', { Last_Name: 'u', Company: 'Co', Phone: '77' });
    const before = await get('Leads', id);
    crm.clock.advance(5);
    const answer = await put('Leads', id, { Phone: null, First_Name: 'New', Created_Time: '2000-01-01T00:00:00Z' });
    expect([answer.status, answer.json.data[0]]).toMatchObject([
      200,
      { code: 'SUCCESS', message: 'record updated', details: { id, Created_Time: before.Created_Time } },
    ]);
    const after = await get('Leads', id);
    expect(after).toMatchObject({ Phone: null, Company: 'Co', Full_Name: 'New u', Created_Time: before.Created_Time });
    expect(after.Modified_Time > before.Modified_Time).toBe(true);
  });

  test('many at once, each alone, and twice the same', async () => {
    const id = await create('Leads', { Last_Name: 'm' });
    const answer = await crm.call('PUT', '/crm/v8/Leads', {
      body: {
        data: [
          { id, Phone: '1' },
          { Phone: '2' },
          { id: '5725767999999999999', Phone: '3' },
          { id, Last_Name: '' },
          { id: Number(1), Phone: '4' },
          { id, Mobile: '5' },
        ],
      },
    });
    expect(answer.status).toBe(207);
    expect(answer.json.data).toMatchObject([
      { code: 'SUCCESS' },
      { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'id', json_path: '$.data[1].id' } },
      { code: 'INVALID_DATA', message: 'the id given seems to be invalid', details: { json_path: '$.data[2].id' } },
      { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Last_Name' } },
      { code: 'INVALID_DATA' },
      { code: 'SUCCESS' },
    ]);
    expect(await get('Leads', id)).toMatchObject({ Phone: '1', Mobile: '5', Last_Name: 'm' });
  });

  test('does not overwrite what changed since If-Unmodified-Since', async () => {
    const id = await create('Leads', { Last_Name: 'iu' });
    const { Modified_Time } = await get('Leads', id);
    const headers = { 'if-unmodified-since': Modified_Time };
    crm.clock.advance(10);
    expect((await put('Leads', id, { Phone: '1' }, headers)).status).toBe(200);
    const late = await put('Leads', id, { Phone: '2' }, headers);
    expect([late.status, late.json]).toMatchObject([412, { code: 'ALREADY_MODIFIED', details: { id } }]);
    expect((await get('Leads', id)).Phone).toBe('1');
  });

  test('concurrent changes of one record are all kept', async () => {
    const id = await create('Leads', { Last_Name: 'c' });
    const names = ['Phone', 'Mobile', 'City', 'State', 'Fax', 'Street', 'Country', 'Twitter', 'Skype_ID', 'Company'];
    const answers = await Promise.all(names.map((name, index) => put('Leads', id, { [name]: String(index) })));
    expect(answers.map((answer) => answer.status)).toEqual(names.map(() => 200));
    const record = await get('Leads', id);
    expect(names.map((name) => record[name])).toEqual(names.map((_, index) => String(index)));
  });

  test('of another organization is an unknown id', async () => {
    const id = await create('Leads', { Last_Name: 'mine' });
    const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    const stranger = { token, body: { data: [{ Last_Name: 'stolen' }] } };
    expect((await crm.call('GET', `/crm/v8/Leads/${id}`, { token })).status).toBe(404);
    expect((await crm.call('GET', `/crm/v7/Leads/${id}`, { token })).status).toBe(204);
    expect((await crm.call('PUT', `/crm/v8/Leads/${id}`, stranger)).status).toBe(400);
    expect((await crm.call('DELETE', `/crm/v8/Leads/${id}`, { token })).status).toBe(400);
    expect((await get('Leads', id)).Last_Name).toBe('mine');
  });
});

describe('deleting', () => {
  test('moves records to the recycle bin, once', async () => {
    const id = await create('Campaigns', { Campaign_Name: 'gone' });
    const answer = await crm.call('DELETE', '/crm/v8/Campaigns', { query: { ids: `${id}, 5725767999999999999` } });
    expect(answer.status).toBe(207);
    expect(answer.json.data).toMatchObject([
      { code: 'SUCCESS', message: 'record deleted', details: { id } },
      { code: 'INVALID_DATA', details: { id: '5725767999999999999' } },
    ]);
    expect((await crm.call('GET', `/crm/v8/Campaigns/${id}`)).status).toBe(404);
    expect((await crm.call('DELETE', `/crm/v8/Campaigns/${id}`)).status).toBe(400);
    const deleted = await crm.call('GET', '/crm/v8/Campaigns/deleted');
    expect(deleted.json.data).toMatchObject([
      { id, display_name: 'gone', type: 'recycle', deleted_by: { name: 'Ada Lovelace' } },
    ]);
    crm.clock.advance(61 * 86_400);
    expect((await crm.call('GET', '/crm/v8/Campaigns/deleted', { query: { type: 'recycle' } })).status).toBe(204);
    const permanent = await crm.call('GET', '/crm/v8/Campaigns/deleted', { query: { type: 'permanent' } });
    expect(permanent.json.data).toMatchObject([{ id, type: 'permanent' }]);
  });

  test.each([
    ['', 'REQUIRED_PARAM_MISSING'],
    ['a,b', 'UNABLE_TO_PARSE_DATA_TYPE'],
    [Array.from({ length: 101 }, (_, index) => index).join(','), 'LIMIT_EXCEEDED'],
  ])('ids "%.10s" are refused', async (ids, code) => {
    expect((await crm.call('DELETE', '/crm/v8/Leads', { query: { ids } })).json.code).toBe(code);
  });
});

describe('unique fields', () => {
  test('are unique without regard to case, in a batch and among concurrent calls', async () => {
    await crm.database.query({
      text: `INSERT INTO crm_custom_field VALUES (1000001, 2179, 'Email', '{"unique":true}', 0, 0),
                                                 (1000001, 2179, 'Mobile', '{"unique":true}', 0, 0)`,
    });
    crm.store.spaces.forget(1_000_001);
    const batch = await post(
      'Contacts',
      { Last_Name: 'a', Email: 'one@example.com' },
      { Last_Name: 'b', Email: 'ONE@example.com' },
      { Last_Name: 'c', Email: 'two@example.com', Mobile: '1' },
    );
    expect(batch.status).toBe(207);
    const first = batch.json.data[0].details.id;
    expect(batch.json.data).toMatchObject([
      { code: 'SUCCESS' },
      {
        code: 'DUPLICATE_DATA',
        details: {
          api_name: 'Email',
          json_path: '$.data[1].Email',
          id: first,
          duplicate_record: { id: first, module: { api_name: 'Contacts' }, Owner: { name: 'Ada Lovelace' } },
        },
      },
      { code: 'SUCCESS' },
    ]);
    const both = await post('Contacts', { Last_Name: 'd', Email: 'one@example.com', Mobile: '1' });
    expect(both.json.data[0]).toMatchObject({
      code: 'MULTIPLE_OR_MULTI_ERRORS',
      details: { errors: [{ details: { api_name: 'Email' } }, { details: { api_name: 'Mobile' } }] },
    });
    const racing = await Promise.all(
      Array.from({ length: 12 }, () => post('Contacts', { Last_Name: 'r', Email: 'race@example.com' })),
    );
    expect(racing.filter((answer) => answer.status === 201)).toHaveLength(1);

    // A change takes the new value, gives the old one back, and leaves nothing behind when it fails.
    const third = batch.json.data[2].details.id;
    expect((await put('Contacts', third, { Email: 'one@example.com', Mailing_City: 'X' })).json.data[0].code).toBe(
      'DUPLICATE_DATA',
    );
    expect(await get('Contacts', third)).toMatchObject({ Email: 'two@example.com', Mailing_City: null });
    expect((await put('Contacts', third, { Email: 'three@example.com' })).status).toBe(200);
    expect((await post('Contacts', { Last_Name: 'e', Email: 'two@example.com' })).status).toBe(201);
    await crm.call('DELETE', `/crm/v8/Contacts/${first}`);
    expect((await post('Contacts', { Last_Name: 'f', Email: 'one@example.com' })).status).toBe(201);
  });
});

describe('profiles', () => {
  test('close a module, or the API', async () => {
    const [added] = await crm.addUser('Closed');
    const rows = await crm.database.query<{ zuid: string }>({
      text: 'SELECT zuid FROM crm_user WHERE user_id = $1',
      values: [added?.userId],
    });
    const token = crm.tokenFor(crm.organization.organizationId, rows[0]?.zuid ?? '');
    const deny = async (permission: string) => {
      await crm.database.query({
        text: 'UPDATE crm_profile SET denied_permissions = $1 WHERE data_space = 1000001 AND profile_id = $2',
        values: [[permission], '1000001000000026014'],
      });
      crm.store.spaces.forget(1_000_001);
    };
    await deny('Crm_Implied_Create_Leads');
    const answer = await crm.call('POST', '/crm/v8/Leads', { token, body: { data: [{ Last_Name: 'x' }] } });
    expect([answer.status, answer.json]).toMatchObject([
      403,
      { code: 'NO_PERMISSION', details: { permissions: ['Crm_Implied_Create_Leads'] }, message: 'permission denied' },
    ]);
    expect((await crm.call('GET', '/crm/v8/Leads', { token, query: { fields: 'id' } })).status).toBe(200);
    await deny('Crm_Implied_Api_Access');
    expect((await crm.call('GET', '/crm/v8/org', { token })).json.details.permissions).toEqual([
      'Crm_Implied_Api_Access',
    ]);
  });
});
