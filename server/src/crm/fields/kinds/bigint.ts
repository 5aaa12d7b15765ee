import { noted, text } from '../../kernel/schema.ts';
import { long } from '../comparisons/numbers.ts';
import { plainCell } from '../groups/numbers.ts';
import { upTo } from '../groups/texts.ts';
import { fieldKind } from '../model/kind.ts';
import { readLongInteger } from '../values/numbers.ts';

/** Whole numbers that JSON readers would lose digits of: texts. */
export const kind = fieldKind({
  jsonType: 'string',
  read: readLongInteger,
  comparison: long,
  cell: { ...plainCell, read: (cell) => cell.trim() },
  formula: { type: 'number' },
  schema: { answered: () => noted(text, 'A whole number as text.'), given: () => ({ type: ['string', 'integer'] }) },
  definition: { uiType: 52, length: upTo(18), unique: true, hasDefault: true, ordered: 'long', inRows: true },
  typescript: 'string',
});
