import { number as numberSchema } from '../../kernel/schema.ts';
import { number } from '../comparisons/numbers.ts';
import { plainCell } from '../groups/numbers.ts';
import { fieldKind } from '../model/kind.ts';

/** What is counted or computed of the records in a related list (`records/rollups.ts`). */
export const kind = fieldKind({
  jsonType: 'double',
  decimals: 2,
  comparison: number,
  cell: plainCell,
  schema: { answered: () => numberSchema },
  formula: { type: 'number' },
  definition: {
    uiType: 47,
    length: { fixed: 16 },
    decimals: { otherwise: 2, most: 9 },
    ordered: 'plain',
    details: 'rollup',
  },
  typescript: 'number',
});
