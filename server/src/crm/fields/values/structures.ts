import { idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { type Participant, participantModules, participantTypes } from '../../kernel/record/participants.ts';
import {
  type PendingReference,
  type Reading,
  tooLong,
  type ValueReader,
  wrongType,
} from '../../kernel/record/reading.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import { parseDateTime } from './date-time.ts';
import { isStorable } from './texts.ts';

/** Small JSON values of activities and line items, which are kept as they came once their form is right. */

const maxTextLength = 1000;
const maxParticipants = 50;
const maxReminders = 20;
const maxTaxes = 20;

type Plain = Readonly<Record<string, unknown>>;

const isObject = (raw: unknown): raw is Plain => typeof raw === 'object' && raw !== null && !Array.isArray(raw);
const isText = (raw: unknown): raw is string =>
  typeof raw === 'string' && raw.length <= maxTextLength && isStorable(raw);

/** The named keys of an object whose values are short texts, numbers, booleans or null; undefined when one is not. */
function pick(raw: Plain, keys: readonly string[]): Record<string, StoredValue> | undefined {
  const picked: Record<string, StoredValue> = {};
  for (const key of keys) {
    const value = raw[key];
    if (value === undefined || value === null) continue;
    if (!isText(value) && typeof value !== 'boolean' && !(typeof value === 'number' && Number.isFinite(value))) {
      return undefined;
    }
    picked[key] = value;
  }
  return picked;
}

function readList(raw: unknown, maximum: number, keys: readonly string[], isValid: (item: Plain) => boolean): Reading {
  if (!Array.isArray(raw)) return wrongType('jsonarray');
  const items: StoredValue[] = [];
  for (const item of raw) {
    const picked = isObject(item) ? pick(item, keys) : undefined;
    if (!picked || !isValid(picked)) return wrongType('jsonobject');
    items.push(picked);
  }
  if (items.length > maximum) return { problem: { code: 'LIMIT_EXCEEDED', details: { limit: maximum } } };
  return { value: items.length === 0 ? null : items };
}

/** An iCalendar text in an object with one key: `{"RRULE":"FREQ=DAILY;…"}`. */
function readRule(raw: unknown, key: string, others: readonly string[]): Reading {
  if (!isObject(raw)) return wrongType('jsonobject');
  const rule = raw[key];
  if (typeof rule !== 'string' || !/^[A-Z-]+=/.test(rule)) return wrongType('jsonobject');
  if (rule.length > maxTextLength) return tooLong(maxTextLength);
  const picked = pick(raw, [key, ...others]);
  return picked ? { value: picked } : wrongType('jsonobject');
}

export const readAlarm: ValueReader = (raw) => readRule(raw, 'ALARM', []);
export const readRepetition: ValueReader = (raw) => readRule(raw, 'RRULE', ['EXDATE']);

export const readReminders: ValueReader = (raw) => {
  if (typeof raw !== 'string') {
    return readList(raw, maxReminders, ['unit', 'period', 'time'], (item) => Number.isInteger(item.unit));
  }
  const atMs = parseDateTime(raw);
  return atMs === undefined ? wrongType('datetime') : { value: atMs };
};

export const readParticipants: ValueReader = (raw) => {
  const reading = readList(
    raw,
    maxParticipants,
    ['type', 'participant', 'name', 'Email', 'invited', 'status'],
    (item) => isText(item.type) && (isText(item.participant) || isText(item.Email)),
  );
  if (reading.problem || reading.value === null) return reading;
  const references: (PendingReference & { readonly at: string })[] = [];
  for (const [index, { type, participant }] of (reading.value as readonly Participant[]).entries()) {
    if (!participantTypes.includes(type)) {
      const details = { supported_values: participantTypes };
      return { problem: { code: 'INVALID_DATA', details, at: `[${index}].type` } };
    }
    if (type === 'email' || participant === undefined) continue;
    const at = `[${index}].participant`;
    const id = readId(participant);
    if (id === undefined && participant.includes('@')) continue;
    if (id === undefined) return { problem: { code: 'INVALID_DATA', details: {}, message: idInvalid, at } };
    const module = participantModules[type];
    references.push(module === undefined ? { kind: 'user', id, at } : { kind: 'record', id, module, at });
  }
  return { value: reading.value, references };
};

export const readLineTax: ValueReader = (raw) =>
  readList(
    raw,
    maxTaxes,
    ['name', 'percentage', 'id', 'value'],
    (item) =>
      (isText(item.name) || (item.name === undefined && isText(item.id))) &&
      (item.percentage === undefined || (typeof item.percentage === 'number' && Math.abs(item.percentage) <= 1000)),
  );
