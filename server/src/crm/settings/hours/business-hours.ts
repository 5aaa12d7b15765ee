import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { BusinessHours, Hours } from '../../kernel/space/setting.ts';
import { answerOneItem, success } from '../../wire/item-list.ts';
import { changeArea, changedSetting, newSetting } from '../kept/setting-list.ts';
import { bodyObject, wordOf } from './fiscal-year.ts';

/** When the organization works (crm-api 11): `/settings/business_hours`. */
export const weekDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
export const hourTypes = ['24_by_7', '24_by_5', 'custom'] as const;
export const hourPattern = '^([01][0-9]|2[0-3]):[0-5][0-9]$';

const key = 'business_hours';
const hour = new RegExp(hourPattern);

/** GET /settings/business_hours; nothing until they are set up. */
export async function getBusinessHours({ space }: CrmCall): Promise<CrmAnswer> {
  const [stored] = space.list(key);
  if (!stored) return { status: 204 };
  const { definition } = stored;
  const custom_timing = definition.customTiming.map(({ days, hours }) => ({ days, business_timing: hours }));
  return {
    status: 200,
    json: {
      business_hours: {
        id: stored.id,
        type: definition.type,
        timezone: definition.timeZone,
        week_starts_on: definition.weekStartsOn,
        business_days: definition.businessDays,
        same_as_everyday: definition.sameAsEveryday,
        daily_timing: definition.dailyTiming ?? [],
        custom_timing,
      },
    },
  };
}

/** POST and PUT /settings/business_hours: sets them up, or changes them. */
export const writeBusinessHours =
  (creates: boolean) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    const given = bodyObject(call, key);
    const id = call.space.id(systemIds.businessHours);
    const answer = await changeArea({ area: key }, call, (items): ItemAnswer => {
      const before = items.get(id);
      if (creates && before) return errorBody('DUPLICATE_DATA', { id });
      if (!creates && !before) throw new Refusal('INVALID_DATA', { details: { api_name: key, json_path: `$.${key}` } });
      const definition = readHours(call, given, before?.definition);
      if ('code' in definition) return definition;
      items.set(id, before ? changedSetting(call, before, definition) : newSetting(call, id, definition));
      return success('Business Hours saved successfully', { id });
    });
    return answerOneItem(key, answer, creates ? 201 : 200);
  };

function readHours(call: CrmCall, given: JsonObject, before: BusinessHours | undefined): BusinessHours | ErrorBody {
  const type = wordOf(given, key, 'type', hourTypes, before?.type);
  if (typeof type !== 'string') return type;
  const weekStartsOn = wordOf(given, key, 'week_starts_on', weekDays, before?.weekStartsOn ?? 'Sunday');
  if (typeof weekStartsOn !== 'string') return weekStartsOn;
  const place = (name: string) => ({ api_name: name, json_path: `$.${key}.${name}` });
  const timeZone = given.timezone ?? before?.timeZone ?? call.space.contents.settings.timeZone;
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone)) return errorBody('INVALID_DATA', place('timezone'));
  const all = { '24_by_7': weekDays, '24_by_5': weekDays.slice(1, 6) } as Readonly<Record<string, readonly string[]>>;
  const whole = all[type];
  const basics = { type: type as BusinessHours['type'], weekStartsOn, timeZone };
  if (whole) {
    return { ...basics, businessDays: whole, sameAsEveryday: true, dailyTiming: ['00:00', '23:59'], customTiming: [] };
  }
  const days = readDays(given.business_days ?? before?.businessDays, place('business_days'));
  if ('code' in days) return days;
  const same = given.same_as_everyday ?? before?.sameAsEveryday ?? true;
  if (typeof same !== 'boolean')
    return errorBody('INVALID_DATA', { expected_data_type: 'boolean', ...place('same_as_everyday') });
  if (same) {
    const dailyTiming = readRange(given.daily_timing ?? before?.dailyTiming, place('daily_timing'));
    if ('code' in dailyTiming) return dailyTiming;
    return {
      ...basics,
      businessDays: days.days,
      sameAsEveryday: true,
      dailyTiming: dailyTiming.hours,
      customTiming: [],
    };
  }
  const raw = given.custom_timing;
  if (raw === undefined && before && !before.sameAsEveryday) return { ...before, ...basics, businessDays: days.days };
  if (!Array.isArray(raw))
    return errorBody(raw === undefined ? 'MANDATORY_NOT_FOUND' : 'INVALID_DATA', place('custom_timing'));
  const customTiming: { days: string; hours: Hours }[] = [];
  for (const [index, each] of raw.slice(0, weekDays.length + 1).entries()) {
    const at = `$.${key}.custom_timing[${index}]`;
    const day = isJsonObject(each) ? each.days : undefined;
    const known =
      typeof day === 'string' && days.days.includes(day) && !customTiming.some((other) => other.days === day);
    if (!known)
      return errorBody('INVALID_DATA', { api_name: 'days', json_path: `${at}.days`, supported_values: days.days });
    const hours = readRange((each as JsonObject).business_timing, {
      api_name: 'business_timing',
      json_path: `${at}.business_timing`,
    });
    if ('code' in hours) return hours;
    customTiming.push({ days: day, hours: hours.hours });
  }
  if (customTiming.length < days.days.length) return errorBody('MANDATORY_NOT_FOUND', place('custom_timing'));
  return { ...basics, businessDays: days.days, sameAsEveryday: false, dailyTiming: null, customTiming };
}

function readDays(raw: unknown, place: Record<string, string>): { readonly days: readonly string[] } | ErrorBody {
  if (raw === undefined || raw === null) return errorBody('MANDATORY_NOT_FOUND', place);
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  const days = weekDays.filter((day) => raw.includes(day));
  if (days.length > 0 && days.length === raw.length) return { days };
  return errorBody('INVALID_DATA', { ...place, supported_values: weekDays });
}

/** `["09:00","18:00"]`: from before to. */
function readRange(raw: unknown, place: Record<string, string>): { readonly hours: Hours } | ErrorBody {
  if (raw === undefined || raw === null) return errorBody('MANDATORY_NOT_FOUND', place);
  const [from, to, more] = Array.isArray(raw) ? raw : [];
  const sound = [from, to].every((each) => typeof each === 'string' && hour.test(each)) && more === undefined;
  if (sound && from < to) return { hours: [from, to] };
  return errorBody('INVALID_DATA', { ...place, regex: hourPattern }, 'expected two times, the first before the second');
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
