import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const convert = (id: string, item: object = {}) =>
  call('POST', `Leads/${id}/actions/convert`, { body: { data: [item] } });
const read = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json.data[0];
const deal = { Deal_Name: 'Big', Closing_Date: '2026-12-01', Stage: 'Qualification' };

describe('a lead', () => {
  test('becomes a contact, an account and a deal, and everything that hung on it moves', async () => {
    const campaign = await one('Campaigns', { Campaign_Name: 'C' });
    const lead = await one('Leads', {
      First_Name: 'Paul',
      Last_Name: 'Daly',
      Company: 'Zylker',
      Email: 'p.daly@example.com',
      Designation: 'CTO',
      City: 'Cork',
      Annual_Revenue: 5000,
      Lead_Source: 'Trade Show',
    });
    await call('POST', `Leads/${lead}/Notes`, { body: { data: [{ Note_Title: 'note' }] } });
    await call('POST', `Leads/${lead}/Attachments`, multipart({ file: { filename: 'a.txt', content: 'a' } }));
    await create('Tasks', { Subject: 'task', What_Id: { id: lead }, $se_module: 'Leads' });
    await call('PUT', `Campaigns/${campaign}/Leads/${lead}`, { body: { data: [{ Member_Status: 'Sent' }] } });
    const options = await call('GET', `Leads/${lead}/__conversion_options`);
    expect(options.json.__conversion_options).toMatchObject({ Contacts: null, Accounts: null });
    const done = await convert(lead, {
      Deals: { ...deal, Contact_Role: 'Decision Maker' },
      carry_over_tags: { Contacts: ['vip'], Deals: ['big'] },
      move_attachments_to: { api_name: 'Deals' },
    });
    expect([done.status, done.json.data[0]]).toMatchObject([
      200,
      { code: 'SUCCESS', message: 'The record has been converted successfully', status: 'success' },
    ]);
    const { Contacts, Accounts, Deals } = done.json.data[0].details;
    expect([Contacts.name, Accounts.name, Deals.name]).toEqual(['Paul Daly', 'Zylker', 'Big']);
    expect(await read('Contacts', Contacts.id)).toMatchObject({
      Full_Name: 'Paul Daly',
      Title: 'CTO',
      Email: 'p.daly@example.com',
      Mailing_City: 'Cork',
      Account_Name: { name: 'Zylker', id: Accounts.id },
      Tag: [{ name: 'vip' }],
    });
    expect(await read('Accounts', Accounts.id)).toMatchObject({ Annual_Revenue: 5000, Billing_City: 'Cork' });
    expect(await read('Deals', Deals.id)).toMatchObject({
      Lead_Source: 'Trade Show',
      Contact_Name: { id: Contacts.id },
      Account_Name: { id: Accounts.id },
      Tag: [{ name: 'big' }],
    });
    expect(await read('Leads', lead)).toMatchObject({
      Converted__s: true,
      Converted_Contact: { id: Contacts.id },
      Converted_Deal: { id: Deals.id },
    });
    const names = async (path: string, key: string) =>
      (await crm.call('GET', `/crm/v8/${path}`, { query: { fields: key } })).json?.data.map(
        (each: Record<string, unknown>) => each[key],
      );
    expect(await names(`Contacts/${Contacts.id}/Notes`, 'Note_Title')).toEqual(['note']);
    expect(await names(`Contacts/${Contacts.id}/Tasks`, 'Subject')).toEqual(['task']);
    expect(await names(`Deals/${Deals.id}/Tasks`, 'Subject')).toEqual(['task']);
    expect(await names(`Deals/${Deals.id}/Attachments`, 'File_Name')).toEqual(['a.txt']);
    expect(await names(`Contacts/${Contacts.id}/Campaigns`, 'Campaign_Name')).toEqual(['C']);
    expect(await names(`Leads/${lead}/Notes`, 'Note_Title')).toBeUndefined();
    const roles = await call('GET', `Deals/${Deals.id}/Contact_Roles`, { query: { fields: 'Last_Name' } });
    expect(roles.json.data).toMatchObject([{ Last_Name: 'Daly', Contact_Role: { name: 'Decision Maker' } }]);
    const again = await convert(lead);
    expect([again.status, again.json]).toMatchObject([
      400,
      { code: 'ID_ALREADY_CONVERTED', details: { resource_path_index: 1 }, message: 'id already converted' },
    ]);
    const listed = await call('GET', 'Leads', { query: { fields: 'id', ids: lead } });
    expect(listed.status).toBe(204);
    expect((await call('GET', 'Leads', { query: { fields: 'id', ids: lead, converted: 'true' } })).status).toBe(200);
  });

  test('joins whom it is known as; overwriting is asked for', async () => {
    const account = await one('Accounts', { Account_Name: 'Known Ltd', Phone: '1' });
    const contact = await one('Contacts', { Last_Name: 'Known', Email: 'known@example.com', Title: 'old' });
    const lead = { Last_Name: 'New', Company: 'known ltd', Email: 'KNOWN@example.com', Designation: 'new', Phone: '2' };
    const [a, b] = (await create('Leads', lead, lead)) as [string, string];
    const options = (await call('GET', `Leads/${a}/__conversion_options`)).json.__conversion_options;
    expect(options).toMatchObject({
      Contacts: [{ id: contact }],
      Accounts: [{ id: account }],
      preference_field_matched_value: {
        Accounts: [{ field: { api_name: 'Company' }, matched_lead_value: 'known ltd' }],
      },
    });
    const first = (await convert(a)).json.data[0].details;
    expect([first.Contacts.id, first.Accounts.id, first.Deals]).toEqual([contact, account, null]);
    expect(await read('Contacts', contact)).toMatchObject({ Title: 'old', Account_Name: { id: account } });
    await convert(b, { overwrite: true });
    expect(await read('Contacts', contact)).toMatchObject({ Title: 'new', Last_Name: 'New' });
    expect(await read('Accounts', account)).toMatchObject({ Phone: '2' });
  });

  test('without a company makes no account; the old form answers ids', async () => {
    const contact = await one('Contacts', { Last_Name: 'c' });
    const lead = await one('Leads', { Last_Name: 'x' });
    const owner = crm.organization.environments[0]?.ownerId;
    const answer = await crm.call('POST', `/crm/v2/Leads/${lead}/actions/convert`, {
      body: { data: [{ Contacts: contact, assign_to: owner }] },
    });
    expect(answer.json).toEqual({ data: [{ Contacts: contact, Deals: null, Accounts: null }] });
  });

  test.each([
    [{ Deals: { Deal_Name: 'd' } }, 'MANDATORY_NOT_FOUND', '$.data[0].Deals.Stage'],
    [{ Deals: { ...deal, Stage: 'Nope', Pipeline: 'Standard' } }, 'MAPPING_MISMATCH', '$.data[0].Deals.Stage'],
    [{ Deals: { ...deal, Amount: 'x' } }, 'INVALID_DATA', '$.data[0].Deals.Amount'],
    [{ Deals: { ...deal, Deal_Name: '\ud800' } }, 'INVALID_DATA', '$.data[0].Deals.Deal_Name'],
    [{ Deals: { ...deal, Campaign_Source: { id: '1' } } }, 'INVALID_DATA', '$.data[0].Deals.Campaign_Source.id'],
    [{ Contacts: { id: '1' } }, 'INVALID_DATA', '$.data[0].Contacts.id'],
    [{ assign_to: { id: '1' } }, 'INVALID_DATA', '$.data[0].assign_to'],
    [{ carry_over_tags: { Contacts: ['a\u0000'] } }, 'INVALID_DATA', '$.data[0].carry_over_tags.Contacts'],
    [{ move_attachments_to: { api_name: 'Vendors' } }, 'INVALID_DATA', '$.data[0].move_attachments_to.api_name'],
  ])('is not converted at all by %j', async (item, code, json_path) => {
    const [before] = await crm.database.query<{ count: string }>({ text: 'SELECT count(*) FROM crm_record' });
    const lead = await one('Leads', { Last_Name: 'x', Company: 'Half Ltd' });
    const answer = await convert(lead, item);
    expect([answer.status, answer.json.data[0].code, answer.json.data[0].details.json_path]).toEqual([
      400,
      code,
      json_path,
    ]);
    expect(await read('Leads', lead)).toMatchObject({ Converted__s: false });
    const [after] = await crm.database.query<{ count: string }>({ text: 'SELECT count(*) FROM crm_record' });
    expect(Number(after?.count)).toBe(Number(before?.count) + 1);
  });

  test('is refused what is no flag, and writes the history of what it joins', async () => {
    const contact = await one('Contacts', { Last_Name: 'Known', Email: 'joined@example.com' });
    const id = await one('Leads', { Last_Name: 'Known', Email: 'joined@example.com', Phone: '123', Company: 'K' });
    for (const flag of ['overwrite', 'notify_lead_owner', 'notify_new_entity_owner']) {
      expect((await convert(id, { [flag]: 'yes' })).json.data[0]).toMatchObject({
        code: 'INVALID_DATA',
        details: { api_name: flag, expected_data_type: 'boolean', json_path: `$.data[0].${flag}` },
      });
    }
    expect((await convert(id, { overwrite: true })).status).toBe(200);
    const { __timeline } = (await call('GET', `Contacts/${contact}/__timeline`)).json;
    const changed = __timeline[0].field_history.map((each: { api_name: string }) => each.api_name);
    expect(changed).toEqual(expect.arrayContaining(['Phone', 'Account_Name']));
  });

  test('is converted once, however many ask at once', async () => {
    const lead = await one('Leads', { Last_Name: 'race' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => convert(lead)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });

  test('of another organization, or of another module, is unknown', async () => {
    const lead = await one('Leads', { Last_Name: 'ours' });
    const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    const answer = await call('POST', `Leads/${lead}/actions/convert`, { token, body: { data: [{}] } });
    expect([answer.status, answer.json.code]).toEqual([400, 'INVALID_DATA']);
    const own = (await call('POST', 'Leads', { token, body: { data: [{ Last_Name: 'theirs' }] } })).json.data[0].details
      .id;
    const contact = await one('Contacts', { Last_Name: 'ours' });
    const taken = await call('POST', `Leads/${own}/actions/convert`, {
      token,
      body: { data: [{ Contacts: { id: contact } }] },
    });
    expect(taken.json.data[0].code).toBe('INVALID_DATA');
    const wrong = await call('POST', `Contacts/${contact}/actions/convert`, { body: { data: [{}] } });
    expect(wrong.json.code).toBe('INVALID_MODULE');
  });
});

test('formulas of a lead that was converted are stored as it now is', async () => {
  const formula = { return_type: 'integer', expression: 'Lead_Conversion_Time + 1', assume_default: true };
  const made = await call('POST', 'settings/fields', {
    query: { module: 'Leads' },
    body: { fields: [{ field_label: 'Days Plus One', data_type: 'formula', formula }] },
  });
  expect(made.status, made.text).toBe(201);
  const id = await one('Leads', { Last_Name: 'Slow', Company: 'Slow Ltd' });
  crm.clock.advance(5 * 86_400);
  expect((await call('POST', `Leads/${id}/actions/convert`, { body: { data: [{}] } })).json.data[0].code).toBe(
    'SUCCESS',
  );
  const [row] = await crm.database.query<{ data: Record<string, unknown>; converted: boolean }>({
    text: 'SELECT data, converted FROM crm_record WHERE record_id = $1',
    values: [id],
  });
  expect(row).toMatchObject({ converted: true, data: { Lead_Conversion_Time: 5, Days_Plus_One: 6 } });
});

describe('many leads', () => {
  const body = (ids: readonly string[], more: object = {}) => ({ body: { ids, ...more } });
  const state = async (job_id: string) =>
    (await call('GET', 'Leads/actions/mass_convert', { query: { job_id } })).json.data[0];
  const converted = async (ids: readonly string[], more: object = {}) => {
    const begun = await call('POST', 'Leads/actions/mass_convert', body(ids, more));
    expect([begun.status, begun.json], begun.text).toMatchObject([200, { code: 'SCHEDULED', status: 'success' }]);
    const { job_id } = begun.json.details;
    await until(async () => (await state(job_id)).Status === 'COMPLETED', 'the leads are converted');
    return state(job_id);
  };

  test('are converted by a job, each for itself', async () => {
    const leads = await create(
      'Leads',
      { Last_Name: 'One', Company: 'Mass One', Tag: [{ name: 'mass' }] },
      { Last_Name: 'Two', Company: 'Mass Two' },
      { Last_Name: 'Locked', Company: 'Mass Three' },
      { Last_Name: 'Done', Company: 'Mass Four' },
    );
    await call('POST', `Leads/${leads[2]}/Locking_Information__s`, { body: { data: [{}] } });
    await convert(leads[3] as string);
    const more = { Deals: { ...deal, Deal_Name: 'Mass deal' }, carry_over_tags: [{ api_name: 'Deals' }] };
    expect(await converted(leads, more)).toEqual({
      ...{ Status: 'COMPLETED', Total_Count: 4, Converted_Count: 2, Failed_Count: 1, Not_Converted_Count: 1 },
    });
    const { Converted_Deal: made } = (await call('GET', `Leads/${leads[0]}`)).json.data[0];
    expect(await read('Deals', made.id)).toMatchObject({ Deal_Name: 'Mass deal', Tag: [{ name: 'mass' }] });
    expect((await call('GET', `Leads/${leads[2]}`)).json.data[0].Converted__s).toBe(false);
  });

  test('are refused as a whole when the request makes no sense', async () => {
    const [id] = (await create('Leads', { Last_Name: 'X', Company: 'X' })) as [string];
    const cases: [object, string, string][] = [
      [{}, 'MANDATORY_NOT_FOUND', '$.ids'],
      [{ ids: ['x'] }, 'INVALID_DATA', '$.ids'],
      [{ ids: [id], Deals: { Amount: 1 } }, 'MANDATORY_NOT_FOUND', '$.Deals.Deal_Name'],
      [{ ids: [id], assign_to: { id: '1' } }, 'INVALID_DATA', '$.assign_to'],
      [{ ids: [id], carry_over_tags: [{ api_name: 'x' }] }, 'INVALID_DATA', '$.carry_over_tags[0].api_name'],
    ];
    for (const [given, code, json_path] of cases) {
      const { status, json } = await call('POST', 'Leads/actions/mass_convert', { body: given });
      expect([status, json.code, json.details.json_path]).toEqual([400, code, json_path]);
    }
    const other = await call('POST', 'Contacts/actions/mass_convert', { body: { ids: [id] } });
    expect([other.status, other.json.code]).toEqual([400, 'INVALID_MODULE']);
  });
});

describe('the duplicate-check preference', () => {
  const path = 'settings/duplicate_check_preference';
  const leads = { query: { module: 'Leads' } };
  const preference = (current: string, mapped: string) => ({
    duplicate_check_preference: {
      type: 'mapped_module_records',
      type_configurations: [
        {
          mapped_module: { api_name: 'Contacts' },
          field_mappings: [{ current_field: { api_name: current }, mapped_field: { api_name: mapped } }],
        },
      ],
    },
  });

  test('says by which fields conversions know whom a lead is', async () => {
    expect((await call('GET', path, leads)).status).toBe(204);
    expect((await call('PUT', path, { ...leads, body: preference('Phone', 'Mobile') })).json.code).toBe('NOT_ALLOWED');
    const made = await call('POST', path, { ...leads, body: preference('Phone', 'Mobile') });
    expect([made.status, made.json.duplicate_check_preference.code], made.text).toEqual([201, 'SUCCESS']);
    expect((await call('POST', path, { ...leads, body: preference('Phone', 'Mobile') })).json.code).toBe('NOT_ALLOWED');
    expect((await call('GET', path, leads)).json.duplicate_check_preference).toMatchObject({
      type: 'mapped_module_records',
      type_configurations: [
        {
          mapped_module: { api_name: 'Contacts' },
          field_mappings: [{ current_field: { api_name: 'Phone' }, mapped_field: { api_name: 'Mobile' } }],
        },
      ],
    });
    const contact = await one('Contacts', { Last_Name: 'Known', Mobile: '+353 21 99' });
    const lead = await one('Leads', { Last_Name: 'Unknown', Phone: '+353 21 99', Email: 'unknown@example.com' });
    const { __conversion_options: options } = (await call('GET', `Leads/${lead}/__conversion_options`)).json;
    expect(options.Contacts).toMatchObject([{ id: contact }]);
    expect(options.preference_field_matched_value.Contacts).toMatchObject([
      { field: { api_name: 'Phone' }, matched_lead_value: '+353 21 99' },
    ]);
    expect((await convert(lead)).json.data[0].details.Contacts.id).toBe(contact);
    expect((await call('PUT', path, { ...leads, body: preference('Phone', 'Fax') })).status).toBe(200);
    expect((await call('DELETE', path, leads)).status).toBe(200);
    expect((await call('DELETE', path, leads)).json.code).toBe('NOT_ALLOWED');
  });

  test('is refused when it makes no sense', async () => {
    const post = (body: unknown, module = 'Leads') => call('POST', path, { query: { module }, body });
    expect((await post({})).json.code).toBe('MANDATORY_NOT_FOUND');
    expect((await post({ duplicate_check_preference: { type: 'x' } })).json.details.json_path).toBe(
      '$.duplicate_check_preference.type',
    );
    expect((await post(preference('Phone', 'Nothing'))).json.details.json_path).toBe(
      '$.duplicate_check_preference.type_configurations[0].field_mappings[0].mapped_field',
    );
    expect((await post(preference('Phone', 'Mobile'), 'Contacts')).json.code).toBe('INVALID_MODULE');
  });
});
