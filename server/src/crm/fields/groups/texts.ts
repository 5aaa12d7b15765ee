import type { Field } from '../../kernel/metadata/metadata.ts';
import type { ValueReader } from '../../kernel/record/reading.ts';
import type { Schema } from '../../kernel/schema.ts';
import { text } from '../comparisons/text.ts';
import { type FieldKind, fieldKind, type LengthRule } from '../model/kind.ts';
import { shortText } from './schemas.ts';

/** As many characters, or digits, as the type allows, unless a field says fewer. */
export const upTo = (most: number): LengthRule => ({ from: 1, to: most, otherwise: most });

interface TextParts extends Partial<Omit<FieldKind, 'cell' | 'schema'>> {
  readonly read: ValueReader;
  readonly schema?: (field: Field) => Schema;
}

/** Texts that people write. */
export function textKind({ schema = shortText, ...parts }: TextParts): FieldKind {
  return fieldKind({
    jsonType: 'string',
    comparison: text,
    formula: { type: 'text' },
    schema: { answered: schema },
    ...parts,
  });
}
