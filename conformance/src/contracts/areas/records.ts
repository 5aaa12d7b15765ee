import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

const data = (...items: object[]) => ({ body: { data: items } });
const many = (count: number, of: (index: number) => unknown) => Array.from({ length: count }, (_, index) => of(index));

async function setUp(stage: Stage) {
  const lead = await stage.lead({ Email: 'first@engines.example', Phone: '+1 555 0101' });
  await stage.lead();
  const tokenOf = async (query: Record<string, string>): Promise<string> =>
    (await stage.prepare('GET', 'Leads', { query })).info.next_page_token;
  const [product] = await stage.create('Products', { Product_Name: stage.fresh('Gear') });
  return {
    stage,
    lead,
    tokenOf,
    product: product as string,
    ownerId: stage.ownerId,
    nobody: stage.id(999_999_999_999),
  };
}

const fields = 'Last_Name,Company';
const listed = { query: { fields } };

export const records = area('record.json', setUp, {
  'GET {module_api_name}': [
    [200, listed],
    [200, { query: { fields: 'Last_Name,Owner,Tag,Created_Time,$editable', per_page: '1', sort_order: 'asc' } }],
    [
      200,
      async ({ tokenOf }) => ({
        query: { fields, per_page: '1', page_token: await tokenOf({ fields, per_page: '1' }) },
      }),
    ],
    [200, ({ lead, nobody }) => ({ query: { fields, ids: `${lead},${nobody}` } })],
    [200, ({ stage }) => ({ query: { fields, cvid: stage.id(87_501) } })],
    [204, { at: { module_api_name: 'Campaigns' }, query: { fields: 'Campaign_Name' } }],
    [204, { query: { fields, page: '9' } }],
    [304, { query: { fields }, headers: { 'If-Modified-Since': '2030-01-01T00:00:00+00:00' } }],
    ['REQUIRED_PARAM_MISSING', {}],
    ['LIMIT_EXCEEDED', { query: { fields: many(51, (index) => `F${index}`).join() } }],
    ['INVALID_MODULE', { at: { module_api_name: 'Nope' }, ...listed }],
    ['INVALID_MODULE', { at: { module_api_name: 'Reports' }, ...listed }],
    ['DISCRETE_PAGINATION_LIMIT_EXCEEDED', { query: { fields, page: '11', per_page: '200' } }],
    ['INVALID_DATA', { query: { fields, page_token: 'broken' } }],
    [
      'TOKEN_BOUND_DATA_MISMATCH',
      async ({ tokenOf }) => ({
        query: { fields: 'Phone', per_page: '1', page_token: await tokenOf({ fields, per_page: '1' }) },
      }),
    ],
    [
      'AMBIGUITY_DURING_PROCESSING',
      async ({ tokenOf }) => ({
        query: { fields, page: '2', per_page: '1', page_token: await tokenOf({ fields, per_page: '1' }) },
      }),
    ],
    ['AMBIGUITY_DURING_PROCESSING', ({ stage }) => ({ query: { fields, cvid: stage.id(87_501), sort_by: 'id' } })],
    ['INVALID_DATA', ({ nobody }) => ({ query: { fields, cvid: nobody } })],
    ['INVALID_DATA', { query: { fields, sort_by: 'Company' } }],
  ],
  'POST {module_api_name}': [
    [201, data({ Last_Name: 'One' })],
    [
      201,
      ({ ownerId }) =>
        data({ Last_Name: 'Two', Owner: { id: ownerId }, Tag: [{ name: 'Prime' }], Email_Opt_Out: true }),
    ],
    [201, { body: { data: [{ Last_Name: 'Three' }], trigger: [], skip_feature_execution: [{ name: 'cadences' }] } }],
    [
      201,
      ({ product }) => ({
        at: { module_api_name: 'Quotes' },
        ...data({ Subject: 'Gears', Quoted_Items: [{ Product_Name: { id: product }, Quantity: 2, List_Price: 3 }] }),
      }),
    ],
    [207, data({ Last_Name: 'Good' }, { Company: 'Nameless' })],
    ['MANDATORY_NOT_FOUND', data({ Company: 'Nameless' })],
    ['INVALID_DATA', data({ Last_Name: 'x'.repeat(81) })],
    ['INVALID_DATA', data({ Last_Name: 'x', Email: 'no address' })],
    ['INVALID_DATA', data({ Last_Name: 'x', Email_Opt_Out: 'true' })],
    ['INVALID_DATA', ({ nobody }) => data({ Last_Name: 'x', Owner: { id: nobody } })],
    ['LIMIT_EXCEEDED', data({ Last_Name: 'x', Tag: many(11, (index) => ({ name: `t${index}` })) })],
    ['INVALID_DATA', { body: { data: many(101, () => ({ Last_Name: 'x' })) } }],
    ['INVALID_DATA', ({ nobody }) => ({ body: { data: [{ Last_Name: 'x' }], lar_id: nobody } })],
    ['INVALID_DATA', { body: { data: { Last_Name: 'x' } } }],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
  'PUT {module_api_name}': [
    [200, ({ lead }) => data({ id: lead, Company: 'New' })],
    [207, ({ lead, nobody }) => data({ id: lead, Company: 'Newer' }, { id: nobody })],
    ['MANDATORY_NOT_FOUND', data({ Company: 'x' })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => data({ id: lead, Last_Name: null })],
    ['INVALID_DATA', ({ nobody }) => data({ id: nobody, Company: 'x' })],
    [
      'ALREADY_MODIFIED 412',
      ({ lead }) => ({ ...data({ id: lead }), headers: { 'If-Unmodified-Since': '2020-01-01T00:00:00+00:00' } }),
    ],
  ],
  'DELETE {module_api_name}': [
    [200, async ({ stage }) => ({ query: { ids: `${await stage.lead()},${await stage.lead()}` } })],
    [200, async ({ stage }) => ({ query: { ids: await stage.lead(), wf_trigger: 'false' } })],
    [207, async ({ stage, nobody }) => ({ query: { ids: `${await stage.lead()},${nobody}` } })],
    ['REQUIRED_PARAM_MISSING', {}],
    ['UNABLE_TO_PARSE_DATA_TYPE', { query: { ids: 'abc' } }],
    ['INVALID_DATA', ({ nobody }) => ({ query: { ids: nobody } })],
  ],
  'GET {module_api_name}/{id}': [
    [200, ({ lead }) => ({ at: { id: lead } })],
    [200, ({ lead }) => ({ at: { id: lead }, query: { fields: 'Last_Name' } })],
    [304, ({ lead }) => ({ at: { id: lead }, headers: { 'If-Modified-Since': '2030-01-01T00:00:00+00:00' } })],
    ['INVALID_DATA 404', ({ nobody }) => ({ at: { id: nobody } })],
    ['INVALID_DATA', { at: { id: 'abc' } }],
    ['INVALID_DATA', { at: { id: 'abc' }, headers: { 'X-EXTERNAL': 'Leads.Nope' } }],
  ],
  'PUT {module_api_name}/{id}': [
    [200, ({ lead }) => ({ at: { id: lead }, ...data({ Company: 'Newest' }) })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody }, ...data({ Company: 'x' }) })],
    ['INVALID_DATA', ({ lead }) => ({ at: { id: lead }, ...data({ No_of_Employees: 'many' }) })],
    ['MANDATORY_NOT_FOUND', ({ lead }) => ({ at: { id: lead }, ...data({ Last_Name: '' }) })],
    [
      'ALREADY_MODIFIED 412',
      ({ lead }) => ({
        at: { id: lead },
        ...data({ Company: 'x' }),
        headers: { 'If-Unmodified-Since': '2020-01-01T00:00:00+00:00' },
      }),
    ],
  ],
  'DELETE {module_api_name}/{id}': [
    [200, async ({ stage }) => ({ at: { id: await stage.lead() } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody } })],
    ['INVALID_DATA', { at: { id: 'abc' } }],
  ],
  'POST {module_api_name}/upsert': [
    [200, ({ stage }) => data({ Last_Name: 'Up', Email: `${stage.fresh('up').replace(' ', '')}@engines.example` })],
    [200, { body: { data: [{ Last_Name: 'Up', Email: 'first@engines.example' }], duplicate_check_fields: ['Email'] } }],
    [207, data({ Last_Name: 'Up' }, { Last_Name: 5 })],
    ['MANDATORY_NOT_FOUND', data({ Company: 'x' })],
    ['INVALID_DATA', { body: { data: [{ Last_Name: 'Up' }], duplicate_check_fields: ['Nope'] } }],
    ['INVALID_MODULE', { at: { module_api_name: 'Tasks' }, ...data({ Subject: 'x' }) }],
  ],
  'POST {module_api_name}/{id}/actions/clone': [
    [201, ({ lead }) => ({ at: { id: lead } })],
    [201, ({ lead }) => ({ at: { id: lead }, ...data({ Company: 'Copy' }) })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { id: nobody } })],
    ['INVALID_DATA', ({ lead }) => ({ at: { id: lead }, ...data({ Company: 5 }) })],
  ],
  'GET {module_api_name}/deleted': [
    [
      200,
      async ({ stage }) => {
        await stage.prepare('DELETE', `Leads/${await stage.lead()}`);
        return { query: { type: 'all' } };
      },
    ],
    [200, { query: { type: 'recycle', per_page: '1' } }],
    [204, { query: { type: 'permanent' } }],
    [304, { headers: { 'If-Modified-Since': '2030-01-01T00:00:00+00:00' } }],
    ['PATTERN_NOT_MATCHED', { query: { type: 'nope' } }],
    ['INVALID_MODULE', { at: { module_api_name: 'Nope' } }],
  ],
});
