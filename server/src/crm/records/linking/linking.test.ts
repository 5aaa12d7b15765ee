import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one, create } = checkedCalls(crm);

const of = (module: string) => ({ query: { module } });
async function addField(module: string, field: object) {
  const answer = await call('POST', 'settings/fields', { ...of(module), body: { fields: [field] } });
  expect(answer.status, answer.text).toBe(201);
  const { id } = answer.json.fields[0].details;
  return (await call('GET', `settings/fields/${id}`, of(module))).json.fields[0];
}
const get = async (path: string, query: Record<string, string> = {}) => (await call('GET', path, { query })).json?.data;
const interests = async (lead: string) => (await get(`Leads/${lead}`))[0].Interests as { id: string }[];
const to = (id: string) => ({ Interests: { id } });
const change = (lead: string, item: object) => call('PUT', `Leads/${lead}`, { body: { data: [item] } });

let field: { id: string; api_name: string; multiselectlookup: Record<string, unknown> };
let products: string[] = [];
beforeAll(async () => {
  field = await addField('Leads', {
    field_label: 'Interests',
    data_type: 'multiselectlookup',
    multiselectlookup: {
      connected_details: { module: { api_name: 'Products' } },
      related_list: { display_label: 'Interested Leads' },
    },
  });
  products = await create('Products', { Product_Name: 'Oven' }, { Product_Name: 'Sink' }, { Product_Name: 'Lamp' });
});
const [oven, sink, lamp] = [() => products[0] ?? '', () => products[1] ?? '', () => products[2] ?? ''];

describe('a multi-select look-up', () => {
  test('comes with a linking module and a list on each side', async () => {
    expect(field).toMatchObject({
      data_type: 'multiselectlookup',
      json_type: 'jsonarray',
      multiselectlookup: {
        linking_module: { api_name: 'Leads_X_Products' },
        connected_module: { api_name: 'Products' },
        lookup_apiname: 'Leads',
        connectedlookup_apiname: 'Interests',
        linking_details: { module: { api_name: 'Leads_X_Products' } },
      },
    });
    const module = (await call('GET', 'settings/modules/Leads_X_Products')).json.modules[0];
    expect(module).toMatchObject({ generated_type: 'linking', module_name: 'LinkingModule1', api_supported: true });
    const fields = (await call('GET', 'settings/fields', of('Leads_X_Products'))).json.fields;
    expect(fields.slice(0, 2)).toMatchObject([
      { api_name: 'Leads', data_type: 'lookup', lookup: { module: { api_name: 'Leads' } } },
      { api_name: 'Interests', data_type: 'lookup', lookup: { module: { api_name: 'Products' } } },
    ]);
    const lists = (await call('GET', 'settings/related_lists', of('Products'))).json.related_lists;
    expect(lists.at(-1)).toMatchObject({
      api_name: 'Interested_Leads',
      type: 'multiselectlookup',
      connectedmodule: 'Leads',
      linkingmodule: 'Leads_X_Products',
    });
    const own = (await call('GET', 'settings/related_lists', of('Leads'))).json.related_lists;
    expect(own.at(-1)).toMatchObject({ api_name: 'Interests', connectedmodule: 'Products' });
  });

  test('is written with the record, and shown with a single record only', async () => {
    const lead = await one('Leads', { Last_Name: 'Cook', Interests: [to(oven()), { Interests: sink() }, to(oven())] });
    const shown = await interests(lead);
    expect(shown).toEqual([
      { Interests: { name: 'Oven', id: oven() }, id: expect.any(String) },
      { Interests: { name: 'Sink', id: sink() }, id: expect.any(String) },
    ]);
    const [record] = await get(`Leads/${lead}`);
    expect(record.$has_more).toEqual({ Interests: false });
    expect(await get('Leads', { fields: 'Last_Name,Interests' })).toEqual([{ id: lead, Last_Name: 'Cook' }]);
    expect((await get(`Leads/${lead}`, { fields: 'Interests' }))[0]).toEqual({ id: lead, Interests: shown });

    await change(lead, { Interests: [to(lamp())] });
    expect(await interests(lead)).toHaveLength(3);
    await change(lead, { Interests: [{ id: shown[0]?.id, _delete: null }, to(sink())] });
    expect((await interests(lead)).map((each) => each)).toMatchObject([
      { Interests: { name: 'Sink' }, id: shown[1]?.id },
      { Interests: { name: 'Lamp' } },
    ]);
    await change(lead, { Interests: [{ id: shown[1]?.id, ...to(oven()) }] });
    expect((await interests(lead))[0]).toMatchObject({ Interests: { name: 'Oven' }, id: shown[1]?.id });
    const twice = await change(lead, { Interests: [{ id: shown[1]?.id, ...to(lamp()) }] });
    expect(twice.json.data[0]).toMatchObject({ code: 'DUPLICATE_DATA', details: { api_name: 'Interests' } });
    await change(lead, { Interests: null });
    expect(await interests(lead)).toEqual([]);
  });

  test.each<[unknown, string, string]>([
    ['x', 'INVALID_DATA', '$.data[0].Interests'],
    [[5], 'INVALID_DATA', '$.data[0].Interests[0]'],
    [[{}], 'MANDATORY_NOT_FOUND', '$.data[0].Interests[0].Interests'],
    [[to('1')], 'INVALID_DATA', '$.data[0].Interests[0].Interests.id'],
    [[{ Interests: { id: 'x' } }], 'INVALID_DATA', '$.data[0].Interests[0].Interests.id'],
  ])('%j is refused', async (Interests, code, json_path) => {
    const answer = await call('POST', 'Leads', { body: { data: [{ Last_Name: 'x', Interests }] } });
    expect(answer.json.data[0]).toMatchObject({ code, details: { json_path } });
  });

  test('another record’s link is no link of this one, and nothing is half written', async () => {
    const [a = '', b = ''] = await create(
      'Leads',
      { Last_Name: 'A', Interests: [to(oven())] },
      { Last_Name: 'B', City: 'Bonn' },
    );
    const [link] = await interests(a);
    const answer = await change(b, { City: 'Rome', Interests: [{ id: link?.id, _delete: null }] });
    expect(answer.json.data[0]).toMatchObject({
      code: 'INVALID_DATA',
      details: { api_name: 'id', json_path: '$.data[0].Interests[0].id' },
    });
    expect((await get(`Leads/${b}`))[0].City).toBe('Bonn');
    await addField('Leads', { field_label: 'Key', data_type: 'text', unique: { case_sensitive: false } });
    await change(a, { Key: 'k' });
    const taken = await change(b, { Key: 'k', Interests: [to(oven())] });
    expect(taken.json.data[0].code).toBe('DUPLICATE_DATA');
    expect(await interests(b)).toEqual([]);
    const refused = await call('POST', 'Leads', {
      body: { data: [{ Last_Name: 'C', Key: 'k', Interests: [to(sink())] }] },
    });
    expect(refused.json.data[0].code).toBe('DUPLICATE_DATA');
    const links = await get('Leads_X_Products', { fields: 'Interests' });
    expect(links.every((each: { Interests: { id: string } }) => each.Interests.id !== sink())).toBe(true);
  });

  test('its links are records: listed, queried, exported and found from both sides', async () => {
    const lead = await one('Leads', { Last_Name: 'Query', Interests: [to(oven()), to(lamp())] });
    const select_query = `select Interests.Product_Name, Leads.Last_Name from Leads_X_Products where Leads.Last_Name = 'Query' order by id`;
    expect((await call('POST', 'coql', { body: { select_query } })).json.data).toMatchObject([
      { 'Interests.Product_Name': 'Oven', 'Leads.Last_Name': 'Query' },
      { 'Interests.Product_Name': 'Lamp', 'Leads.Last_Name': 'Query' },
    ]);
    const direct = await call('POST', 'Leads_X_Products', { body: { data: [{ Leads: lead, Interests: sink() }] } });
    expect(direct.status, direct.text).toBe(201);
    expect(await interests(lead)).toHaveLength(3);
    const again = await call('POST', 'Leads_X_Products', { body: { data: [{ Leads: lead, Interests: sink() }] } });
    expect(again.json.data[0]).toMatchObject({ code: 'DUPLICATE_DATA', details: { api_name: 'Interests' } });
    const job = await call('POST', 'coql', {
      body: { select_query: `select Interests from Leads where Last_Name = 'Query'` },
    });
    expect(job.json).toMatchObject({ code: 'INVALID_QUERY', details: { reason: 'unsupported data type' } });
  });

  test('through lists: linked, linked again, and unlinked', async () => {
    const [a = '', b = ''] = await create('Leads', { Last_Name: 'List A' }, { Last_Name: 'List B' });
    const list = `Products/${sink()}/Interested_Leads`;
    const linked = await call('PUT', list, { body: { data: [{ id: a }, { id: b }, { id: '1' }, {}] } });
    expect(linked.json.data.map(({ message }: { message: string }) => message)).toEqual([
      'relation added',
      'relation added',
      'the related id given seems to be invalid',
      'required field not found',
    ]);
    expect((await call('PUT', `${list}/${a}`, { body: { data: [{}] } })).json.data[0]).toMatchObject({
      message: 'relation updated',
      details: { id: a },
    });
    const names = async () =>
      ((await get(list, { fields: 'Last_Name' })) ?? []).map((each: { Last_Name: string }) => each.Last_Name);
    expect((await names()).filter((name: string) => name.startsWith('List'))).toEqual(['List B', 'List A']);
    expect(await interests(a)).toMatchObject([{ Interests: { name: 'Sink' } }]);
    expect((await get(`${list}/${a}`))[0]).toMatchObject({ id: a, Interests: [{ Interests: { id: sink() } }] });
    expect(await get(`Leads/${a}/Interests`, { fields: 'Product_Name' })).toEqual([
      { id: sink(), Product_Name: 'Sink' },
    ]);
    expect((await call('DELETE', `${list}/${a}`)).json.data[0].message).toBe('relation removed');
    expect((await call('DELETE', list, { query: { ids: `${a},${b}` } })).json.data).toMatchObject([
      { code: 'INVALID_DATA' },
      { message: 'relation removed' },
    ]);
    expect(await interests(a)).toEqual([]);
    const posted = await call('POST', list, { body: { data: [{ Last_Name: 'x' }] } });
    expect(posted.json.code).toBe('NOT_SUPPORTED');
  });

  test('what is deleted is linked no more, and is again when it comes back', async () => {
    const lead = await one('Leads', { Last_Name: 'Gone', Interests: [to(oven()), to(sink())] });
    const seen = async () => ((await get(`Products/${oven()}/Interested_Leads`, { fields: 'Last_Name' })) ?? []).length;
    const before = await seen();
    await call('DELETE', `Leads/${lead}`);
    expect(await seen()).toBe(before - 1);
    await call('POST', `settings/recycle_bin/${lead}/actions/restore`);
    expect([await seen(), (await interests(lead)).length]).toEqual([before, 2]);
    const lone = await one('Products', { Product_Name: 'Short-lived' });
    await change(lead, { Interests: [to(lone)] });
    await call('DELETE', `Products/${lone}`);
    expect(await interests(lead)).toHaveLength(2);
  });

  test('two writers at once make one link', async () => {
    const lead = await one('Leads', { Last_Name: 'Raced' });
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => change(lead, { Interests: [to(oven())] })),
      ...Array.from({ length: 4 }, () => call('PUT', `Leads/${lead}/Interests`, { body: { data: [{ id: oven() }] } })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await interests(lead)).toHaveLength(1);
  });

  test('more links than an answer holds are told of', async () => {
    const many = await create('Products', ...Array.from({ length: 100 }, (_, i) => ({ Product_Name: `P${i}` })));
    const more = await create('Products', ...Array.from({ length: 100 }, (_, i) => ({ Product_Name: `Q${i}` })));
    const lead = await one('Leads', { Last_Name: 'Many', Interests: many.map(to) });
    await change(lead, { Interests: [...more, oven()].map(to) });
    const [record] = await get(`Leads/${lead}`);
    expect([record.Interests.length, record.$has_more.Interests]).toEqual([200, true]);
    expect((await get(`Leads/${lead}/Interests`, { fields: 'id', page: '2' })).length).toBe(1);
  });

  test('fields of the linking module are part of its links', async () => {
    await addField('Leads_X_Products', { field_label: 'How much', data_type: 'integer' });
    const lead = await one('Leads', { Last_Name: 'Eager', Interests: [{ ...to(oven()), How_much: 5 }] });
    const [link] = await interests(lead);
    expect(link).toMatchObject({ How_much: 5 });
    await change(lead, { Interests: [{ id: link?.id, How_much: 6 }] });
    expect((await interests(lead))[0]).toMatchObject({ How_much: 6, Interests: { name: 'Oven' } });
    await call('PUT', `Leads/${lead}/Interests`, { body: { data: [{ id: oven(), How_much: 7 }] } });
    expect((await interests(lead))[0]).toMatchObject({ How_much: 7 });
  });

  test('rights on links are those on what they link', async () => {
    const profile = await call('POST', 'settings/profiles/1000001000000026014/actions/clone', {
      body: { profiles: [{ name: 'No products', permissions_details: [] }] },
    });
    const { id } = profile.json.profiles[0].details;
    await call('PUT', `settings/profiles/${id}`, {
      body: { profiles: [{ permissions_details: [{ name: 'Crm_Implied_View_Products', enabled: false }] }] },
    });
    await crm.addUser('Linker');
    await crm.database.query({
      text: `UPDATE crm_user SET profile_id = $1 WHERE last_name = 'Linker' AND data_space = 1000001`,
      values: [id],
    });
    crm.store.spaces.forget(1_000_001);
    const [user] = await crm.database.query<{ zuid: string }>({
      text: `SELECT zuid FROM crm_user WHERE last_name = 'Linker' AND data_space = 1000001`,
    });
    const token = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
    const answer = await call('GET', 'Leads_X_Products', { query: { fields: 'id' }, token });
    expect([answer.status, answer.json.details]).toEqual([403, { permissions: ['Crm_Implied_View_Products'] }]);
  });
});

test('a look-up to several users is linked in the same way', async () => {
  const made = await addField('Accounts', { field_label: 'Team', data_type: 'multiuserlookup' });
  expect(made.multiuserlookup).toMatchObject({ linking_module: { api_name: 'Accounts_X_Users' } });
  const [me] = (await call('GET', 'users', { query: { type: 'CurrentUser' } })).json.users;
  const id = await one('Accounts', { Account_Name: 'Team', Team: [{ Team: { id: me.id } }] });
  const [account] = await get(`Accounts/${id}`);
  expect(account.Team).toMatchObject([{ Team: { id: me.id, name: 'Ada Lovelace' } }]);
  const wrong = await call('POST', 'Accounts', {
    body: { data: [{ Account_Name: 'x', Team: [{ Team: { id: '1' } }] }] },
  });
  expect(wrong.json.data[0].code).toBe('INVALID_DATA');
});

test('a module may be linked with itself, and names of lists never clash', async () => {
  const friends = await addField('Contacts', {
    field_label: 'Deals',
    data_type: 'multiselectlookup',
    multiselectlookup: { connected_module: { api_name: 'Contacts' }, display_label: 'Notes' },
  });
  const lists = (await call('GET', 'settings/related_lists', of('Contacts'))).json.related_lists;
  const names = lists.map(({ api_name }: { api_name: string }) => api_name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  const [a = '', b = ''] = await create('Contacts', { Last_Name: 'A' }, { Last_Name: 'B' });
  await call('PUT', `Contacts/${a}`, { body: { data: [{ Deals: [{ Deals: b }] }] } });
  expect((await get(`Contacts/${a}`))[0].Deals).toMatchObject([{ Deals: { name: 'B' } }]);
  const back = friends.multiselectlookup.related_list.api_name;
  expect(await get(`Contacts/${b}/${back}`, { fields: 'Last_Name' })).toMatchObject([{ id: a }]);
});

test('a deleted look-up takes its links along', async () => {
  const made = await addField('Vendors', {
    field_label: 'Partners',
    data_type: 'multiselectlookup',
    multiselectlookup: { connected_module: { api_name: 'Accounts' } },
  });
  const account = await one('Accounts', { Account_Name: 'Partner' });
  const vendor = await one('Vendors', { Vendor_Name: 'V', Partners: [{ Partners: account }] });
  const number = Number(made.multiselectlookup.linking_module.id.slice(-12));
  await call('DELETE', `settings/fields/${made.id}`, of('Vendors'));
  expect((await get(`Vendors/${vendor}`))[0]).not.toHaveProperty('Partners');
  expect((await call('GET', 'settings/modules/Vendors_X_Accounts')).json.code).toBe('INVALID_MODULE');
  const again = await addField('Vendors', {
    field_label: 'Partners',
    data_type: 'multiselectlookup',
    multiselectlookup: { connected_module: { api_name: 'Accounts' } },
  });
  expect(again.multiselectlookup.linking_module.api_name).toBe('Vendors_X_Accounts');
  expect(Number(again.multiselectlookup.linking_module.id.slice(-12))).toBeGreaterThan(number);
  expect((await get(`Vendors/${vendor}`))[0].Partners).toEqual([]);
  await until(async () => {
    const [row] = await crm.database.query<{ count: string }>({
      text: 'SELECT count(*) FROM crm_record WHERE module = $1',
      values: [number],
    });
    return row?.count === '0';
  }, 'the links are gone');
});

test('rows of an own subform are kept with the record', async () => {
  const subform = await addField('Vendors', { field_label: 'Branches', data_type: 'subform' });
  expect(subform.associated_module).toMatchObject({ module: 'Branches' });
  await addField('Branches', { field_label: 'Town', data_type: 'text' });
  await addField('Branches', { field_label: 'Head', data_type: 'userlookup' });
  const id = await one('Vendors', { Vendor_Name: 'Rows', Branches: [{ Town: 'Bonn' }, { Town: 'Rome' }] });
  const rows = (await get(`Vendors/${id}`))[0].Branches;
  expect(rows).toMatchObject([{ Town: 'Bonn', Parent_Id: { id } }, { Town: 'Rome' }]);
  await call('PUT', `Vendors/${id}`, { body: { data: [{ Branches: [{ id: rows[0].id, _delete: null }] }] } });
  expect((await get(`Vendors/${id}`))[0].Branches).toMatchObject([{ Town: 'Rome' }]);
  const module = (await call('GET', 'settings/modules/Branches')).json.modules[0];
  expect(module).toMatchObject({ generated_type: 'subform', parent_module: { api_name: 'Vendors' } });
  await call('DELETE', `settings/fields/${subform.id}`, of('Vendors'));
  expect((await call('GET', 'settings/modules/Branches')).json.code).toBe('INVALID_MODULE');
});

test('the deal of a converted lead has its links and rows', async () => {
  const connected_details = { module: { api_name: 'Products' } };
  await addField('Deals', {
    field_label: 'Extras',
    data_type: 'multiselectlookup',
    multiselectlookup: { connected_details },
  });
  await addField('Deals', { field_label: 'Tours', data_type: 'subform' });
  await addField('Tours', { field_label: 'Place', data_type: 'text' });
  const lead = await one('Leads', { Last_Name: 'Buyer', Company: 'Links Ltd' });
  const Deals = {
    Deal_Name: 'With links',
    Closing_Date: '2026-12-31',
    Stage: 'Qualification',
    Extras: [{ Extras: { id: oven() } }, { Extras: { id: sink() } }],
    Tours: [{ Place: 'Bonn' }, { Place: 'Rome' }],
  };
  const done = await call('POST', `Leads/${lead}/actions/convert`, { body: { data: [{ Deals }] } });
  expect(done.status, done.text).toBe(200);
  const deal = (await get(`Deals/${done.json.data[0].details.Deals.id}`))[0];
  expect(deal.Extras.map((each: { Extras: { id: string } }) => each.Extras.id).sort()).toEqual([oven(), sink()].sort());
  expect(deal.Tours).toMatchObject([{ Place: 'Bonn' }, { Place: 'Rome' }]);
  const ids = [deal, ...deal.Extras, ...deal.Tours].map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(5);
});
