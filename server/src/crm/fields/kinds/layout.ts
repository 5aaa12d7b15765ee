import { anyObject } from '../../kernel/schema.ts';
import { layoutReference } from '../groups/schemas.ts';
import { fieldKind } from '../model/kind.ts';

/** The form that a record is shown in: all records of a module have the same. */
export const kind = fieldKind({
  jsonType: 'jsonobject',
  holds: 'layout',
  schema: { answered: () => layoutReference, given: () => anyObject },
  searchable: false,
});
