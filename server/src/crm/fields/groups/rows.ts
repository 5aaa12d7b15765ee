import { type FieldKind, fieldKind } from '../model/kind.ts';
import { linkingAttributes } from './metadata.ts';
import { files, objects } from './schemas.ts';

/** Fields that hold more than one value: rows, files and links. */

export const rowsInTypeScript = 'readonly Readonly<Record<string, unknown>>[]';

const list = { jsonType: 'jsonarray', searchable: false, typescript: rowsInTypeScript } as const;

/** Multi-select look-ups: records of a linking module (crm-api 5.2). */
export function linksKind(
  type: 'multiselectlookup' | 'multiuserlookup',
  parts: Pick<FieldKind, 'definition' | 'linksTo'>,
) {
  return fieldKind({
    ...list,
    holds: 'links',
    cell: { sql: null },
    schema: { answered: () => objects },
    attributes: (field, place) => ({ [type]: linkingAttributes(field, place) }),
    ...parts,
  });
}

export function filesKind(parts: Partial<Pick<FieldKind, 'definition' | 'images'>>): FieldKind {
  return fieldKind({ ...list, holds: 'files', schema: files, ...parts });
}
