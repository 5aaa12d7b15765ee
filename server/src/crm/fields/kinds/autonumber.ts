import { text as textSchema } from '../../kernel/schema.ts';
import { choice, text } from '../comparisons/text.ts';
import { fieldKind } from '../model/kind.ts';

/** Numbers that the platform gives to new records, with what stands before and behind them. */
export const kind = fieldKind({
  jsonType: 'string',
  comparison: { ...text, searchOperators: choice.searchOperators },
  formula: { type: 'text' },
  schema: { answered: () => textSchema },
  definition: { uiType: 109, length: { fixed: 120 }, names: true, details: 'numbering' },
  attributes: ({ autoNumber }) => {
    const { prefix = '', suffix = '', start = 1, digits = 1 } = autoNumber ?? {};
    return { auto_number: { prefix, suffix, start_number: start, starting_number_length: digits } };
  },
});
