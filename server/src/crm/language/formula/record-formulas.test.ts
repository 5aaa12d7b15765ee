import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one, create } = checkedCalls(crm);

const of = (module: string) => ({ query: { module } });
const post = (module: string, field: object) =>
  call('POST', 'settings/fields', { ...of(module), body: { fields: [field] } });

async function added(module: string, field: object): Promise<{ id: string; api_name: string }> {
  const answer = await post(module, field);
  expect(answer.status, answer.text).toBe(201);
  const { id } = answer.json.fields[0].details;
  return (await call('GET', `settings/fields/${id}`, of(module))).json.fields[0];
}

const formula = (field_label: string, return_type: string, expression: string, others = {}) => ({
  field_label,
  data_type: 'formula',
  formula: { return_type, expression, ...others },
});
const record = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json.data[0];
const found = async (module: string, criteria: string) =>
  (await call('GET', `${module}/search`, { query: { criteria } })).json?.data?.map(({ id }: { id: string }) => id) ??
  [];
const coql = async (select_query: string) => (await call('POST', 'coql', { body: { select_query } })).json?.data;

describe('a formula field', () => {
  test('is shown with its formula, and computes by its return type', async () => {
    await added('Vendors', { field_label: 'Base', data_type: 'currency' });
    const tax = await added('Vendors', {
      ...formula('Tax', 'currency', 'Base * 0.19', { assume_default: true }),
      decimal_place: 1,
    });
    expect(tax).toMatchObject({
      api_name: 'Tax',
      data_type: 'formula',
      read_only: true,
      decimal_place: 1,
      formula: { return_type: 'currency', expression: 'Base * 0.19', assume_default: true },
    });
    const cases: [string, string, unknown][] = [
      ['string', "Concat(Vendor_Name, '/', Tax)", 'Kinds/19'],
      ['boolean', 'Base > 50', true],
      ['integer', 'Base / 3', 33],
      ['double', 'Base / 3', 33.33],
      ['percent', 'Base / 8', 12.5],
      ['date', 'Adddate(Datepart(Created_Time), 0, "DAY")', expect.stringMatching(/^\d{4}-\d\d-\d\d$/)],
      ['datetime', 'Newdate(2026, 1, 2, 3, 4)', '2026-01-02T03:04:00-08:00'],
    ];
    for (const [index, [type, expression]] of cases.entries()) {
      await added('Vendors', formula(`Kind ${index}`, type, expression));
    }
    const id = await one('Vendors', { Vendor_Name: 'Kinds', Base: 100, Tax: 5 });
    const vendor = await record('Vendors', id);
    expect(vendor.Tax).toBe(19);
    for (const [index, [type, , value]] of cases.entries()) expect(vendor[`Kind_${index}`], type).toEqual(value);
    await call('PUT', `Vendors/${id}`, { body: { data: [{ Base: null }] } });
    const without = await record('Vendors', id);
    expect(without).toMatchObject({ Tax: 0, Kind_0: 'Kinds/0', Kind_1: false, Kind_2: null });
  });

  test('of records that were there is shown at once, and found when the job is done', async () => {
    const ids = await create(
      'Products',
      ...[5, 20, null].map((Unit_Price, index) => ({ Product_Name: `p${index}`, Unit_Price })),
    );
    const twice = await added('Products', formula('Twice', 'double', 'Unit_Price * 2'));
    expect((await record('Products', ids[1] as string)).Twice).toBe(40);
    await until(
      async () => (await found('Products', '(Twice:greater_than:10)')).length === 1,
      'the job found the records',
    );
    expect(await found('Products', '(Twice:between:5,15)')).toEqual([ids[0]]);
    const change = (expression: string) =>
      call('PATCH', `settings/fields/${twice.id}`, {
        ...of('Products'),
        body: { fields: [{ formula: { expression } }] },
      });
    const before = await record('Products', ids[0] as string);
    expect((await change('Unit_Price * 3')).status).toBe(200);
    const after = await record('Products', ids[0] as string);
    expect(after).toEqual({ ...before, Twice: 15 });
    await until(async () => (await found('Products', '(Twice:equals:60)')).length === 1, 'the job found the records');
    // Nobody changed the record.
    const { json } = await call('GET', `Products/${ids[0]}/__timeline`);
    expect(JSON.stringify(json.__timeline)).not.toContain('Twice');
    expect((await change('Len(Product_Name) == 2')).json.fields[0]).toMatchObject({
      code: 'INVALID_DATA',
      details: { json_path: '$.fields[0].formula.expression', reason: 'the formula computes a boolean' },
    });
  });

  test('is queried, sorted, summed and exported', async () => {
    await added('Campaigns', formula('Rest', 'currency', 'Budgeted_Cost - Actual_Cost', { assume_default: true }));
    await added('Campaigns', formula('Since', 'datetime', 'Adddate(Newdate(2026, 1, 1), Budgeted_Cost, "DAY")'));
    const ids = await create(
      'Campaigns',
      ...[3, 1, 2].map((cost) => ({ Campaign_Name: `c${cost}`, Budgeted_Cost: cost })),
    );
    expect(await coql('select Rest, Since from Campaigns where Rest > 1 order by Rest desc')).toEqual([
      { Rest: 3, Since: '2026-01-04T00:00:00-08:00', id: ids[0] },
      { Rest: 2, Since: '2026-01-03T00:00:00-08:00', id: ids[2] },
    ]);
    expect(await coql("select SUM(Rest) as total from Campaigns where Since >= '2026-01-02T00:00:00-08:00'")).toEqual([
      { total: 6 },
    ]);
    await call('PUT', `Campaigns/${ids[1]}`, { body: { data: [{ Actual_Cost: 11 }] } });
    expect(await found('Campaigns', '(Rest:less_than:0)')).toEqual([ids[1]]);
  });

  test('copies are computed anew', async () => {
    await added('Leads', formula('Length', 'integer', 'Len(Company)', { assume_default: true }));
    const lead = await one('Leads', { Last_Name: 'Cloned', Company: 'four' });
    const answer = await call('POST', `Leads/${lead}/actions/clone`, { body: { data: [{ Company: 'seventy' }] } });
    expect(answer.status, answer.text).toBeLessThan(300);
    expect(await found('Leads', '(Length:equals:7)')).toEqual([answer.json.data[0].details.id]);
    await call('POST', 'Leads/actions/mass_update', {
      body: { data: [{ Company: 'fifteen letters' }], ids: [lead], over_write: true },
    });
    expect((await record('Leads', lead)).Length).toBe(15);
    expect(await found('Leads', '(Length:equals:15)')).toEqual([lead]);
  });
});

describe('what a formula may look at', () => {
  test('other formulas, but not itself by any way', async () => {
    const first = await added('Cases', formula('First', 'integer', '1 + 1'));
    await added('Cases', formula('Second', 'integer', 'First * 10'));
    await added('Cases', formula('Third', 'integer', 'Second + First'));
    const id = await one('Cases', { Subject: 'x', Status: 'New', Case_Origin: 'Web' });
    expect(await record('Cases', id)).toMatchObject({ First: 2, Second: 20, Third: 22 });
    const patch = (expression: string) =>
      call('PATCH', `settings/fields/${first.id}`, { ...of('Cases'), body: { fields: [{ formula: { expression } }] } });
    for (const expression of ['First', 'Third - 1']) {
      expect((await patch(expression)).json.fields[0]).toMatchObject({
        code: 'INVALID_DATA',
        details: { json_path: '$.fields[0].formula.expression', reason: 'the formula looks at its own value' },
      });
    }
    expect((await patch('7')).status).toBe(200);
    expect(await record('Cases', id)).toMatchObject({ First: 7, Second: 70, Third: 77 });
    const refused = await call('DELETE', `settings/fields/${first.id}`, of('Cases'));
    expect(refused.json.fields[0]).toMatchObject({ code: 'CANNOT_PROCESS', details: { api_name: 'Second' } });
  });

  test('many that look at each other are no trouble', async () => {
    let names: string[] = [];
    for (let index = 0; index < 24; index++) {
      const { api_name } = await added('Tasks', formula(`Sum ${index}`, 'double', ['1', ...names].join(' + ')));
      names = [...names, api_name];
    }
    const last = names.at(-1) as string;
    const id = await one('Tasks', { Subject: 'sums' });
    expect((await record('Tasks', id))[last]).toBe(2 ** 23);
  });

  test('by label, which may change afterwards', async () => {
    const field = await added('Quotes', { field_label: 'Rabatt i kroner', data_type: 'currency' });
    const of_ = `\${Quotes.Rabatt i kroner}`;
    const shown = await added('Quotes', formula('Half', 'currency', `${of_} / 2`));
    expect(shown).toMatchObject({ formula: { expression: `\${Quotes.${field.api_name}} / 2` } });
    await call('PATCH', `settings/fields/${field.id}`, {
      ...of('Quotes'),
      body: { fields: [{ field_label: 'Discount of ours' }] },
    });
    const line = { Product_Name: { id: await one('Products', { Product_Name: 'q' }) }, Quantity: 1, List_Price: 1 };
    const id = await one('Quotes', { Subject: 'x', Quoted_Items: [line], [field.api_name]: 10 });
    expect((await record('Quotes', id)).Half).toBe(5);
  });
});

test.each([
  [undefined, 'MANDATORY_NOT_FOUND', 'formula'],
  [5, 'INVALID_DATA', 'formula'],
  [{ return_type: 'double' }, 'MANDATORY_NOT_FOUND', 'formula.expression'],
  [{ return_type: 'double', expression: 5 }, 'INVALID_DATA', 'formula.expression'],
  [{ return_type: 'text', expression: "'\u0000'" }, 'INVALID_DATA', 'formula.expression'],
  [{ return_type: 'text', expression: "'\ud800'" }, 'INVALID_DATA', 'formula.expression'],
  [{ expression: '1' }, 'MANDATORY_NOT_FOUND', 'formula.return_type'],
  [{ return_type: 'lookup', expression: '1' }, 'INVALID_DATA', 'formula.return_type'],
  [{ return_type: '__proto__', expression: '1' }, 'INVALID_DATA', 'formula.return_type'],
  [{ return_type: 'date', expression: '1' }, 'INVALID_DATA', 'formula.return_type'],
  [{ return_type: 'double', expression: '1', assume_default: 'x' }, 'INVALID_DATA', 'formula.assume_default'],
  [{ return_type: 'double', expression: '1 +* 2' }, 'INVALID_DATA', 'formula.expression'],
])('the formula %j is refused', async (given, code, at) => {
  const answer = await post('Accounts', { field_label: 'Refused', data_type: 'formula', formula: given });
  expect(answer.status).toBe(400);
  expect(answer.json.fields[0]).toMatchObject({ code, details: { json_path: `$.fields[0].${at}` } });
});

test('what no column holds is not kept', async () => {
  await added('Solutions', formula('Huge', 'double', '10 ^ 300'));
  await added('Solutions', formula('Many', 'integer', '10 ^ 20'));
  await added('Solutions', formula('Part', 'datetime', "Adddate(Newdate(2026, 1, 1), 0.0000001, 'DAY')"));
  await added('Solutions', formula('Never', 'date', "Adddate(Datepart(Now()), 10 ^ 200, 'MONTH')"));
  const id = await one('Solutions', { Solution_Title: 'Limits' });
  const shown = { Huge: null, Many: null, Part: '2026-01-01T00:00:00-08:00', Never: null };
  expect(await record('Solutions', id)).toMatchObject(shown);
  expect(await coql('select Huge, Many, Part, Never from Solutions where id is not null')).toEqual([{ ...shown, id }]);
});

test('the place of a fault is told', async () => {
  const answer = await post('Accounts', formula('Refused', 'double', 'Annual_Revenue + Nothing'));
  expect(answer.json.fields[0].details).toMatchObject({ near: 'Nothing', line: 1, column: 18 });
});

test('who may not see what a formula looks at sees what it computes, and keeps it', async () => {
  const profiles = [{ id: '1000001000000026014', permission_type: 'hidden' }];
  await added('Contacts', { field_label: 'Secret', data_type: 'integer', profiles });
  await added('Contacts', formula('Known', 'integer', 'Secret + 1'));
  await crm.addUser('Limited');
  crm.store.spaces.forget(1_000_001);
  const [user] = await crm.database.query<{ zuid: string }>({
    text: `SELECT zuid FROM crm_user WHERE last_name = 'Limited' AND data_space = 1000001`,
  });
  const token = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
  const id = await one('Contacts', { Last_Name: 'x', Secret: 41 });
  await call('PUT', `Contacts/${id}`, { token, body: { data: [{ Last_Name: 'y', Known: 7 }] } });
  const seen = (await call('GET', `Contacts/${id}`, { token })).json.data[0];
  expect([seen.Last_Name, seen.Secret, seen.Known]).toEqual(['y', undefined, 42]);
  expect(await found('Contacts', '(Known:equals:42)')).toEqual([id]);
});
