import type { Asked, Literal, ParameterWriter, Range } from '../model/comparison.ts';

/** The ranges of values that a test asks for. */
export function ranges({ operator, values }: Asked): Range[] {
  const [first, second] = values as [Literal, Literal];
  switch (operator) {
    case 'less':
      return [{ to: first, toExcluded: true }];
    case 'less_equal':
      return [{ to: first }];
    case 'greater':
      return [{ from: first, fromExcluded: true }];
    case 'greater_equal':
      return [{ from: first }];
    case 'between':
      return [{ from: first, to: second }];
    default:
      return values.map((value) => ({ from: value, to: value }));
  }
}

/** Times are shown and asked for in whole seconds. */
const secondMs = 1000;

/** The same for times, where a value means its whole second. */
export function timeRanges(asked: Asked): Range[] {
  return ranges(asked).map(({ from, fromExcluded, to, toExcluded }) => ({
    ...(from === undefined ? {} : { from: (from as number) + (fromExcluded ? secondMs : 0) }),
    ...(to === undefined ? {} : { to: (to as number) + (toExcluded ? 0 : secondMs), toExcluded: true }),
  }));
}

/** The type of the SQL that bounds are held against. */
export type BoundType = 'jsonb' | 'bigint' | 'numeric' | 'jsonb of numeric';

/** The SQL that is true of values in any of the ranges. */
export function rangesSql(all: readonly Range[], sql: string, type: BoundType, writer: ParameterWriter): string {
  const bound = (value: Literal) => {
    if (type === 'jsonb of numeric') return `to_jsonb(${writer.parameter(value)}::numeric)`;
    return `${writer.parameter(type === 'jsonb' ? JSON.stringify(value) : value)}::${type}`;
  };
  const parts = all.map(({ from, fromExcluded, to, toExcluded }) => {
    if (from !== undefined && from === to && !toExcluded) return `${sql} = ${bound(from)}`;
    return [
      ...(from === undefined ? [] : [`${sql} ${fromExcluded ? '>' : '>='} ${bound(from)}`]),
      ...(to === undefined ? [] : [`${sql} ${toExcluded ? '<' : '<='} ${bound(to)}`]),
    ].join(' AND ');
  });
  return parts.length === 0 ? 'false' : parts.map((part) => `(${part})`).join(' OR ');
}

/** Whether a value is in any of the ranges; `compare` is its order to a bound. */
export function inRanges(all: readonly Range[], compare: (bound: Literal) => number): boolean {
  return all.some(({ from, fromExcluded, to, toExcluded }) => {
    if (from !== undefined && (fromExcluded ? compare(from) <= 0 : compare(from) < 0)) return false;
    return to === undefined || (toExcluded ? compare(to) < 0 : compare(to) <= 0);
  });
}
