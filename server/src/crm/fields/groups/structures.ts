import { anyObject } from '../../kernel/schema.ts';
import { type FieldKind, fieldKind } from '../model/kind.ts';
import { objects } from './schemas.ts';

type Parts = Pick<FieldKind, 'read'> & Partial<Pick<FieldKind, 'show' | 'references' | 'searchable' | 'sortable'>>;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Small JSON values, which are kept as they came once their form is right; cells of files hold their JSON. */
function structureKind(jsonType: 'jsonobject' | 'jsonarray', parts: Parts): FieldKind {
  const schema = jsonType === 'jsonarray' ? objects : anyObject;
  return fieldKind({ jsonType, cell: { read: json }, schema: { answered: () => schema }, ...parts });
}

export const objectKind = (parts: Parts) => structureKind('jsonobject', parts);
export const listKind = (parts: Parts) => structureKind('jsonarray', parts);
