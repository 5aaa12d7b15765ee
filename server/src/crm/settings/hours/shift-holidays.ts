import type { Queryable } from '../../../database/database.ts';
import { isDate } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Holiday, Setting } from '../../kernel/space/setting.ts';
import type { Space } from '../../kernel/space/space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { readPlainItem } from '../../wire/item-list.ts';
import type { ItemIds, ItemReading } from '../kept/setting-list.ts';
import { holidayFields, holidayLimits } from './holidays.ts';
import { readObjects, shiftLimits } from './shift-parts.ts';

/** Holidays of a shift, which are written with it, or by themselves (`holidays.ts`). */
type Kept = { readonly id: string; readonly definition: Holiday };

export function holidaysOfShift(space: Space, shiftId: string): readonly Setting<'holiday'>[] {
  return space
    .list('holiday')
    .filter(({ definition }) => definition.shift === shiftId)
    .toSorted((one, other) => (one.definition.date < other.definition.date ? -1 : 1));
}

/** The holidays of a body, which take the place of those of the shift; undefined when it says none. */
export function readShiftHolidays(
  { call, jsonPath, id: shift, partId }: ItemReading<'shift_hours'> & ItemIds,
  raw: unknown,
): { readonly holidays: readonly Kept[] } | ErrorBody | undefined {
  if (raw === undefined) return undefined;
  const at = `${jsonPath}.holidays`;
  const list = readObjects(raw, at, shiftLimits.holidays);
  if ('code' in list) return list;
  const before = holidaysOfShift(call.space, shift);
  const others = call.space.list('holiday').length - before.length;
  if (others + list.objects.length > holidayLimits.total) {
    return errorBody('LIMIT_EXCEEDED', { limit: holidayLimits.total });
  }
  const holidays: Kept[] = [];
  for (const [index, each] of list.objects.entries()) {
    const here = `${at}[${index}]`;
    const place = (key: string) => ({ api_name: key, json_path: `${here}.${key}` });
    const known = before.find(({ id }) => id === readId(each.id));
    if (each.id !== undefined && !known) return errorBody('INVALID_DATA', place('id'), idInvalid);
    const plain = readPlainItem(each, holidayFields, here, known === undefined);
    if (plain.failure) return plain.failure;
    const name = (plain.values.get('name') ?? known?.definition.name) as string;
    const date = (plain.values.get('date') ?? known?.definition.date) as string;
    if (!isDate(date)) return errorBody('INVALID_DATA', { expected_data_type: 'date', ...place('date') });
    if (holidays.some(({ definition }) => definition.date === date)) return errorBody('DUPLICATE_DATA', place('date'));
    holidays.push({ id: known?.id ?? partId(), definition: { name, date, shift } });
  }
  return { holidays };
}

/** Makes these the holidays of a shift. */
export async function keepShiftHolidays(
  transaction: Queryable,
  call: CrmCall,
  shift: string,
  holidays: readonly Kept[],
): Promise<void> {
  const { dataSpace } = call.space;
  const stored = await readSettings(transaction, dataSpace, 'holiday');
  const gone = stored.filter(
    ({ id, definition }) => definition.shift === shift && !holidays.some((each) => each.id === id),
  );
  await deleteSettings(
    transaction,
    dataSpace,
    'holiday',
    gone.map(({ id }) => id),
  );
  await writeSettings(transaction, call, 'holiday', holidays);
}
