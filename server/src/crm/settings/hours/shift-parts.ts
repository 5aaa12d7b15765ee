import { isDate, localDate } from '../../fields/values/date-time.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Hours, ShiftBreak, ShiftHours, ShiftUser, WeekHours } from '../../kernel/space/setting.ts';
import { isPresent } from '../../kernel/space/territory-rules.ts';
import type { ItemIds, ItemReading } from '../kept/setting-list.ts';
import { hoursOn, readWeek } from './week-hours.ts';

/** What a shift is made of beside its own hours: breaks and users. Lists of a request replace those that it has. */
export const shiftLimits = { total: 100, items: 100, breaks: 10, holidays: 100, users: 500 } as const;

export const breakNames = { days: 'break_days', timing: 'break_timing' } as const;

type Week = WeekHours & { readonly days: readonly string[] };

/** The breaks of a shift: inside of its hours on each of their days. */
export function readBreaks(
  { jsonPath, self, partId }: ItemReading<'shift_hours'> & ItemIds,
  raw: unknown,
  shift: Week,
): Pick<ShiftHours, 'breaks'> | ErrorBody {
  const at = `${jsonPath}.break_hours`;
  const before = self?.definition.breaks ?? [];
  const list = readObjects(raw ?? before.map(asGiven), at, shiftLimits.breaks);
  if ('code' in list) return list;
  const breaks: ShiftBreak[] = [];
  for (const [index, each] of list.objects.entries()) {
    const here = `${at}[${index}]`;
    const known = before.find(({ id }) => id === readId(each.id));
    if (each.id !== undefined && !known) {
      return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${here}.id` }, idInvalid);
    }
    const week = readWeek(each, here, breakNames, known, { among: shift.days, overnight: true });
    if ('code' in week) return week;
    const outside = week.days.find((day) => !isInside(hoursOn(week, day) as Hours, hoursOn(shift, day) as Hours));
    if (outside) {
      const place = { api_name: week.sameAsEveryday ? 'daily_timing' : 'custom_timing', json_path: here };
      return errorBody('INVALID_DATA', place, `expected a break inside of the shift on ${outside}`);
    }
    breaks.push({ id: known?.id ?? partId(), ...week });
  }
  return { breaks };
}

/** The users of a shift, each from a day on; from today in its time zone when that is not said. */
export function readShiftUsers(
  { call, jsonPath, others, self }: ItemReading<'shift_hours'>,
  raw: unknown,
): Pick<ShiftHours, 'users'> | ErrorBody {
  if (raw === undefined) return { users: self?.definition.users ?? [] };
  const at = `${jsonPath}.users`;
  const list = readObjects(raw, at, shiftLimits.users);
  if ('code' in list) return list;
  const users: ShiftUser[] = [];
  for (const [index, each] of list.objects.entries()) {
    const place = (key: string) => ({ api_name: key, json_path: `${at}[${index}].${key}` });
    const id = readId(each.id);
    if (each.id === undefined) return errorBody('MANDATORY_NOT_FOUND', place('id'));
    if (id === undefined || !isPresent(call.space, id)) return errorBody('INVALID_DATA', place('id'), idInvalid);
    const before = self?.definition.users.find((user) => user.id === id)?.effectiveFrom;
    const effectiveFrom = each.effective_from ?? before ?? localDate(call.nowMs, call.space.contents.settings.timeZone);
    if (typeof effectiveFrom !== 'string' || !isDate(effectiveFrom)) {
      return errorBody('INVALID_DATA', { expected_data_type: 'date', ...place('effective_from') });
    }
    const elsewhere = others.some(
      (other) =>
        other.id !== self?.id &&
        other.definition.users.some((user) => user.id === id && user.effectiveFrom === effectiveFrom),
    );
    if (elsewhere) return errorBody('DUPLICATE_DATA', place('effective_from'));
    if (users.some((user) => user.id === id)) return errorBody('DUPLICATE_DATA', place('id'));
    users.push({ id, effectiveFrom });
  }
  return { users };
}

/** A list of objects of a body; null is an empty one. */
export function readObjects(
  raw: unknown,
  at: string,
  maximum: number,
): { readonly objects: readonly JsonObject[] } | ErrorBody {
  const place = { api_name: at.slice(at.lastIndexOf('.') + 1), json_path: at };
  const list = raw ?? [];
  if (!Array.isArray(list)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (list.length > maximum) return errorBody('INVALID_DATA', { maximum_length: maximum, ...place });
  const wrong = list.findIndex((each) => !isJsonObject(each));
  if (wrong < 0) return { objects: list };
  return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: `${at}[${wrong}]` });
}

/** A break that stays, as a request would have it: it is held against the new hours of its shift. */
const asGiven = ({ id }: ShiftBreak) => ({ id });

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const dayMinutes = 24 * 60;

function isInside(pause: Hours, shift: Hours): boolean {
  const [begin] = shift.map(minutesOf) as [number, number];
  /** Minutes since the shift began. */
  const since = (time: string) => (minutesOf(time) - begin + dayMinutes) % dayMinutes;
  return since(pause[0]) < since(pause[1]) && since(pause[1]) <= since(shift[1]);
}
