import { isDate, offsetMinutes } from '../../fields/values/date-time.ts';

/** Days and times of formulas, in the organization's time zone. */
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Years that have four digits in every time zone. */
const earliestMs = Date.UTC(1, 0, 2);
const latestMs = Date.UTC(9999, 11, 30);

/** A moment as if the zone were Greenwich: its UTC parts are the local ones. */
export function localOf(atMs: number, timeZone: string): Date {
  return new Date(atMs + offsetMinutes(atMs, timeZone) * minuteMs);
}

/** The moment of a local time. The offset is that of the moment, which depends on the offset: the second look is right. */
export function momentOf(localMs: number, timeZone: string): number | null {
  if (Number.isNaN(localMs)) return null;
  const guess = localMs - offsetMinutes(localMs, timeZone) * minuteMs;
  return bounded(Math.round(localMs - offsetMinutes(guess, timeZone) * minuteMs));
}

export function bounded(atMs: number): number | null {
  return atMs >= earliestMs && atMs <= latestMs ? atMs : null;
}

/** The local midnight, or the local time, of a day or a moment, as milliseconds of Greenwich. */
export function localMsOf(value: string | number, timeZone: string): number {
  return typeof value === 'string' ? Date.parse(`${value}T00:00:00Z`) : localOf(value, timeZone).getTime();
}

export function dayOf(local: Date): string {
  return local.toISOString().slice(0, 10);
}

const fixed: Readonly<Record<string, number>> = {
  MINUTE: minuteMs,
  HOUR: 60 * minuteMs,
  DAY: dayMs,
  WEEK: 7 * dayMs,
};
const months: Readonly<Record<string, number>> = { MONTH: 1, YEAR: 12 };

/** `DAY` of `day`, `Days`, `DAYS`; undefined when there is no such unit. */
export function unitNamed(text: string): string | undefined {
  const unit = text.trim().toUpperCase().replace(/S$/, '');
  return Object.hasOwn(fixed, unit) || Object.hasOwn(months, unit) ? unit : undefined;
}

/** Adds to a local time; the last day of a month stands for days that it does not have. */
export function addTo(localMs: number, count: number, unit: string): number {
  const length = fixed[unit];
  if (length !== undefined) return localMs + count * length;
  const at = new Date(localMs);
  const month = at.getUTCMonth() + Math.trunc(count * (months[unit] ?? 1));
  const first = Date.UTC(at.getUTCFullYear(), month, 1);
  const days = new Date(Date.UTC(at.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return first + (Math.min(at.getUTCDate(), days) - 1) * dayMs + (localMs % dayMs);
}

/** How many whole units lie between two local times. */
export function unitsBetween(fromMs: number, toMs: number, unit: string): number {
  const length = fixed[unit];
  if (length !== undefined) return Math.trunc((toMs - fromMs) / length);
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const whole = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  const reached = addTo(fromMs, whole, 'MONTH');
  const over = whole > 0 ? reached > toMs : whole < 0 && reached < toMs;
  const count = over ? whole - Math.sign(whole) : whole;
  return Math.trunc(count / (months[unit] ?? 1));
}

/** A day of the calendar, or null. */
export function dayFrom(year: number, month: number, day: number): string | null {
  const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return isDate(text) ? text : null;
}
