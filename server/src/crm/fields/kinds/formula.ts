import { number } from '../comparisons/numbers.ts';
import { fieldKind } from '../model/kind.ts';

/** What is computed of other fields. An organization's own formulas have values of the type that they return. */
export const kind = fieldKind({
  jsonType: 'double',
  decimals: 2,
  comparison: number,
  schema: { answered: () => ({ type: ['number', 'string', 'boolean'] }) },
  definition: { uiType: 41, length: { fixed: 16 }, decimals: { otherwise: 2, most: 9 }, details: 'formula' },
  searchable: false,
});
