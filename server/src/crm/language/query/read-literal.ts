import { isDate, parseDateTime } from '../../fields/values/date-time.ts';
import { isStorable } from '../../fields/values/texts.ts';
import { readTruth } from '../../fields/values/truth.ts';
import { isId, readId } from '../../kernel/ids.ts';
import type { Field } from '../../kernel/metadata/metadata.ts';
import { type Literal, valueKind } from './condition.ts';

/** A value of a query in the form that records store, or the type that it should have had. */
export type LiteralReading = { readonly value: Literal } | { readonly expected: string };

const maxLength = 2_000;

/** Reads the text of a value for a field; what stands for numbers and truth is text here as well. */
export function readLiteral(text: string, field: Field): LiteralReading {
  const expected = { expected: field.apiName === 'id' ? 'bigint' : field.dataType };
  if (text.length > maxLength || !isStorable(text)) return expected;
  const trimmed = text.trim();
  switch (valueKind(field)) {
    case 'number': {
      if (!/^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/.test(trimmed)) return expected;
      return { value: Number(trimmed) };
    }
    case 'long':
      return /^-?\d{1,19}$/.test(trimmed) ? { value: trimmed } : expected;
    case 'id':
      return isId(trimmed) ? { value: readId(trimmed) as string } : expected;
    case 'boolean': {
      const truth = readTruth(trimmed);
      return truth === undefined ? expected : { value: truth };
    }
    case 'date':
      return isDate(trimmed) ? { value: trimmed } : expected;
    case 'datetime': {
      // In a query string "+" is a blank: `2026-01-01T00:00:00+01:00` arrives so from clients that do not encode it.
      const atMs = parseDateTime(trimmed.replace(/ (?=\d\d:\d\d$)/, '+'));
      return atMs === undefined ? expected : { value: atMs };
    }
    case 'choices':
      return { value: trimmed.split(';').map((choice) => choice.trim()) };
    default:
      return { value: text };
  }
}
