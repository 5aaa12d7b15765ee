import { foldEmailAddress } from '../../../foundation/email-address.ts';
import type { Space } from '../../kernel/space/space.ts';
import { id } from '../comparisons/ids.ts';
import { type Definition, type FieldKind, fieldKind, type ShowValue } from '../model/kind.ts';
import { showUser } from '../model/view.ts';
import { readUserLookup } from '../values/read-reference.ts';
import { plainCell } from './numbers.ts';
import { lookupGiven, userReference } from './schemas.ts';

/** A record by its name; one that was deleted since has no name any more, and the look-up is empty. */
export const showRecord: ShowValue = (value, { names }) => {
  const id = value as string;
  const name = names.get(id);
  return name === undefined ? null : { name, id };
};

/** Users are named by id or e-mail address. */
function userId(text: string, space: Space): string {
  if (!text.includes('@')) return text;
  const folded = foldEmailAddress(text);
  return space.contents.users.find(({ email }) => foldEmailAddress(email) === folded)?.id ?? text;
}

/** Look-ups to users. */
export function userKind(definition: Definition | null = null): FieldKind {
  return fieldKind({
    jsonType: 'jsonobject',
    read: readUserLookup,
    show:
      () =>
      (value, { space }) =>
        showUser(space, value as string),
    lookup: { to: 'users' },
    comparison: id,
    cell: { ...plainCell, read: (text, { space }) => ({ id: userId(text.trim(), space) }) },
    schema: { answered: () => userReference, given: () => lookupGiven },
    definition,
    typescript: 'Reference',
  });
}
