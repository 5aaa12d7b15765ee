import { expect, test } from 'vitest';
import { computeFormulas } from './compute-formulas.ts';
import { spaceWith, storedRecord, writing } from './testing/writings.ts';

const space = spaceWith({}, [
  {
    module: 'Leads',
    api_name: 'Double_Revenue',
    definition: {
      id: 900_001,
      api_name: 'Double_Revenue',
      label: 'Double Revenue',
      type: 'formula',
      length: 16,
      custom: true,
      read_only: true,
      formula: 'Annual_Revenue * 2',
      return_type: 'double',
    },
  },
]);

test('formulas are stored with the values that they are made of', () => {
  const change = writing('Leads', { space, before: storedRecord({ Annual_Revenue: 21 }) });
  computeFormulas(change);
  expect(change.data.Double_Revenue).toBe(42);
});

test('a formula without its values takes the old result away', () => {
  const change = writing('Leads', { space, before: storedRecord({ Double_Revenue: 42 }) });
  computeFormulas(change);
  expect(change.data).not.toHaveProperty('Double_Revenue');
});
