import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { FiscalYear } from '../../kernel/space/setting.ts';
import { answerOneItem, success } from '../../wire/item-list.ts';
import { changeArea, changedSetting, newSetting } from '../kept/setting-list.ts';

/** When the organization's year begins (crm-api 11): `/settings/fiscal_year`. */
export const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
] as const;
export const yearNames = ['start_month', 'end_month'] as const;

const first: FiscalYear = { startMonth: 'January', displayBasedOn: 'start_month' };

/** GET /settings/fiscal_year */
export async function getFiscalYear({ space }: CrmCall): Promise<CrmAnswer> {
  const { startMonth, displayBasedOn } = space.list('fiscal_year')[0]?.definition ?? first;
  const fiscal_year = { start_month: startMonth, display_based_on: displayBasedOn, id: space.id(systemIds.fiscalYear) };
  return { status: 200, json: { fiscal_year } };
}

/** PUT /settings/fiscal_year */
export async function updateFiscalYear(call: CrmCall): Promise<CrmAnswer> {
  const given = bodyObject(call, 'fiscal_year');
  const id = call.space.id(systemIds.fiscalYear);
  const answer = await changeArea({ area: 'fiscal_year' }, call, (items): ItemAnswer => {
    const before = items.get(id);
    const month = wordOf(given, 'fiscal_year', 'start_month', months, before?.definition.startMonth);
    if (typeof month !== 'string') return month;
    const shown = wordOf(
      given,
      'fiscal_year',
      'display_based_on',
      yearNames,
      (before?.definition ?? first).displayBasedOn,
    );
    if (typeof shown !== 'string') return shown;
    const definition: FiscalYear = { startMonth: month, displayBasedOn: shown as FiscalYear['displayBasedOn'] };
    items.set(id, before ? changedSetting(call, before, definition) : newSetting(call, id, definition));
    return success('The fiscal year configuration has been updated successfully', { id });
  });
  return answerOneItem('fiscal_year', answer);
}

/** The object of a body that holds one. @throws Refusal when there is none. */
export function bodyObject(call: CrmCall, key: string): JsonObject {
  const given = readJsonBody(call.body)[key];
  const place = { api_name: key, json_path: `$.${key}` };
  if (given === undefined || given === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (isJsonObject(given)) return given;
  throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', ...place } });
}

/** One of a closed set of words in a body's object; `before` when it says nothing. */
export function wordOf(
  given: JsonObject,
  key: string,
  name: string,
  words: readonly string[],
  before: string | undefined,
): string | ErrorBody {
  const value = given[name];
  const place = { api_name: name, json_path: `$.${key}.${name}` };
  if (value === undefined || value === null) return before ?? errorBody('MANDATORY_NOT_FOUND', place);
  const word = words.find((each) => each === value);
  return word ?? errorBody('INVALID_DATA', { ...place, supported_values: words });
}
