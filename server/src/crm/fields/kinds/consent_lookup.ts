import { reference } from '../../kernel/schema.ts';
import { fieldKind } from '../model/kind.ts';

/** The consent that a person has given; this platform has none. */
export const kind = fieldKind({ jsonType: 'jsonobject', schema: { answered: () => reference } });
