import { expect, test } from 'vitest';
import { beginRollups } from './begin-rollups.ts';
import { spaceWith, writing } from './testing/writings.ts';

const rollup = (api_name: string, name: string) => ({
  module: 'Accounts',
  api_name,
  definition: {
    ...{ id: 400_000_001, label: api_name, type: 'rollup_summary', length: 16, custom: true },
    rollup: { list: 'Deals', function: name, field: name === 'count' ? null : 'Amount', criteria: null },
  },
});

test('a new record counts nothing, and has nothing to take the smallest of', () => {
  const space = spaceWith({}, [rollup('Count', 'count'), rollup('Sum', 'sum'), rollup('Least', 'minimum')]);
  const made = writing('Accounts', { space });
  beginRollups(made);
  expect(made.data).toEqual({ Count: 0, Sum: 0 });
});
