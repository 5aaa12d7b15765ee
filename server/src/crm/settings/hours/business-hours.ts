import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { BusinessHours } from '../../kernel/space/setting.ts';
import { answerOneItem, success } from '../../wire/item-list.ts';
import { changeArea, changedSetting, newSetting } from '../kept/setting-list.ts';
import { bodyObject, wordOf } from './fiscal-year.ts';
import { isTimeZone, readWeek, weekAnswer, weekDays } from './week-hours.ts';

/** When the organization works (crm-api 11): `/settings/business_hours`. */
export const hourTypes = ['24_by_7', '24_by_5', 'custom'] as const;

const key = 'business_hours';
export const businessNames = { days: 'business_days', timing: 'business_timing' } as const;

/** GET /settings/business_hours; nothing until they are set up. */
export async function getBusinessHours({ space }: CrmCall): Promise<CrmAnswer> {
  const [stored] = space.list(key);
  if (!stored) return { status: 204 };
  const { definition } = stored;
  return {
    status: 200,
    json: {
      business_hours: {
        id: stored.id,
        type: definition.type,
        timezone: definition.timeZone,
        week_starts_on: definition.weekStartsOn,
        business_days: definition.businessDays,
        ...weekAnswer(definition, businessNames.timing),
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
  if (!isTimeZone(timeZone)) return errorBody('INVALID_DATA', place('timezone'));
  const all = { '24_by_7': weekDays, '24_by_5': weekDays.slice(1, 6) } as Readonly<Record<string, readonly string[]>>;
  const whole = all[type];
  const basics = { type: type as BusinessHours['type'], weekStartsOn, timeZone };
  if (whole) {
    return { ...basics, businessDays: whole, sameAsEveryday: true, dailyTiming: ['00:00', '23:59'], customTiming: [] };
  }
  const week = readWeek(given, `$.${key}`, businessNames, before && { ...before, days: before.businessDays });
  if ('code' in week) return week;
  const { days: businessDays, ...hours } = week;
  return { ...basics, businessDays, ...hours };
}
