import { searchEquality } from '../comparisons/operators.ts';
import { text } from '../comparisons/text.ts';
import { textKind } from '../groups/texts.ts';
import { readText } from '../values/texts.ts';

/** Text of several lines. */
export const kind = textKind({
  read: readText,
  multiline: true,
  comparison: { ...text, searchOperators: [...searchEquality, 'starts_with'] },
  definition: {
    uiType: 3,
    length: { choices: [2000, 32_000, 50_000], otherwise: 2000 },
    hasDefault: true,
    inRows: true,
  },
});
