import { choice } from '../comparisons/text.ts';
import { choice as choiceSchema } from '../groups/schemas.ts';
import { fieldKind } from '../model/kind.ts';
import { readPickList } from '../values/texts.ts';

/** One of the values that the field lists, or another text. */
export const kind = fieldKind({
  jsonType: 'string',
  read: readPickList,
  choices: 'one',
  comparison: choice,
  formula: { type: 'text' },
  schema: { answered: choiceSchema },
  definition: { uiType: 2, length: { fixed: 120 }, hasDefault: true, inRows: true, details: 'choices' },
});
