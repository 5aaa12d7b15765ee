import type { Field } from '../kernel/metadata/metadata.ts';
import type { Reading, ReadingContext } from '../kernel/record/reading.ts';
import { kindOf } from './field-kinds.ts';

/** Whether a field's values can be read from requests, apart from subforms, files and tags. */
function hasReader(field: Field): boolean {
  return kindOf(field).read !== null;
}

/** Whether clients may write the field. */
export function isWritable(field: Field): boolean {
  return !field.readOnly && hasReader(field);
}

/** Reads a field's value from a request into its stored form. Null, and text that is empty, clear the field. */
export function readValue(raw: unknown, field: Field, context: ReadingContext): Reading {
  if (raw === null || raw === '') return { value: null };
  const { read } = kindOf(field);
  return read ? read(raw, field, context) : { value: null };
}
