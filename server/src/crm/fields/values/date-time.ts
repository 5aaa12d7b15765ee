/** Dates and times of the wire: ISO 8601 with an offset, whole seconds, shown in the user's time zone. */

const quarterMs = 15 * 60_000;
/** Over all zones. */
const maxOffsets = 50_000;
/** More than there are zones. */
const maxFormats = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/** Offsets by zone and quarter of an hour: zones change theirs only at such moments. */
const offsets = new Map<string, Map<number, number>>();
let keptOffsets = 0;

/** Minutes east of Greenwich at `atMs` in an IANA time zone; an unknown zone counts as UTC. */
export function offsetMinutes(atMs: number, timeZone: string): number {
  const quarter = Math.floor(atMs / quarterMs);
  const known = offsets.get(timeZone)?.get(quarter);
  if (known !== undefined) return known;
  if (keptOffsets >= maxOffsets) {
    offsets.clear();
    keptOffsets = 0;
  }
  const ofZone = offsets.get(timeZone) ?? new Map<number, number>();
  const offset = computeOffset(quarter * quarterMs, timeZone);
  offsets.set(timeZone, ofZone.set(quarter, offset));
  keptOffsets++;
  return offset;
}

function computeOffset(atMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = newFormat(timeZone);
    if (formats.size >= maxFormats) formats.clear();
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  const options = { timeZoneName: 'longOffset', year: 'numeric' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  }
}

/** What was asked for last: the records of one call are written at one moment. */
let last = { atMs: Number.NaN, timeZone: '', text: '' };

/** `2023-05-10T01:10:47-07:00`. */
export function formatDateTime(atMs: number, timeZone: string): string {
  if (atMs !== last.atMs || timeZone !== last.timeZone) last = { atMs, timeZone, text: dateTimeText(atMs, timeZone) };
  return last.text;
}

function dateTimeText(atMs: number, timeZone: string): string {
  const offset = offsetMinutes(atMs, timeZone);
  const local = new Date(atMs + offset * 60_000).toISOString();
  const absolute = Math.abs(offset);
  const hours = Math.trunc(absolute / 60);
  const minutes = absolute % 60;
  return `${local.slice(0, -5)}${offset < 0 ? '-' : '+'}${hours < 10 ? '0' : ''}${hours}:${minutes < 10 ? '0' : ''}${minutes}`;
}

/** The moment that a local time is in a zone; `local` counts its milliseconds as if they were those of UTC. */
export function momentOfLocal(local: number, timeZone: string): number {
  // The offset of a local time is that of the moment, which depends on the offset: the second look is right.
  const guess = local - offsetMinutes(local, timeZone) * 60_000;
  return local - offsetMinutes(guess, timeZone) * 60_000;
}

/** The day of the calendar in a zone, `yyyy-MM-dd`. */
export function localDate(atMs: number, timeZone: string): string {
  return formatDateTime(atMs, timeZone).slice(0, 10);
}

/** When a day of the calendar begins in a zone. */
export function startOfDay(date: string, timeZone: string): number {
  return momentOfLocal(Date.parse(`${date}T00:00:00Z`), timeZone);
}

const dateTimePattern = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(Z|[+-]\d{2}:\d{2})$/;
/** Years that can be shown with four digits in every time zone. */
const earliestMs = Date.UTC(1, 0, 2);
const latestMs = Date.UTC(9999, 11, 30);

/** Milliseconds since 1970 of an ISO date-time with offset and without fractions, or undefined. */
export function parseDateTime(text: string): number | undefined {
  const match = dateTimePattern.exec(text);
  if (!match || !isDate(match[1] as string)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || atMs < earliestMs || atMs > latestMs ? undefined : atMs;
}

/** Whether `text` is a day of the calendar, `yyyy-MM-dd`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The time of an `If-(Un)Modified-Since` header: ISO form as clients send it, or the HTTP form. */
export function parseHeaderTime(text: string): number | undefined {
  const iso = parseDateTime(text.trim().replace(/\.\d+(?=Z|[+-]\d{2}:\d{2}$)/, ''));
  if (iso !== undefined) return iso;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text.trim())) return undefined;
  const http = Date.parse(text);
  return Number.isNaN(http) ? undefined : http;
}
