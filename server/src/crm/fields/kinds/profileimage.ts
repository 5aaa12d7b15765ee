import { text } from '../../kernel/schema.ts';
import { fieldKind } from '../model/kind.ts';

/** The photo of a record, which has calls of its own. */
export const kind = fieldKind({
  jsonType: 'string',
  cell: { sql: null },
  schema: { answered: () => text },
  searchable: false,
});
