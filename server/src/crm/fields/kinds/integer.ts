import { integer } from '../../kernel/schema.ts';
import { number } from '../comparisons/numbers.ts';
import { numberFromText, numberInCell, plainCell } from '../groups/numbers.ts';
import { upTo } from '../groups/texts.ts';
import { fieldKind } from '../model/kind.ts';
import { whole } from '../values/formulas.ts';
import { readInteger } from '../values/numbers.ts';

export const kind = fieldKind({
  jsonType: 'integer',
  read: readInteger,
  comparison: number,
  cell: { ...plainCell, read: numberInCell },
  fromText: numberFromText,
  formula: { type: 'number', result: whole },
  schema: { answered: () => integer },
  definition: { uiType: 32, length: upTo(9), unique: true, hasDefault: true, ordered: 'plain', inRows: true },
  typescript: 'number',
});
