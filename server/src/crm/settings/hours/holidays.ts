import { isDate } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { itemField, readPlainItem, referenceIn } from '../../wire/item-list.ts';
import { choiceParameter, pageOf, pageParameters } from '../../wire/parameters.ts';
import {
  createSettings,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';

/** Days on which the organization does not work (crm-api 11): `/settings/holidays`. */
export const holidayLimits = { total: 1_000, items: 100 } as const;
export const holidayTypes = ['business_holiday', 'shift_holiday'] as const;

type Holiday = Setting<'holiday'>;

export const holidayFields = [itemField('name', 'text', 100, true), itemField('date', 'text', 10, true)];

const holidayList: SettingList<'holiday'> = {
  area: 'holiday',
  key: 'holidays',
  pathIndex: 2,
  limits: holidayLimits,
  messages: {
    added: 'Holidays created successfully',
    updated: 'Holidays updated successfully',
    deleted: 'Holidays deleted successfully',
  },
  read: readHoliday,
};

/** GET /settings/holidays?year=&type=&page=&per_page=, by date */
export async function listHolidays(call: CrmCall): Promise<CrmAnswer> {
  const type = choiceParameter(call.query, 'type', holidayTypes, 'business_holiday');
  const year = call.query.get('year');
  if (year && !/^\d{4}$/.test(year)) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'year', expected_data_type: 'integer' } });
  }
  const shift = call.query.get('shift_id');
  if (shift && readId(shift) === undefined) throw new Refusal('INVALID_DATA', { details: { param_name: 'shift_id' } });
  const found = call.space
    .list('holiday')
    .filter(({ definition }) => !year || definition.date.startsWith(year))
    .filter(({ definition }) =>
      type === 'business_holiday'
        ? !definition.shift && !shift
        : definition.shift && (!shift || definition.shift === shift),
    )
    .toSorted((one, other) => (one.definition.date < other.definition.date ? -1 : 1));
  const { shown, info } = pageOf(found, pageParameters(call));
  return shown.length === 0
    ? { status: 204 }
    : { status: 200, json: { holidays: shown.map((each) => holidayAnswer(call, each)), info } };
}

/** GET /settings/holidays/{id} */
export async function getHoliday(call: CrmCall): Promise<CrmAnswer> {
  const holiday = pathItem(holidayList, call);
  return holiday ? { status: 200, json: { holidays: [holidayAnswer(call, holiday)] } } : { status: 204 };
}

export const createHolidays = (call: CrmCall) => createSettings(holidayList, call);
export const updateHolidays = (call: CrmCall) => updateSettings(holidayList, call);
export const deleteHoliday = (call: CrmCall) => removeSettings(holidayList, call);

function readHoliday({ call, raw, jsonPath, others, self }: ItemReading<'holiday'>): Reading<'holiday'> {
  const reading = readPlainItem(raw, holidayFields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const name = (values.get('name') ?? self?.definition.name) as string;
  const date = (values.get('date') ?? self?.definition.date) as string;
  if (!isDate(date)) return { failure: errorBody('INVALID_DATA', { expected_data_type: 'date', ...place('date') }) };
  const before = self && typeOf(self);
  const type = item.type ?? before ?? 'business_holiday';
  // A holiday stays what it is.
  const types = before ? [before] : holidayTypes;
  if (!types.some((each) => each === type)) {
    return { failure: errorBody('INVALID_DATA', { ...place('type'), supported_values: types }) };
  }
  const shift = readShift(call, type === 'shift_holiday', item.shift_hour, `${jsonPath}.shift_hour`, self);
  if (shift.failure) return shift;
  const isSame = ({ id, definition }: Holiday) =>
    id !== self?.id && definition.date === date && definition.shift === shift.id;
  if (others.some(isSame)) return { failure: errorBody('DUPLICATE_DATA', place('date')) };
  return { definition: { name, date, ...(shift.id === undefined ? {} : { shift: shift.id }) } };
}

/** The shift that does not work on the day. */
function readShift(
  { space }: CrmCall,
  isOfShift: boolean,
  raw: unknown,
  at: string,
  self: Holiday | null,
): { readonly id: string | undefined; readonly failure?: undefined } | { readonly failure: ErrorBody } {
  if (!isOfShift) return { id: undefined };
  const given = raw ?? self?.definition.shift;
  if (given === undefined) {
    return { failure: errorBody('MANDATORY_NOT_FOUND', { api_name: 'shift_hour', json_path: at }) };
  }
  const id = referenceIn(given);
  if (id !== undefined && space.list('shift_hours').some((shift) => shift.id === id)) return { id };
  return { failure: errorBody('INVALID_DATA', { api_name: 'id', json_path: `${at}.id` }, idInvalid) };
}

const typeOf = ({ definition }: Holiday) => (definition.shift === undefined ? 'business_holiday' : 'shift_holiday');

function holidayAnswer({ space }: CrmCall, holiday: Holiday) {
  const { name, date, shift } = holiday.definition;
  const shiftName = space.list('shift_hours').find(({ id }) => id === shift)?.definition.name;
  return {
    id: holiday.id,
    name,
    date,
    year: Number(date.slice(0, 4)),
    type: typeOf(holiday),
    ...(shift === undefined ? {} : { shift_hour: { name: shiftName ?? null, id: shift } }),
  };
}
