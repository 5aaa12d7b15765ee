import { time } from '../../kernel/schema.ts';
import { dateTime } from '../comparisons/times.ts';
import { type CellContext, type FieldKind, fieldKind, type ShowValue } from '../model/kind.ts';
import { parseWithFormat } from '../values/date-format.ts';
import { formatDateTime, isDate, momentOfLocal, parseDateTime } from '../values/date-time.ts';
import { readDateTime } from '../values/times.ts';

export const showDateTime: ShowValue = (value, { timeZone }) => formatDateTime(Number(value), timeZone);

const defaultFormat = 'MM/dd/yyyy HH:mm:ss';

/** ISO with an offset, or local time in a format. */
function momentInCell(cell: string, { format, timeZone }: CellContext): string {
  const text = cell.trim();
  if (parseDateTime(text) !== undefined) return text;
  const local = parseWithFormat(text, format ?? defaultFormat);
  const asUtc = local && isDate(local.date) ? Date.parse(`${local.date}T${local.time}Z`) : Number.NaN;
  return Number.isNaN(asUtc) ? cell : formatDateTime(momentOfLocal(asUtc, timeZone), timeZone);
}

/** Moments: milliseconds in records, ISO 8601 with the reader's offset on the wire. */
export function momentKind(parts: Partial<Pick<FieldKind, 'formula' | 'definition'>> = {}): FieldKind {
  return fieldKind({
    jsonType: 'string',
    read: readDateTime,
    show: () => showDateTime,
    tell: showDateTime,
    moment: true,
    comparison: dateTime,
    cell: {
      sql: ({ text }, writer) => writer.time(text),
      columnSql: (sql, writer) => writer.time(sql),
      read: momentInCell,
    },
    schema: { answered: () => time },
    ...parts,
  });
}
