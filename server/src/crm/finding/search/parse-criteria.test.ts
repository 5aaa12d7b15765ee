import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../kernel/errors.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { checkCriteria } from './check-criteria.ts';
import { type Criteria, formatCriteria } from './criteria-tree.ts';
import { maxConditions, parseCriteria } from './parse-criteria.ts';

const leads = standardMetadata.find('Leads') as NonNullable<ReturnType<typeof standardMetadata.find>>;

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const condition = (name: string, operator: string, ...values: string[]) =>
  expect.objectContaining({ kind: 'condition', name, operator, values });

describe('the grammar of criteria (crm-api 6.10)', () => {
  test.each<[string, unknown]>([
    ['(Last_Name:equals:Burns)', condition('Last_Name', 'equals', 'Burns')],
    ['Last_Name:equals:Burns', condition('Last_Name', 'equals', 'Burns')],
    ['((Last_Name:equals:Burns))', condition('Last_Name', 'equals', 'Burns')],
    [String.raw`(Company:equals:A\, B \(C\) \\ D)`, condition('Company', 'equals', String.raw`A, B (C) \ D`)],
    ['(Lead_Source:in:A,B\\,C)', condition('Lead_Source', 'in', 'A', 'B,C')],
    [
      '(Created_Time:less_than:2026-01-01T00:00:00+00:00)',
      condition('Created_Time', 'less_than', '2026-01-01T00:00:00+00:00'),
    ],
    [
      '(a:equals:1)and(b:equals:2)or(c:equals:3)',
      expect.objectContaining({ kind: 'any', parts: [expect.objectContaining({ kind: 'all' }), expect.anything()] }),
    ],
    [
      '((a:equals:1) and ((b:equals:2) or (c:equals:3)))',
      expect.objectContaining({ kind: 'all', parts: [expect.anything(), expect.objectContaining({ kind: 'any' })] }),
    ],
  ])('%s', (text, expected) => {
    expect(parseCriteria(text)).toEqual(expected);
  });

  test.each([
    ['', 1],
    ['(', 2],
    ['()', 2],
    ['(Last_Name)', 11],
    ['(Last_Name:equals', 18],
    ['(Last_Name:equals:x', 20],
    ['(Last_Name:equals:x) nor (a:equals:b)', 22],
    ['((a:equals:b)and)', 17],
    ['(a:equals:b))', 13],
    ['(1=1:equals:b)', 2],
  ])('%j is refused at position %i', (text, position) => {
    const refusal = refusalOf(() => parseCriteria(text));
    expect(refusal.code).toBe('INVALID_QUERY');
    expect(refusal.body.details).toMatchObject({ position, reason: expect.any(String) });
  });

  test('what is written is what is read', () => {
    const words = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/);
    const leaf = fc
      .record({
        name: words,
        operator: words,
        values: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
      })
      .map((each): Criteria => ({ kind: 'condition', ...each, value: '', at: 0 }));
    const tree = fc.letrec<{ tree: Criteria }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc
          .tuple(fc.constantFrom('all' as const, 'any' as const), tie('tree'), tie('tree'))
          .map(([kind, a, b]): Criteria => ({ kind, parts: [a, b] })),
      ),
    })).tree;
    const plain = (criteria: Criteria): unknown =>
      criteria.kind === 'condition'
        ? [criteria.name, criteria.operator, criteria.values]
        : [criteria.kind, criteria.parts.map(plain)];
    fc.assert(
      fc.property(tree, (criteria) => {
        expect(plain(parseCriteria(formatCriteria(criteria)))).toEqual(plain(criteria));
      }),
    );
  });

  test('no text at all makes it fail otherwise than by a refusal', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      'and',
      'or',
      ':',
      ',',
      '\\',
      ' ',
      'Last_Name',
      'equals',
      'x',
      "'",
      ';--',
      '\u0000',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          checkCriteria(parseCriteria(text), leads);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('ten thousand conditions and ten thousand brackets are refused at once', () => {
    const started = performance.now();
    const many = Array.from({ length: 10_000 }, () => '(Last_Name:equals:x)').join('and');
    expect(refusalOf(() => parseCriteria(many)).body).toMatchObject({
      code: 'CRITERIA_LIMIT_EXCEEDED',
      message: 'no of criterium that can be given exceed the limit 15',
      details: { limit: maxConditions },
    });
    expect(refusalOf(() => parseCriteria('('.repeat(10_000))).code).toBe('INVALID_QUERY');
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('what fields may be asked (crm-api 6.10)', () => {
  const text = ['equals', 'not_equal', 'starts_with', 'in'];
  const ordered = ['equals', 'not_equal', 'greater_than', 'greater_equal', 'less_than', 'less_equal', 'between', 'in'];
  const all = [...new Set([...text, ...ordered, 'contains', 'like', '=', 'constructor'])];
  const rows: [string, string, string[]][] = [
    ['Last_Name', 'x', text],
    ['Email', 'a@example.com', text],
    ['Phone', '1', text],
    ['Website', 'x', text],
    ['Description', 'x', ['equals', 'not_equal', 'starts_with']],
    ['Lead_Source', 'x', ['equals', 'not_equal', 'in']],
    ['Owner', '1000001000010000001', ['equals', 'not_equal', 'in']],
    ['Converted_Account', '1000001000010000001', ['equals', 'not_equal', 'in']],
    ['No_of_Employees', '5', ordered],
    ['Annual_Revenue', '5.5', ordered],
    ['Created_Time', '2026-01-01T00:00:00Z', ordered],
    ['Email_Opt_Out', 'true', ['equals', 'not_equal']],
  ];
  test.each(rows)('%s', (name, value, allowed) => {
    for (const operator of all) {
      const values = operator === 'between' ? `${value},${value}` : value;
      const work = () => checkCriteria(parseCriteria(`(${name}:${operator}:${values})`), leads);
      if (operator === '=') expect(refusalOf(work).code).toBe('INVALID_QUERY');
      else if (allowed.includes(operator)) expect(work()).toMatchObject({ kind: 'test' });
      else
        expect(refusalOf(work).body.details).toMatchObject({
          reason: 'invalid operator found',
          api_name: name,
          operator,
        });
    }
  });

  test.each([
    ['(No_of_Employees:equals:many)', { expected_data_type: 'integer', api_name: 'No_of_Employees', value: 'many' }],
    ['(Created_Time:equals:today)', { expected_data_type: 'datetime' }],
    ['(Owner:equals:Ada)', { expected_data_type: 'ownerlookup' }],
    ['(Email_Opt_Out:equals:yes)', { expected_data_type: 'boolean' }],
    ['(No_of_Employees:between:1)', { reason: 'invalid value for search' }],
    ['(Last_Name:equals:)', { reason: 'invalid value for search' }],
    [
      `(Last_Name:in:${Array.from({ length: 101 }, (_, i) => i).join(',')})`,
      { reason: 'Only 100 values are allowed in "IN" criteria' },
    ],
    ['(Tag:equals:x)', { reason: 'the field is not available for search', api_name: 'Tag' }],
    ['(__proto__:equals:x)', {}],
  ])('%s is refused', (criteria, details) => {
    const refusal = refusalOf(() => checkCriteria(parseCriteria(criteria), leads));
    expect(refusal.code).toBe('INVALID_QUERY');
    expect(refusal.body.details).toMatchObject(details);
  });
});
