import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { readId, systemIds } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { Setting, TaxDefinition, TaxPreference } from '../../kernel/space/setting.ts';
import { readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { answerOneItem, itemField, itemListOf, readPlainItem, success } from '../../wire/item-list.ts';
import {
  changeArea,
  changedSetting,
  createSettings,
  type ItemReading,
  newSetting,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';

/**
 * The taxes of an organization (crm-api 11). Before v6 they are written like other lists; since then one PUT says what
 * comes, changes and goes, and nothing of it is done when one part is wrong.
 */
export const taxLimits = { total: 100, items: 100 } as const;

const wholeSince = 6;
const noPreference: TaxPreference = { autoPopulate: false, modifyRates: true };
const fields = [
  itemField('name', 'text', 100),
  itemField('display_label', 'text', 100),
  itemField('value', 'double', 16),
  itemField('sequence_number', 'integer', 9),
];

export const taxList: SettingList<'tax'> = {
  area: 'tax',
  key: 'taxes',
  pathIndex: 2,
  limits: taxLimits,
  messages: { added: 'tax added', updated: 'record updated', deleted: 'tax deleted' },
  read: readTax,
};

/** GET /org/taxes */
export async function listTaxes(call: CrmCall): Promise<CrmAnswer> {
  const taxes = [...call.space.list('tax')].sort((one, other) => order(one) - order(other)).map(taxAnswer);
  const preference = preferenceAnswer(call.space.list('tax_preference')[0]?.definition ?? noPreference);
  if (call.version.number >= wholeSince) return { status: 200, json: { org_taxes: { taxes, preference } } };
  return taxes.length === 0 ? { status: 204 } : { status: 200, json: { taxes, preference } };
}

/** GET /org/taxes/{id} */
export async function getTax(call: CrmCall): Promise<CrmAnswer> {
  const tax = pathItem(taxList, call);
  if (!tax) return { status: 204 };
  const taxes = [taxAnswer(tax)];
  return { status: 200, json: call.version.number >= wholeSince ? { org_taxes: { taxes } } : { taxes } };
}

export const createTaxes = (call: CrmCall): Promise<CrmAnswer> => createSettings(taxList, call);
export const deleteTaxes = (call: CrmCall): Promise<CrmAnswer> => removeSettings(taxList, call);

/** PUT /org/taxes */
export async function updateTaxes(call: CrmCall): Promise<CrmAnswer> {
  if (call.version.number < wholeSince) return updateSettings(taxList, call);
  const given = readJsonBody(call.body).org_taxes;
  const at = '$.org_taxes';
  if (!isJsonObject(given)) {
    const place = { api_name: 'org_taxes', json_path: at };
    if (given === undefined || given === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', ...place } });
  }
  if (given.taxes === undefined && given.preference === undefined) {
    const expected = ['taxes', 'preference'].map((api_name) => ({ api_name, json_path: `${at}.${api_name}` }));
    throw new Refusal('EXPECTED_FIELD_MISSING', { details: { expected_fields: expected } });
  }
  const raws = given.taxes === undefined ? [] : itemListOf(given, 'taxes', taxLimits.items);
  const ids = await call.store.ids.take(call.space.dataSpace, Math.max(1, raws.length));
  const answer = await changeArea(taxList, call, async (items, transaction): Promise<ItemAnswer> => {
    const before = new Map(items);
    const preference = await readPreference(transaction, call, given.preference);
    const failure = 'code' in preference ? preference : changeTaxes(call, items, raws, ids);
    if (failure) {
      // Nothing was written yet: it stays as it was.
      items.clear();
      for (const [id, item] of before) items.set(id, item);
      return failure;
    }
    if (given.preference !== undefined) {
      const item = { id: call.space.id(systemIds.taxPreference), definition: preference as TaxPreference };
      await writeSettings(transaction, call, 'tax_preference', [item]);
    }
    const touched = [...items.keys()].filter((id) => items.get(id) !== before.get(id));
    return success('tax updated', { taxes: touched.map((id) => ({ id })) });
  });
  return answerOneItem('org_taxes', answer);
}

/** Does to `items` what the request says. @returns what is wrong with it. */
function changeTaxes(
  call: CrmCall,
  items: Map<string, Setting<'tax'>>,
  raws: readonly unknown[],
  ids: string[],
): ErrorBody | undefined {
  const places = new Set<unknown>();
  for (const [index, raw] of raws.entries()) {
    const jsonPath = `$.org_taxes.taxes[${index}]`;
    const item: JsonObject = isJsonObject(raw) ? raw : {};
    const self = item.id === undefined || item.id === null ? null : items.get(readId(item.id) ?? '');
    const place = { api_name: 'id', json_path: `${jsonPath}.id` };
    if (self === undefined) return errorBody('INVALID_DATA', place, 'Given ID does not exist');
    if (item._delete === true || item._delete === null) {
      if (!self) return errorBody('MANDATORY_NOT_FOUND', place);
      items.delete(self.id);
      continue;
    }
    if (!self && items.size >= taxLimits.total) return errorBody('LIMIT_EXCEEDED', { limit: taxLimits.total });
    const others = [...items.values()];
    const reading = readTax({ call, raw, jsonPath, others, self });
    if (reading.failure) return reading.failure;
    const { sequence_number: sequence } = item;
    if (sequence !== undefined && places.has(sequence)) {
      const details = { api_name: 'sequence_number', json_path: `${jsonPath}.sequence_number` };
      return errorBody('INVALID_DATA', details, 'Sequence number cannot be repeated in same request');
    }
    places.add(sequence);
    const id = self?.id ?? (ids.shift() as string);
    items.set(id, self ? changedSetting(call, self, reading.definition) : newSetting(call, id, reading.definition));
  }
  return undefined;
}

function readTax({ raw, jsonPath, others, self }: ItemReading<'tax'>): Reading<'tax'> {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { values } = reading;
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const before = self?.definition;
  const name = (values.get('name') ?? before?.name) as string | undefined;
  if (name === undefined) return { failure: errorBody('MANDATORY_NOT_FOUND', place('name')) };
  const value = (values.get('value') ?? before?.value) as number | undefined;
  if (value === undefined) return { failure: errorBody('MANDATORY_NOT_FOUND', place('value')) };
  if (value < 0 || value > 100) return { failure: errorBody('INVALID_DATA', place('value'), 'expected 0 to 100') };
  const isTaken = (each: Setting<'tax'>) =>
    each.id !== self?.id && each.definition.name.toLowerCase() === name.toLowerCase();
  if (others.some(isTaken)) return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  const last = Math.max(0, ...others.map(order));
  const sequenceNumber = (values.get('sequence_number') ?? before?.sequenceNumber ?? last + 1) as number;
  if (sequenceNumber < 1 || sequenceNumber > taxLimits.total) {
    return { failure: errorBody('INVALID_DATA', place('sequence_number'), 'Sequence number out of range') };
  }
  const displayLabel = (values.get('display_label') ?? before?.displayLabel ?? name) as string;
  const definition: TaxDefinition = { name, displayLabel, value, sequenceNumber };
  return { definition };
}

async function readPreference(
  transaction: Parameters<typeof readSettings>[0],
  { space }: CrmCall,
  raw: unknown,
): Promise<TaxPreference | ErrorBody> {
  const at = '$.org_taxes.preference';
  const [stored] = await readSettings(transaction, space.dataSpace, 'tax_preference');
  const before = stored?.definition ?? noPreference;
  if (raw === undefined) return before;
  const flags = [itemField('auto_populate_tax', 'boolean', 5), itemField('modify_tax_rates', 'boolean', 5)];
  const reading = readPlainItem(raw, flags, at, false);
  if (reading.failure) return reading.failure;
  return {
    autoPopulate: (reading.values.get('auto_populate_tax') as boolean | null | undefined) ?? before.autoPopulate,
    modifyRates: (reading.values.get('modify_tax_rates') as boolean | null | undefined) ?? before.modifyRates,
  };
}

const order = ({ definition }: Setting<'tax'>): number => definition.sequenceNumber;

const taxAnswer = ({ id, definition: { name, displayLabel, value, sequenceNumber } }: Setting<'tax'>) => ({
  display_label: displayLabel,
  name,
  id,
  value,
  sequence_number: sequenceNumber,
});

const preferenceAnswer = ({ autoPopulate, modifyRates }: TaxPreference) => ({
  auto_populate_tax: autoPopulate,
  modify_tax_rates: modifyRates,
});
