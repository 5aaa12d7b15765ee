import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Literal } from '../../fields/model/comparison.ts';
import { isStorable } from '../../fields/values/texts.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';

/** A value of a query in the form that records store, or the type that it should have had. */
export type LiteralReading = { readonly value: Literal } | { readonly expected: string };

const maxLength = 2_000;

/** Reads the text of a value for a field; what stands for numbers and truth is text here as well. */
export function readLiteral(text: string, field: Field): LiteralReading {
  const expected = { expected: field.apiName === 'id' ? 'bigint' : field.dataType };
  if (text.length > maxLength || !isStorable(text)) return expected;
  const comparison = comparisonOf(field);
  const value = comparison ? comparison.readLiteral(text, text.trim()) : text;
  return value === undefined ? expected : { value };
}
