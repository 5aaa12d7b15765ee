import { readTruth } from '../../fields/values/truth.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';

/** The types of variables, and of the record fields whose checks their values pass. */
export const variableTypes: Readonly<Record<string, readonly [type: string, length: number]>> = {
  integer: ['integer', 9],
  text: ['text', 255],
  percent: ['percent', 5],
  decimal: ['double', 16],
  currency: ['currency', 16],
  date: ['date', 20],
  datetime: ['datetime', 40],
  email: ['email', 100],
  phone: ['phone', 30],
  url: ['website', 255],
  checkbox: ['boolean', 5],
  textarea: ['textarea', 2000],
  long: ['bigint', 18],
};

/** The value of an item, held against the type. */
export function readValueOf(
  type: string,
  item: object,
  at: string,
):
  | { readonly value: unknown; readonly failure?: undefined }
  | { readonly failure: ErrorBody; readonly value?: undefined } {
  const [fieldType, length] = variableTypes[type] as readonly [string, number];
  const typed = { ...item, value: fromText((item as { value?: unknown }).value, fieldType) };
  const reading = readPlainItem(typed, [itemField('value', fieldType, length)], at, false);
  if (reading.failure) return { failure: reading.failure };
  // Times stay as they were written: a variable belongs to no user and so to no time zone.
  const given = (item as { value?: unknown }).value ?? null;
  return { value: type === 'datetime' ? given : (reading.values.get('value') ?? null) };
}

const numberTypes = new Set(['integer', 'double', 'currency', 'percent']);

/** Clients send values of every type as texts, too. */
function fromText(value: unknown, fieldType: string): unknown {
  if (typeof value !== 'string') return value;
  if (fieldType === 'boolean') return readTruth(value) ?? value;
  return numberTypes.has(fieldType) && /^[+-]?\d{1,20}(\.\d{1,20})?$/.test(value) ? Number(value) : value;
}
