import { localDate } from '../../../fields/values/date-time.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import type { RecordData } from '../../../kernel/record/record.ts';
import type { Condition } from '../../../language/query/condition.ts';
import { inOrderSql } from '../../../language/query/in-order.ts';
import { predicateSql } from '../../../language/query/predicate.ts';
import { StatementBuilder } from '../../../language/query/statement-builder.ts';
import type { ReadFormat } from './read-format.ts';

interface EventRow {
  readonly id: string;
  readonly data: RecordData;
  readonly owner_id: string;
  readonly created_at_ms: string;
  readonly modified_at_ms: string;
}

const newLine = '\r\n';
const dayMs = 86_400_000;

/** Meetings as a calendar file (RFC 5545): the `file_type` "ics" of a bulk read (crm-api 9.1). */
export function calendarFormat(call: CrmCall, module: Module, condition: Condition): ReadFormat {
  const calendar = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Grantway//CRM//EN', 'CALSCALE:GREGORIAN'];
  return {
    extension: 'ics',
    maxRows: 20_000,
    batchRows: 1_000,
    head: `${calendar.join(newLine)}${newLine}`,
    tail: `END:VCALENDAR${newLine}`,
    read: async (over, after, limit) => {
      const builder = new StatementBuilder(call.space.dataSpace, module);
      const predicate = predicateSql(condition, builder);
      const rows = await over.store.database.query<EventRow>({
        text: `SELECT r.record_id AS id, r.data, r.owner_id, r.created_at_ms, r.modified_at_ms
               FROM crm_record AS r ${builder.joins}
               WHERE r.data_space = $1 AND r.module = $2 AND r.record_id > ${builder.parameter(after)}::bigint
                 AND ${predicate} AND ${inOrderSql('r.record_id')}
               ORDER BY r.record_id LIMIT ${builder.parameter(limit)}`,
        values: builder.values,
      });
      return {
        count: rows.length,
        last: rows.at(-1)?.id ?? after,
        lines: rows.map((row) => eventText(row, call)).join(''),
      };
    },
  };
}

function eventText(row: EventRow, { space, user }: CrmCall): string {
  const { Event_Title, Start_DateTime, End_DateTime, All_day, Venue, Description, Recurring_Activity } = row.data;
  const owner = space.user(row.owner_id);
  const day = (atMs: unknown, days = 0) => localDate(Number(atMs) + days * dayMs, user.timeZone).replaceAll('-', '');
  const time = (name: string, atMs: unknown) => (atMs === undefined ? [] : [`${name}:${utc(Number(atMs))}`]);
  const lines = [
    'BEGIN:VEVENT',
    `UID:${row.id}`,
    ...time('DTSTAMP', row.modified_at_ms),
    ...time('CREATED', row.created_at_ms),
    ...time('LAST-MODIFIED', row.modified_at_ms),
    ...(All_day === true && Start_DateTime !== undefined
      ? // The end of a calendar's day is the day after it.
        [`DTSTART;VALUE=DATE:${day(Start_DateTime)}`, `DTEND;VALUE=DATE:${day(End_DateTime ?? Start_DateTime, 1)}`]
      : [...time('DTSTART', Start_DateTime), ...time('DTEND', End_DateTime)]),
    ...text('SUMMARY', Event_Title),
    ...text('LOCATION', Venue),
    ...text('DESCRIPTION', Description),
    ...recurrence(Recurring_Activity),
    ...(owner ? [`ORGANIZER;CN="${parameter(owner.fullName)}":mailto:${parameter(owner.email)}`] : []),
    'END:VEVENT',
  ];
  return lines.map((line) => `${folded(line)}${newLine}`).join('');
}

/** `20260310T120000Z` */
function utc(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function text(name: string, value: unknown): string[] {
  if (typeof value !== 'string' || value === '') return [];
  const escaped = value.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n|\r|\n/g, '\\n');
  return [`${name}:${escaped}`];
}

/** What stands in a parameter, where nothing can be escaped. */
function parameter(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return value.replaceAll(/[\u0000-\u001f"]/g, ' ');
}

/** The beginning is the event's own; the wire writes it into the rule. */
function recurrence(value: unknown): string[] {
  const rule = (value as { RRULE?: unknown } | undefined)?.RRULE;
  if (typeof rule !== 'string' || !/^[A-Za-z0-9=;,:+-]{1,500}$/.test(rule)) return [];
  return [
    `RRULE:${rule
      .split(';')
      .filter((part) => !part.startsWith('DTSTART='))
      .join(';')}`,
  ];
}

const maxLineBytes = 75;

/** Lines are at most 75 bytes long; what follows in the next one begins with a blank. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= maxLineBytes) return line;
  let answer = '';
  let bytes = 0;
  for (const letter of line.toWellFormed()) {
    const size = Buffer.byteLength(letter);
    if (bytes + size > maxLineBytes) {
      answer += `${newLine} `;
      bytes = 1;
    }
    answer += letter;
    bytes += size;
  }
  return answer;
}
