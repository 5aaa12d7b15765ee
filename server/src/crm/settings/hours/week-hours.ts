import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Hours, WeekHours } from '../../kernel/space/setting.ts';

/** The hours of some days of the week, as business hours, shifts and breaks of shifts have them (crm-api 11). */
export const weekDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** Clients send hours and minutes without leading zeros, too. */
export const hourPattern = '^([01]?[0-9]|2[0-3]):[0-5]?[0-9]$';
const hour = new RegExp(hourPattern);

/** How a body calls the days, and the hours of one of them. */
export interface WeekNames {
  readonly days: 'business_days' | 'shift_days' | 'break_days';
  readonly timing: 'business_timing' | 'shift_timing' | 'break_timing';
}

type Week = WeekHours & { readonly days: readonly string[] };

/** What a body may say beyond the names. */
interface WeekRules {
  /** The days that may be named. */
  readonly among: readonly string[];
  /** Whether hours may end on the next day. */
  readonly overnight: boolean;
}

/** The days and hours of an object of a body; what it does not say is as before. */
export function readWeek(
  given: JsonObject,
  at: string,
  names: WeekNames,
  before: Week | undefined,
  rules: WeekRules = { among: weekDays, overnight: false },
): Week | ErrorBody {
  const place = (name: string) => ({ api_name: name, json_path: `${at}.${name}` });
  const days = readDays(given[names.days] ?? before?.days, place(names.days), rules.among);
  if ('code' in days) return days;
  const sameAsEveryday = given.same_as_everyday ?? before?.sameAsEveryday ?? true;
  if (typeof sameAsEveryday !== 'boolean') {
    return errorBody('INVALID_DATA', { expected_data_type: 'boolean', ...place('same_as_everyday') });
  }
  if (sameAsEveryday) {
    const daily = readRange(given.daily_timing ?? before?.dailyTiming, place('daily_timing'), rules.overnight);
    if ('code' in daily) return daily;
    return { ...days, sameAsEveryday, dailyTiming: daily.hours, customTiming: [] };
  }
  const raw =
    given.custom_timing ??
    before?.customTiming
      .filter((each) => days.days.includes(each.days))
      .map((each) => ({ days: each.days, [names.timing]: each.hours }));
  const custom = readCustom(raw, place('custom_timing'), names.timing, days.days, rules.overnight);
  return 'code' in custom ? custom : { ...days, sameAsEveryday, dailyTiming: null, ...custom };
}

/** The keys of the hours in an answer. */
export function weekAnswer({ sameAsEveryday, dailyTiming, customTiming }: WeekHours, timing: WeekNames['timing']) {
  return {
    same_as_everyday: sameAsEveryday,
    daily_timing: dailyTiming ?? [],
    custom_timing: customTiming.map(({ days, hours }) => ({ days, [timing]: hours })),
  };
}

/** The hours of a day; undefined when it has none. */
export function hoursOn({ dailyTiming, customTiming }: WeekHours, day: string): Hours | undefined {
  return dailyTiming ?? customTiming.find(({ days }) => days === day)?.hours;
}

export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || name === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

type Place = Readonly<Record<string, string>>;

function readDays(
  raw: unknown,
  place: Place,
  among: readonly string[],
): { readonly days: readonly string[] } | ErrorBody {
  if (raw === undefined || raw === null) return errorBody('MANDATORY_NOT_FOUND', place);
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  const days = weekDays.filter((day) => among.includes(day) && raw.includes(day));
  if (days.length > 0 && days.length === raw.length) return { days };
  return errorBody('INVALID_DATA', { ...place, supported_values: among });
}

function readCustom(
  raw: unknown,
  place: Place,
  timing: WeekNames['timing'],
  days: readonly string[],
  overnight: boolean,
): Pick<WeekHours, 'customTiming'> | ErrorBody {
  if (!Array.isArray(raw)) return errorBody(raw === undefined ? 'MANDATORY_NOT_FOUND' : 'INVALID_DATA', place);
  const customTiming: { days: string; hours: Hours }[] = [];
  for (const [index, each] of raw.slice(0, weekDays.length + 1).entries()) {
    const at = `${place.json_path}[${index}]`;
    const day = isJsonObject(each) ? each.days : undefined;
    const isNew = typeof day === 'string' && days.includes(day) && !customTiming.some((other) => other.days === day);
    if (!isNew) {
      return errorBody('INVALID_DATA', { api_name: 'days', json_path: `${at}.days`, supported_values: days });
    }
    const where = { api_name: timing, json_path: `${at}.${timing}` };
    const range = readRange((each as JsonObject)[timing], where, overnight);
    if ('code' in range) return range;
    customTiming.push({ days: day, hours: range.hours });
  }
  return customTiming.length < days.length ? errorBody('MANDATORY_NOT_FOUND', place) : { customTiming };
}

/** `["09:00","18:00"]`: from before to, or on the next day where that may be. */
function readRange(raw: unknown, place: Place, overnight: boolean): { readonly hours: Hours } | ErrorBody {
  if (raw === undefined || raw === null) return errorBody('MANDATORY_NOT_FOUND', place);
  const given: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const [from, to] = given.map((each) => (typeof each === 'string' && hour.test(each) ? padded(each) : undefined));
  if (given.length === 2 && from && to && (overnight ? from !== to : from < to)) return { hours: [from, to] };
  const expected = overnight ? 'expected two different times' : 'expected two times, the first before the second';
  return errorBody('INVALID_DATA', { ...place, regex: hourPattern }, expected);
}

const padded = (text: string): string =>
  text
    .split(':')
    .map((part) => part.padStart(2, '0'))
    .join(':');
