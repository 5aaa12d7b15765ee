import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormulaType } from '../../fields/model/kind.ts';
import { isDate } from '../../fields/values/date-time.ts';
import { isStorable } from '../../fields/values/texts.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { compileFormula, withApiNames } from './compile-formula.ts';
import { functions } from './functions.ts';
import { FormulaFault } from './tokens.ts';

const leads = standardMetadata.find('Leads') as Module;
const data: Readonly<Record<string, unknown>> = {
  Annual_Revenue: 1200.5,
  No_of_Employees: 8,
  City: 'Trondheim',
  Lead_Status: 'Contacted',
  // 2026-03-08 01:30 in Los Angeles, half an hour before its clocks go forward.
  Created_Time: Date.UTC(2026, 2, 8, 9, 30),
};

function run(expression: string, assumeDefault = false, values = data) {
  return compileFormula(expression, leads).run({
    read: (key) => values[key],
    timeZone: 'America/Los_Angeles',
    nowMs: Date.UTC(2026, 6, 1, 3),
    assumeDefault,
  });
}

/** `${Leads.City}` */
const named = (name: string) => `\${${name}}`;

function fault(expression: string): FormulaFault {
  try {
    compileFormula(expression, leads);
  } catch (error) {
    if (error instanceof FormulaFault) return error;
    throw error;
  }
  throw new Error(`${expression} is a formula`);
}

describe('a formula computes', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['7 % 4', 3],
    ['1 / 0', null],
    ['Sqrt(-1)', null],
    ['.5 + 1.25', 1.75],
    ['Abs(-3) + Ceil(1.2) + Floor(1.8)', 6],
    ['Max(1, 5, 3) - Min(4, 2)', 3],
    ['Base10log(1000)', 3],
    [`${named('Leads.Annual Revenue')} * 2`, 2401],
    [`${named('!Leads.Annual_Revenue')} + ${named('No_of_Employees')}`, 1208.5],
    ['Annual_Revenue / No_of_Employees', 150.0625],
    // What is empty makes the rest empty.
    ['Len(Phone) + 1', null],
  ])('%s', (expression, value) => expect(run(expression)).toBe(value));

  test.each([
    ["'a' + \"b\" + 'c'", 'abc'],
    ["'it\\'s'", "it's"],
    ["Concat(City, ' ', 5, ' ', true)", 'Trondheim 5 true'],
    ["Concat('[', Phone, ']')", '[]'],
    ["Lower('ÅB') + Upper('x') + Trim('  y ')", 'åbXy'],
    ["Substring('abcdef', 2, 3) + Substring('abcdef', 5)", 'bcdef'],
    ["Replace('a-b-c', '-', '+')", 'a+b+c'],
    ["Find('a-b-c', '-', 2)", 4],
    ["Find('abc', 'x')", 0],
    ['Len(City)', 9],
    ["If(Contains(City, 'ond'), Lead_Status, 'no')", 'Contacted'],
    ["Startswith(City, 'Tr') && !Endswith(City, 'x')", true],
    ['Tostring(1.50)', '1.5'],
  ])('%s', (expression, value) => expect(run(expression)).toBe(value));

  test.each([
    ['1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3', true],
    ["'a' < 'b' || 1 / 0 > 1", true],
    ["City == 'Trondheim'", true],
    ["City <> 'Oslo'", true],
    ['City = Phone', false],
    ['Phone == Mobile', true],
    ['Phone != City', true],
    ["Phone < 'a' || Phone > 'a'", false],
    ['Isempty(Phone) && Not(Isempty(City))', true],
    ['And(true, 1 == 1, false)', false],
    ['Or(FALSE, True)', true],
    ['Email_Opt_Out', false],
  ])('%s', (expression, value) => expect(run(expression)).toBe(value));

  test.each([
    ['Newdate(2026, 2, 28, 11, 5, "PM")', Date.UTC(2026, 2, 1, 7, 5)],
    ['Newdate(2026, 2, 30)', null],
    ['Newdate(2026, 2, 28, 25, 0)', null],
    ['Datepart(Created_Time)', '2026-03-08'],
    ['Datepart(Now())', '2026-06-30'],
    ['Timepart(Created_Time)', '01:30'],
    ['Adddate(Datepart(Created_Time), 1, "MONTH")', '2026-04-08'],
    ['Adddate(Datepart(Newdate(2026, 1, 31)), 1, "Months")', '2026-02-28'],
    ['Subdate(Datepart(Newdate(2024, 2, 29)), 1, "year")', '2023-02-28'],
    // A day later by the clock is 23 hours later when clocks go forward.
    ['Adddate(Created_Time, 1, "DAY")', Date.UTC(2026, 2, 9, 8, 30)],
    ['Adddate(Created_Time, 1, "CENTURY")', null],
    ['Adddate(Created_Time, 99999, "YEAR")', null],
    ['Datebetween(Datepart(Newdate(2025, 1, 31)), Datepart(Newdate(2026, 1, 30)), "MONTH")', 11],
    ['Datebetween(Datepart(Newdate(2026, 1, 3)), Datepart(Newdate(2026, 1, 1)), "DAYS")', -2],
    ['Datecomp(Newdate(2026, 1, 1, 12, 0), Newdate(2026, 1, 1, 11, 0))', 60],
    ['Year(Now()) * 10000 + Month(Now()) * 100 + Dayofmonth(Now())', 20_260_630],
    ['Weekday(Created_Time)', 1],
    ['Hour(Created_Time) * 60 + Minute(Created_Time)', 90],
    ['Now() > Created_Time', true],
  ])('%s', (expression, value) => expect(run(expression)).toBe(value));

  test('with 0 and nothing in place of what is empty, when it says so', () => {
    const expression = "Len(Phone + 'x') + No_of_Employees";
    expect([run(expression, true, {}), run(expression, false, {})]).toEqual([1, null]);
  });

  test('one of the two values of a condition only', () => {
    expect(run("If(City == 'Oslo', 1 / 0, 4)")).toBe(4);
  });
});

describe('what is no formula', () => {
  test.each([
    ['', 1, ''],
    ['1 +', 4, ''],
    ['1 2', 3, '2'],
    ['(1', 3, ''],
    ['Abs(1', 6, ''],
    ['1 # 2', 3, '#'],
    ["'abc", 1, "'abc"],
    ['1 + ${City', 5, '${City'],
    ['1 + City', 3, 'text'],
    ["1 == 'a'", 3, 'text'],
    ['!5', 1, 'number'],
    ["-'a'", 1, 'text'],
    ['true && 1', 6, 'number'],
    ['Nothing', 1, 'Nothing'],
    ['constructor + 1', 1, 'constructor'],
    ['toString(1) + __proto__', 15, '__proto__'],
    ['Owner', 1, 'Owner'],
    ['id', 1, 'id'],
    ['Tag', 1, 'Tag'],
    ['Frobnicate(1)', 1, 'Frobnicate'],
    ['Abs()', 1, 'Abs'],
    ['Abs(1, 2)', 1, 'Abs'],
    ["Abs('x')", 5, 'text'],
    ["If(1, 2, 'x')", 4, 'number'],
    ["If(true, 2, 'x')", 13, 'text'],
    ['If(true, 2)', 1, 'If'],
  ])('%s', (expression, at, near) => {
    expect(fault(expression)).toMatchObject({ at, near });
  });

  test('too long, too deep, with too many values', () => {
    expect(fault(`${'1+'.repeat(1000)}1`).message).toContain('2000 characters');
    expect(fault(`${'('.repeat(60)}1${')'.repeat(60)}`).message).toContain('nested');
    expect(fault(`${'-'.repeat(60)}1`).message).toContain('nested');
    expect(fault(`${'2^'.repeat(60)}1`).message).toContain('nested');
    expect(fault(`Max(${'1,'.repeat(60)}1)`).message).toContain('too many');
    // Long is not deep.
    expect(run(`${'1+'.repeat(999)}1`)).toBe(1000);
  });

  test('texts stay within bounds', () => {
    const doubled = (times: number): string =>
      times === 0 ? 'City' : `Concat(${doubled(times - 1)},${'City,'.repeat(5)}City)`;
    expect((run(`Replace(${doubled(8)}, 'o', City)`) as string).length).toBeLessThanOrEqual(32_000);
  });
});

const pieces = [
  ...[...functions.keys(), 'If', 'true', 'City', 'Phone', 'Annual_Revenue', 'Created_Time', 'Email_Opt_Out'],
  ...[
    '0',
    '1',
    '2.5',
    '99999999999999999999',
    "'DAY'",
    "'ab'",
    "'😀'",
    '${',
    '}',
    '(',
    ')',
    ',',
    '+',
    '-',
    '*',
    '/',
    '%',
    '^',
  ],
  ...['==', '!=', '<', '>=', '&&', '||', '!', "'", '\\', ' '],
];

/** Formulas whose types fit, so that most of them run. */
const typed: Readonly<Record<FormulaType, fc.Arbitrary<string>>> = fc.letrec<Record<FormulaType, string>>((tie) => {
  const calls = (type: FormulaType) =>
    [...functions].flatMap(([name, { takes, gives }]) => {
      const kinds = takes.map((wanted) => (wanted === 'moment' ? 'datetime' : wanted === 'any' ? 'text' : wanted));
      if ((typeof gives === 'function' ? gives(kinds) : gives) !== type) return [];
      return [fc.tuple(...kinds.map((kind) => tie(kind))).map((parts) => `${name}(${parts.join(',')})`)];
    });
  const either = (type: FormulaType, ...leaves: string[]) =>
    fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...leaves),
      fc.tuple(tie('boolean'), tie(type), tie(type)).map((parts) => `If(${parts.join(',')})`),
      ...calls(type),
    );
  const joined = (type: FormulaType, ...signs: string[]) =>
    fc.tuple(tie(type), fc.constantFrom(...signs), tie(type)).map(([a, sign, b]) => `(${a} ${sign} ${b})`);
  return {
    number: fc.oneof(
      { maxDepth: 4 },
      either('number', '0', '1', '-3', '2.5', '99999999999999999999', 'Annual_Revenue'),
      joined('number', '+', '-', '*', '/', '%', '^'),
    ),
    text: fc.oneof(
      { maxDepth: 4 },
      either('text', 'City', 'Phone', "''", "'a'", "'😀x'", "'DAY'", "'MONTH'"),
      joined('text', '+'),
    ),
    boolean: fc.oneof({ maxDepth: 4 }, either('boolean', 'true', 'Email_Opt_Out'), joined('boolean', '&&', '||', '==')),
    date: either('date', 'Datepart(Now())', 'Datepart(Created_Time)'),
    datetime: either('datetime', 'Now()', 'Created_Time'),
  };
});

describe('whatever is written', () => {
  test('is a formula or a fault', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 15 }), (parts) => {
        const expression = parts.join('');
        try {
          run(expression);
        } catch (error) {
          if (!(error instanceof FormulaFault)) throw error;
          expect(error.at).toBeLessThanOrEqual(expression.length + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each(Object.keys(typed) as FormulaType[])('a formula that computes a %s does, or is empty', (type) => {
    const kind = { number: 'number', text: 'string', boolean: 'boolean', date: 'string', datetime: 'number' }[type];
    fc.assert(
      fc.property(typed[type], fc.boolean(), (expression, assumeDefault) => {
        fc.pre(expression.length <= 2000);
        const value = run(expression, assumeDefault);
        if (value === null) return;
        expect(typeof value).toBe(kind);
        if (typeof value === 'string') expect(isStorable(value)).toBe(true);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        if (type === 'datetime') expect(Number.isInteger(value)).toBe(true);
        if (type === 'date') expect(isDate(value as string)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

test('labels are kept as API names, for labels change', () => {
  const written = `Concat(${named('Leads.Annual Revenue')}, City, 'Annual Revenue', ${named(' Leads.No. of Employees ')})`;
  expect(withApiNames(written, leads)).toBe(
    `Concat(${named('Leads.Annual_Revenue')}, City, 'Annual Revenue', ${named('Leads.No_of_Employees')})`,
  );
});
