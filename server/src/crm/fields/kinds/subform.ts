import { anyObject, listOf } from '../../kernel/schema.ts';
import { rowsInTypeScript } from '../groups/rows.ts';
import { fieldKind } from '../model/kind.ts';

/** Rows of a module of their own. */
export const kind = fieldKind({
  jsonType: 'jsonarray',
  holds: 'rows',
  cell: { sql: null },
  schema: {
    answered: ({ subform }, rows) => listOf(rows(subform)?.answered ?? anyObject),
    given: ({ subform }, rows) => listOf(rows(subform)?.given ?? anyObject),
  },
  definition: { uiType: 555, length: { fixed: 120 }, details: 'rows' },
  searchable: false,
  typescript: rowsInTypeScript,
});
