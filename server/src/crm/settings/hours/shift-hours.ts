import { localDate } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Setting, ShiftHours } from '../../kernel/space/setting.ts';
import type { Space } from '../../kernel/space/space.ts';
import { isPresent } from '../../kernel/space/territory-rules.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import {
  createSettings,
  type ItemIds,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';
import { holidaysOfShift, keepShiftHolidays, readShiftHolidays } from './shift-holidays.ts';
import { breakNames, readBreaks, readShiftUsers, shiftLimits } from './shift-parts.ts';
import { isTimeZone, readWeek, weekAnswer, weekDays } from './week-hours.ts';

/** When some of the users work (crm-api 11): `/settings/business_hours/shift_hours`. */
type Shift = Setting<'shift_hours'>;

export const shiftNames = { days: 'shift_days', timing: 'shift_timing' } as const;
const fields = [itemField('name', 'text', 100, true)];

const shiftList: SettingList<'shift_hours'> = {
  area: 'shift_hours',
  key: 'shift_hours',
  pathIndex: 3,
  limits: shiftLimits,
  messages: {
    added: 'Shift Hour created successfully',
    updated: 'Shift Hour updated successfully',
    deleted: 'Shift Hour deleted successfully',
  },
  parts: (raw) =>
    ['break_hours', 'holidays'].reduce((sum, key) => {
      const list = isJsonObject(raw) ? raw[key] : undefined;
      return sum + (Array.isArray(list) ? Math.min(list.length, shiftLimits.holidays) : 0);
    }, 0),
  read: readShift,
  beforeDelete: async (transaction, call, { id }) => {
    await keepShiftHolidays(transaction, call, id, []);
    return undefined;
  },
};

/** GET /settings/business_hours/shift_hours, by name */
export async function listShifts(call: CrmCall): Promise<CrmAnswer> {
  const shifts = call.space
    .list('shift_hours')
    .toSorted((one, other) => one.definition.name.localeCompare(other.definition.name));
  if (shifts.length === 0) return { status: 204 };
  const total_shift_with_user = shifts.filter((shift) => usersOf(call.space, shift).length > 0).length;
  const shift_count = { total_shift: shifts.length, total_shift_with_user };
  return { status: 200, json: { shift_hours: shifts.map((shift) => briefAnswer(call, shift)), shift_count } };
}

/** GET /settings/business_hours/shift_hours/{id} */
export async function getShift(call: CrmCall): Promise<CrmAnswer> {
  const shift = pathItem(shiftList, call);
  if (!shift) return { status: 204 };
  const users = usersOf(call.space, shift).map(({ id, effectiveFrom }) => {
    const user = call.space.user(id);
    const role = user ? { name: user.role.name, id: user.role.id } : null;
    const about = { name: user?.fullName ?? null, email: user?.email ?? null, zuid: user?.zuid ?? null };
    return { id, ...about, role, effective_from: effectiveFrom };
  });
  const holidays = holidaysOfShift(call.space, shift.id).map(({ id, definition: { name, date } }) => ({
    ...{ id, name, date },
    year: Number(date.slice(0, 4)),
  }));
  return { status: 200, json: { shift_hours: [{ ...briefAnswer(call, shift), users, holidays }] } };
}

export const createShifts = (call: CrmCall) => createSettings(shiftList, call);
export const updateShifts = (call: CrmCall) => updateSettings(shiftList, call);
export const deleteShift = (call: CrmCall) => removeSettings(shiftList, call);

/** The shift in which a user works now, since when, and the one that comes after it. */
export function shiftsOfUser(space: Space, userId: string, nowMs: number) {
  const entries = space.list('shift_hours').flatMap(({ id, definition }) => {
    const from = definition.users.find((user) => user.id === userId)?.effectiveFrom;
    if (from === undefined) return [];
    return [{ from, begun: from <= localDate(nowMs, definition.timeZone), shift: { name: definition.name, id } }];
  });
  entries.sort((one, other) => (one.from < other.from ? -1 : 1));
  const current = entries.findLast(({ begun }) => begun);
  const next = entries.find(({ begun }) => !begun);
  return { current: current?.shift ?? null, effectiveFrom: current?.from ?? null, next: next?.shift ?? null };
}

const usersOf = (space: Space, { definition }: Shift) => definition.users.filter(({ id }) => isPresent(space, id));

function briefAnswer({ space }: CrmCall, shift: Shift) {
  const { definition } = shift;
  return {
    id: shift.id,
    name: definition.name,
    timezone: definition.timeZone,
    shift_days: definition.days,
    ...weekAnswer(definition, shiftNames.timing),
    break_hours: definition.breaks.map((each) => ({
      id: each.id,
      break_days: each.days,
      ...weekAnswer(each, breakNames.timing),
    })),
    users_count: usersOf(space, shift).length,
  };
}

function readShift(reading: ItemReading<'shift_hours'> & ItemIds): Reading<'shift_hours'> {
  const { call, raw, jsonPath, others, self } = reading;
  const plain = readPlainItem(raw, fields, jsonPath, self === null);
  if (plain.failure) return plain;
  const { item, values } = plain;
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const name = (values.get('name') ?? self?.definition.name) as string;
  const isTaken = (other: Shift) => other.id !== self?.id && other.definition.name.toLowerCase() === name.toLowerCase();
  if (others.some(isTaken)) return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  const timeZone = item.timezone ?? self?.definition.timeZone ?? call.space.contents.settings.timeZone;
  if (!isTimeZone(timeZone)) return { failure: errorBody('INVALID_DATA', place('timezone')) };
  const week = readWeek(item, jsonPath, shiftNames, self?.definition, { among: weekDays, overnight: true });
  if ('code' in week) return { failure: week };
  const breaks = readBreaks(reading, item.break_hours, week);
  if ('code' in breaks) return { failure: breaks };
  const users = readShiftUsers(reading, item.users);
  if ('code' in users) return { failure: users };
  const holidays = readShiftHolidays(reading, item.holidays);
  if (holidays && 'code' in holidays) return { failure: holidays };
  const definition: ShiftHours = { name, timeZone, ...week, ...breaks, ...users };
  const { id } = reading;
  return { definition, follow: holidays && ((to) => keepShiftHolidays(to, call, id, holidays.holidays)) };
}
