import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const company = stage.fresh('Finders');
  await stage.lead({ Company: company, Email: 'found@engines.example', Phone: '+1 555 0199', No_of_Employees: 7 });
  return { stage, company, all: stage.id(87_501) };
}

const query = (values: Readonly<Record<string, string>>) => ({ query: values });
const select = (select_query: string) => ({ body: { select_query } });
const conditions = (count: number) =>
  Array.from({ length: count }, (_, index) => `(Company:equals:${index})`).join('or');

export const recordSearch = area('record_search.json', setUp, {
  'GET {module_api_name}/search': [
    [200, ({ company }) => query({ criteria: `(Company:equals:${company})` })],
    [200, ({ company }) => query({ criteria: `((Company:starts_with:${company})and(No_of_Employees:between:5,9))` })],
    [200, query({ criteria: '(Last_Name:in:Lovelace,Nobody)', fields: 'Last_Name', per_page: '1', page: '1' })],
    [200, query({ email: 'found@engines.example', fields: 'Email' })],
    [200, query({ phone: '+1 555 0199' })],
    [200, query({ word: 'Finders', converted: 'both' })],
    [204, query({ criteria: '(Company:equals:Nothing at all)' })],
    ['EXPECTED_PARAM_MISSING', {}],
    ['INVALID_QUERY', query({ criteria: '(Nope:equals:x)' })],
    ['INVALID_QUERY', query({ criteria: '(No_of_Employees:starts_with:1)' })],
    ['INVALID_QUERY', query({ criteria: '(No_of_Employees:equals:x)' })],
    ['INVALID_QUERY', query({ criteria: 'no criteria' })],
    ['INVALID_QUERY', query({ criteria: `(Company:in:${Array.from({ length: 101 }, (_, each) => each).join()})` })],
    ['CRITERIA_LIMIT_EXCEEDED', query({ criteria: `(${conditions(16)})` })],
    ['INVALID_DATA', query({ word: 'x' })],
    ['LIMIT_REACHED', query({ word: 'Finders', page: '11', per_page: '200' })],
    ['INVALID_MODULE', { at: { module_api_name: 'Attachments' }, ...query({ word: 'Finders' }) }],
  ],
});

export const recordCount = area('record_count.json', setUp, {
  'GET {module_api_name}/actions/count': [
    [200, {}],
    [200, ({ all }) => query({ cvid: all })],
    [200, query({ criteria: '(Company:starts_with:Finders)' })],
    [200, query({ email: 'found@engines.example' })],
    [200, query({ phone: '+1 555 0199' })],
    [200, query({ word: 'Finders', converted: 'true' })],
    ['AMBIGUITY_DURING_PROCESSING', ({ all }) => query({ cvid: all, criteria: '(Company:equals:x)' })],
    ['INVALID_QUERY', query({ criteria: '(Nope:equals:x)' })],
    ['INVALID_DATA', ({ stage }) => query({ cvid: stage.id(999_999_999_999) })],
    ['INVALID_DATA', query({ word: 'x' })],
  ],
});

export const coql = area('coql.json', setUp, {
  'POST coql': [
    [
      200,
      ({ company }) => select(`select Last_Name, Owner, Created_Time from Leads where Company = '${company}' limit 2`),
    ],
    [200, { body: { select_query: 'select Last_Name from Leads where id is not null', include_meta: ['fields'] } }],
    [200, select('select COUNT(id), MAX(No_of_Employees) as most from Leads where id is not null group by Company')],
    [
      200,
      select(
        "select id from Leads where (Last_Name like 'Love%' and (Company != 'x' or Email is null)) order by id asc limit 0, 5",
      ),
    ],
    [204, select("select id from Leads where Last_Name = 'Nothing at all'")],
    ['SYNTAX_ERROR', select('select from')],
    ['SYNTAX_ERROR', select('select id from Leads')],
    ['INVALID_QUERY', select('select Nope from Leads where id is not null')],
    ['INVALID_QUERY', select("select id from Leads where No_of_Employees = 'many'")],
    ['INVALID_QUERY', select('select id from Leads where Email_Opt_Out > true')],
    ['INVALID_QUERY', select('select id from Nope where id is not null')],
    ['LIMIT_EXCEEDED', select('select id from Leads where id is not null limit 2001')],
    ['DUPLICATE_DATA', select('select Company, Company from Leads where id is not null')],
    ['DUPLICATE_ALIAS', select('select Company as a, Last_Name as a from Leads where id is not null')],
    ['MANDATORY_NOT_FOUND', { body: {} }],
  ],
});
