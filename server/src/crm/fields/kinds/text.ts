import { shortText } from '../groups/schemas.ts';
import { textKind, upTo } from '../groups/texts.ts';
import { asComputed } from '../values/formulas.ts';
import { readText } from '../values/texts.ts';

/** One line of text. */
export const kind = textKind({
  read: readText,
  formula: { type: 'text', result: asComputed },
  // An amount, or text such as "5%".
  schema: (field) => (field.amount ? { type: ['string', 'number'] } : shortText(field)),
  definition: { uiType: 1, length: upTo(255), unique: true, hasDefault: true, inRows: true, names: true },
});
