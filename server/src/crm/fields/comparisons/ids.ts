import { isId, readId } from '../../kernel/ids.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import type { Comparison } from '../model/comparison.ts';
import { base } from './base.ts';
import { ofIds } from './operators.ts';
import { byCodePoint } from './orders.ts';

/** The id in a value: the value itself, or that of what names its module as well. */
function idIn(stored: StoredValue): string {
  return String(typeof stored === 'object' ? (stored as { id?: unknown }).id : stored);
}

/** Ids of records and users. */
export const id: Comparison = {
  ...base,
  ...ofIds,
  aggregates: ['COUNT'],
  words: 'user',
  terms: 'values',
  selective: true,
  readLiteral: (_, trimmed) => (isId(trimmed) ? readId(trimmed) : undefined),
  testSql: ({ values }, { sql, inTable }, writer) =>
    `${sql} = ANY (${writer.parameter(values.map(String))}::${inTable ? 'bigint' : 'text'}[])`,
  passes: ({ values }, stored) => values.some((value) => String(value) === idIn(stored)),
  compare: (a, b) => byCodePoint(idIn(a), idIn(b)),
};

/** Ids whose value names their module as well. */
export const idOfAny: Comparison = { ...id, columnSql: ({ json }) => `(${json} ->> 'id')` };
