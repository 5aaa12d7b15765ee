import type { DataType, Field } from '../../kernel/metadata/metadata.ts';
import { type Reading, type ReadingContext, type ValueReader, wrongType } from '../../kernel/record/reading.ts';
import { isDate, parseDateTime } from './date-time.ts';
import { readDecimal, readInteger, readLongInteger } from './numbers.ts';
import { readAnyModuleLookup, readRecordLookup, readTerritory, readUserLookup } from './read-reference.ts';
import { readAlarm, readLineTax, readParticipants, readReminders, readRepetition } from './structures.ts';
import { readEmail, readMultiSelect, readPhone, readPickList, readText, readWebsite } from './texts.ts';

const readBoolean: ValueReader = (raw) => (typeof raw === 'boolean' ? { value: raw } : wrongType('boolean'));

const readDate: ValueReader = (raw) => (typeof raw === 'string' && isDate(raw) ? { value: raw } : wrongType('date'));

const readDateTime: ValueReader = (raw) => {
  const atMs = typeof raw === 'string' ? parseDateTime(raw) : undefined;
  return atMs === undefined ? wrongType('datetime') : { value: atMs };
};

/** Types that are missing here are never written by clients, or are read by the record itself (subforms, Tag). */
const readers: Readonly<Partial<Record<DataType, ValueReader>>> = {
  text: readText,
  textarea: readText,
  email: readEmail,
  phone: readPhone,
  website: readWebsite,
  picklist: readPickList,
  multiselectpicklist: readMultiSelect,
  integer: readInteger,
  bigint: readLongInteger,
  double: readDecimal,
  currency: readDecimal,
  percent: readDecimal,
  boolean: readBoolean,
  date: readDate,
  datetime: readDateTime,
  event_reminder: readDateTime,
  lookup: readRecordLookup,
  multi_module_lookup: readAnyModuleLookup,
  ownerlookup: readUserLookup,
  userlookup: readUserLookup,
  territories: readTerritory,
  linetax: readLineTax,
  ALARM: readAlarm,
  RRULE: readRepetition,
  multireminder: readReminders,
  participants: readParticipants,
};

/** Whether values of this type can be read from requests, apart from subforms and tags. */
export function hasReader({ dataType }: Field): boolean {
  return readers[dataType] !== undefined;
}

/** Whether clients may write the field. */
export function isWritable(field: Field): boolean {
  return !field.readOnly && hasReader(field);
}

/** Reads a field's value from a request into its stored form. Null, and text that is empty, clear the field. */
export function readValue(raw: unknown, field: Field, context: ReadingContext): Reading {
  if (raw === null || raw === '') return { value: null };
  const read = readers[field.dataType];
  return read ? read(raw, field, context) : { value: null };
}
