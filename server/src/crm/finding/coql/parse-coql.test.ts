import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../kernel/errors.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { findVersion, type Version } from '../../kernel/versions.ts';
import { checkQuery } from './check-query.ts';
import { parseCoql } from './parse-coql.ts';

const version = (name: string) => findVersion(name) as Version;
// A Tuesday in Los Angeles, Wednesday already in most of the world.
const reader = { userId: '1000001000010000001', timeZone: 'America/Los_Angeles', nowMs: Date.UTC(2026, 2, 11, 3) };
/** `<TODAY>` stands for the word that the wire writes with a dollar and braces. */
const worded = (query: string) => query.replaceAll(/<([A-Za-z]+)>/g, `$${'{'}$1}`);
const check = (query: string, name = 'v8') =>
  checkQuery(parseCoql(worded(query)), standardMetadata, version(name), reader);

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the grammar of COQL (crm-api 8)', () => {
  test('every clause', () => {
    const tree = parseCoql(
      `SELECT Last_Name AS 'Family name', Account_Name.Parent_Account.Account_Name, COUNT(*), 'What_Id->Leads.Last_Name'
       From Contacts#1000001000087501 where ((A = 1 and B not in ('x', 'it''s', 'a\\'b')) or C is not null)
       group by Last_Name order by Last_Name desc, id limit 10, 5`,
    );
    expect(tree).toMatchObject({
      columns: [
        { alias: 'Family name', column: { parts: [{ name: 'Last_Name' }] } },
        { column: { text: 'Account_Name.Parent_Account.Account_Name' } },
        { aggregate: 'COUNT', column: undefined },
        { column: { parts: [{ name: 'What_Id', module: 'Leads' }, { name: 'Last_Name' }] } },
      ],
      module: 'Contacts',
      view: '1000001000087501',
      where: {
        kind: 'any',
        parts: [{ kind: 'all', parts: [{}, { values: ['x', "it's", "a'b"], negated: true }] }, {}],
      },
      orderBy: [{ ascending: false }, { ascending: true }],
      offset: 10,
      limit: 5,
    });
  });

  test.each<[string, object]>([
    ['', { near: '', line: 1, column: 1 }],
    ['selekt x', { near: 'selekt', line: 1, column: 1 }],
    ['select Last_Name from Leads', { clause: 'where' }],
    ['select Last_Name from Leads limit 5', { clause: 'where' }],
    ['select Last_Name from Leads order by id', { clause: 'where' }],
    ['select Last_Name', { clause: 'from' }],
    ["select Last_Name where Last_Name = 'x'", { clause: 'from' }],
    ['select Last_Name from Leads where Created_Time = <today>', { near: '{today}' }],
    ['select Last_Name\nfrom Leads\nwhere Last_Name ~ 1', { near: '~', line: 3, column: 17 }],
    ["select Last_Name from Leads where Last_Name = 'x", { near: "'x", line: 1, column: 47 }],
    ['select Last_Name from Leads where (Last_Name = 1', { near: '', line: 1, column: 49 }],
    ["select Last_Name from Leads where Last_Name = 'x' limit 1.5", { near: '1.5' }],
    ["select Last_Name from Leads where Last_Name = 'x'; drop table crm_record", { near: ';' }],
    ["select Last_Name from Leads where Last_Name = 'x' union select 1", { near: 'union' }],
  ])('%j is refused with its place', (query, details) => {
    const refusal = refusalOf(() => parseCoql(worded(query)));
    expect(refusal.code).toBe('SYNTAX_ERROR');
    expect(refusal.body.details).toMatchObject(details);
  });

  test('no text makes it fail otherwise than by a refusal, and none takes long', () => {
    const pieces = fc.constantFrom(
      ...'select from where and or not in like between is null group order by limit offset as Last_Name Leads Owner'.split(
        ' ',
      ),
      ..."( ) , . = != < -> # * ! 'x' ' 1 -1 \\ ; -- COUNT( SUM( ${".split(' '),
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(' ')),
      fc.array(pieces, { maxLength: 20 }).map((parts) => `select Last_Name from Leads where ${parts.join(' ')}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          check(text);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
    const started = performance.now();
    const terms = Array.from({ length: 10_000 }, () => "Last_Name = 'x'").join(' and ');
    for (const where of [terms, '('.repeat(10_000), "'".repeat(10_000), "''".repeat(9_000), ' '.repeat(9_000)]) {
      expect(['LIMIT_EXCEEDED', 'SYNTAX_ERROR']).toContain(
        refusalOf(() => check(`select Last_Name from Leads where ${where}`)).code,
      );
    }
    expect(performance.now() - started).toBeLessThan(300);
  });
});

describe('words that depend on who asks', () => {
  const testOf = (where: string) => {
    const { condition } = check(`select id from Tasks where ${where}`);
    if (condition.kind !== 'test') throw new Error(`${condition.kind} is no test`);
    const { operator, values } = condition;
    return [operator, ...values.map((value) => (typeof value === 'number' ? new Date(value).toISOString() : value))];
  };

  test.each<[string, unknown[]]>([
    ['Due_Date = <TODAY>', ['equals', '2026-03-10']],
    ["Due_Date = '<TOMORROW>'", ['equals', '2026-03-11']],
    ['Due_Date < <YESTERDAY>', ['less', '2026-03-09']],
    ['Due_Date = <CURRENTWEEK>', ['between', '2026-03-08', '2026-03-14']],
    ['Due_Date > <LASTWEEK>', ['greater', '2026-03-07']],
    ['Due_Date >= <NEXTWEEK>', ['greater_equal', '2026-03-15']],
    ['Due_Date <= <LASTMONTH>', ['less_equal', '2026-02-28']],
    ['Due_Date between <CURRENTMONTH> and <NEXTMONTH>', ['between', '2026-03-01', '2026-04-30']],
    // The clocks of Los Angeles change on March 8th.
    ['Created_Time = <TODAY>', ['between', '2026-03-10T07:00:00.000Z', '2026-03-11T06:59:59.000Z']],
    ['Created_Time > <CURRENTMONTH>', ['greater', '2026-04-01T06:59:59.000Z']],
    ['Created_Time >= <CURRENTMONTH>', ['greater_equal', '2026-03-01T08:00:00.000Z']],
    ['Owner = <CURRENTUSER>', ['equals', '1000001000010000001']],
    ["Owner in (<CURRENTUSER>, '5')", ['in', '1000001000010000001', '5']],
    ["Subject = '<TODAY>'", ['equals', worded('<TODAY>')]],
  ])('%s', (where, expected) => expect(testOf(where)).toEqual(expected));
});

describe('what a query may ask (crm-api 8)', () => {
  const everything = ['=', '!=', '<', '<=', '>', '>=', 'in', 'between', 'like', 'is null'];
  const text = ['=', '!=', 'like', 'in', 'is null'];
  const ordered = ['=', '!=', '<', '<=', '>', '>=', 'between', 'in', 'is null'];
  test.each<[string, string, string[]]>([
    ['Last_Name', "'x'", text],
    ['Lead_Source', "'x'", text],
    ['Email', "'x'", text],
    ['Owner', "'1000001000010000001'", ['=', '!=', 'in', 'is null']],
    ['Converted_Account', '1000001000010000001', ['=', '!=', 'in', 'is null']],
    ['No_of_Employees', '5', ordered],
    ['Annual_Revenue', '5.5', ordered],
    ['Created_Time', "'2026-01-01T00:00:00+00:00'", ordered],
    ['Email_Opt_Out', 'true', ['=']],
  ])('%s', (column, value, allowed) => {
    for (const operator of everything) {
      const operand =
        operator === 'in'
          ? `(${value})`
          : operator === 'between'
            ? `${value} and ${value}`
            : operator === 'is null'
              ? ''
              : value;
      const work = () => check(`select id from Leads where ${column} ${operator} ${operand}`);
      if (allowed.includes(operator)) expect(work().condition).toMatchObject({ kind: 'test' });
      else
        expect(refusalOf(work).body).toMatchObject({
          code: 'INVALID_QUERY',
          details: { column_name: column, operator },
        });
    }
  });

  const where = "where Last_Name = 'x'";
  const many = (count: number, of: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => of(i)).join(', ');
  test.each<[string, string, object, string?]>([
    [
      `select Nope from Leads ${where}`,
      'INVALID_QUERY',
      { column_name: 'Nope', reason: 'column given seems to be invalid' },
    ],
    [`select Owner.nope from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Owner.nope' }],
    [`select Company.Account_Name from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Company.Account_Name' }],
    [`select What_Id->Users.email from Tasks where Subject = 'x'`, 'INVALID_QUERY', {}],
    [`select Last_Name from Nope ${where}`, 'INVALID_QUERY', { module: 'Nope' }],
    [`select Last_Name from leads ${where}`, 'INVALID_QUERY', { module: 'leads' }],
    [`select Tag from Leads ${where}`, 'INVALID_QUERY', { reason: 'unsupported data type' }],
    ["select id from Leads where No_of_Employees = 'many'", 'INVALID_QUERY', { expected_data_type: 'integer' }],
    [`select Last_Name, Last_Name from Leads ${where}`, 'DUPLICATE_DATA', { column_name: 'Last_Name' }],
    [`select id from Leads ${where} order by Company, Company desc`, 'DUPLICATE_DATA', { column_name: 'Company' }],
    [`select COUNT(id) from Leads ${where} group by City, City`, 'DUPLICATE_DATA', { column_name: 'City' }],
    [`select !Contacts.Last_Name from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Last_Name' }],
    ['select id from Leads where Created_Time in (<TODAY>)', 'INVALID_QUERY', { expected_data_type: 'datetime' }],
    ['select id from Leads where Owner = <TODAY>', 'INVALID_QUERY', { expected_data_type: 'ownerlookup' }],
    [`select Owner.module.api_name from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Owner.module.api_name' }],
    [`select Last_Name as a, Company as a from Leads ${where}`, 'DUPLICATE_ALIAS', { alias: 'a' }],
    [`select Last_Name as id from Leads ${where}`, 'INVALID_ALIAS', { alias: 'id' }],
    [`select Last_Name as Company, Company from Leads ${where}`, 'INVALID_ALIAS', { alias: 'Company' }],
    [`select SUM(Last_Name) from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Last_Name' }],
    [`select COUNT(Last_Name) from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Last_Name' }],
    [`select Last_Name, COUNT(id) from Leads ${where}`, 'INVALID_QUERY', { column_name: 'Last_Name' }],
    [`select Last_Name from Leads ${where} limit 2001`, 'LIMIT_EXCEEDED', { by: 'limit', limit: 2000 }],
    [`select Last_Name from Leads ${where} limit 201`, 'LIMIT_EXCEEDED', { by: 'limit', limit: 200 }, 'v7'],
    [`select Last_Name from Leads ${where} limit 0`, 'LIMIT_EXCEEDED', { by: 'limit' }],
    [
      `select Last_Name from Leads ${where} limit 200 offset 9900`,
      'LIMIT_EXCEEDED',
      { by: 'offset', limit: 10_000 },
      'v7',
    ],
    [
      `select ${many(51, (i) => `Last_Name as a${i}`)} from Leads ${where}`,
      'LIMIT_EXCEEDED',
      { by: 'column', limit: 50 },
      'v6',
    ],
    [
      `select id from Leads where Last_Name in (${many(51, (i) => `'${i}'`)})`,
      'LIMIT_EXCEEDED',
      { by: 'in', limit: 50 },
      'v6',
    ],
    [
      `select id from Leads where Last_Name in (${many(101, (i) => `'${i}'`)})`,
      'LIMIT_EXCEEDED',
      { by: 'in', limit: 100 },
    ],
    [`select id from Leads ${where} order by ${many(11, () => 'id')}`, 'LIMIT_EXCEEDED', { by: 'order by', limit: 10 }],
    [
      `select COUNT(id) from Leads ${where} group by ${many(5, () => 'City')}`,
      'LIMIT_EXCEEDED',
      { by: 'group by', limit: 4 },
    ],
    [
      `select Reporting_To.Account_Name.Parent_Account.Account_Name from Contacts ${where}`,
      'LIMIT_EXCEEDED',
      { by: 'join', limit: 2 },
    ],
  ])('%s', (query, code, details, name) => {
    const refusal = refusalOf(() => check(query, name));
    expect(refusal.body).toMatchObject({ code, details });
  });
});
