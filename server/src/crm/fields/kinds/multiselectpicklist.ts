import { listOf } from '../../kernel/schema.ts';
import { choices } from '../comparisons/choices.ts';
import { choice } from '../groups/schemas.ts';
import { fieldKind } from '../model/kind.ts';
import { choiceSeparator, partsOf, readMultiSelect } from '../values/texts.ts';

/** Any number of the values that the field lists. */
export const kind = fieldKind({
  jsonType: 'jsonarray',
  read: readMultiSelect,
  choices: 'many',
  comparison: choices,
  cell: {
    sql: ({ json }, writer) =>
      writer.text(
        `(SELECT string_agg(choice, '${choiceSeparator}') FROM jsonb_array_elements_text(${json}) AS choice)`,
      ),
    read: partsOf,
  },
  fromText: (text) => text.split(choiceSeparator),
  formula: {
    type: 'text',
    from: (value) => (Array.isArray(value) ? value.join(choiceSeparator) : String(value)),
  },
  schema: { answered: (field) => listOf(choice(field)) },
  definition: { uiType: 100, length: { fixed: 120 }, hasDefault: true, inRows: true, details: 'choices' },
  sortable: false,
});
