import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorCode, type ErrorDetails, Refusal, refusalOf } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import { type Field, type Module, servesRecords, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { Blueprint, BlueprintTransition } from '../../kernel/space/blueprint.ts';
import { readRuleCriteria } from '../../language/query/read-criteria.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { itemField, itemListOf, readPlainItem } from '../../wire/item-list.ts';

/** Blueprints are defined by the operator: the API of this system reads and performs them only. */

export const blueprintLimits = { blueprints: 50, transitions: 200, states: 100, fields: 50 } as const;

const fields = [
  itemField('name', 'text', 100, true),
  itemField('module', 'text', 100, true),
  itemField('field', 'text', 100, true),
];
const transitionFields = [
  itemField('name', 'text', 100, true),
  itemField('to', 'text', 120, true),
  itemField('color', 'text', 7),
];
const shownField = [itemField('api_name', 'text', 100, true), itemField('mandatory', 'boolean', 5)];

/**
 * Makes a blueprint of `{name, module, field, criteria?, transitions: [{name, from?, to, fields?: [{api_name,
 * mandatory?}], color?}]}`: `field` is a pick list of the module, `from` and `to` are values of it. @returns its id.
 * @throws Refusal whose details say what is wrong.
 */
export async function createBlueprint(call: CrmCall, raw: unknown): Promise<string> {
  const { store, space } = call;
  const { module, blueprint } = readBlueprint(call, raw);
  const ids = await store.ids.take(space.dataSpace, 1 + blueprint.transitions.length);
  const id = ids.shift() as string;
  const body: Blueprint = {
    ...blueprint,
    transitions: blueprint.transitions.map((transition, index) => ({ ...transition, id: ids[index] as string })),
  };
  await changeSpace(call, async (transaction) => {
    const known = await readSettings(transaction, call.space.dataSpace, 'blueprint');
    if (known.length >= blueprintLimits.blueprints) {
      throw new Refusal('LIMIT_EXCEEDED', { details: { limit: blueprintLimits.blueprints } });
    }
    if (known.some((each) => each.definition.name.toLowerCase() === body.name.toLowerCase())) {
      throw new Refusal('DUPLICATE_DATA', { details: { api_name: 'name', json_path: '$.name' } });
    }
    await writeSettings(transaction, call, 'blueprint', [{ id, module: module.number, definition: body }]);
  });
  return id;
}

/** Its records stay where they stand, and are held by nothing any more. @returns whether there was such a blueprint. */
export async function deleteBlueprint(call: CrmCall, id: string): Promise<boolean> {
  const { dataSpace } = call.space;
  const gone = await changeSpace(call, (transaction) => deleteSettings(transaction, dataSpace, 'blueprint', [id]));
  return gone > 0;
}

function invalid(json_path: string, details: object, code: ErrorCode = 'INVALID_DATA'): Refusal {
  return new Refusal(code, { details: { ...details, json_path } as ErrorDetails });
}

function readBlueprint(call: CrmCall, raw: unknown): { readonly module: Module; readonly blueprint: Blueprint } {
  const reading = readPlainItem(raw, fields, '$', true);
  if (reading.failure) throw refusalOf(reading.failure);
  const { item, values } = reading;
  const found = call.space.metadata.find(values.get('module') as string);
  if (!found || !servesRecords(found)) throw invalid('$.module', { api_name: 'module' }, 'INVALID_MODULE');
  const module = wholeModule(found);
  const field = module.field.get(values.get('field') as string);
  if (!field || kindOf(field).choices !== 'one') {
    throw invalid('$.field', { api_name: 'field', expected_data_type: 'api_name of a pick list of the module' });
  }
  const criteria = item.criteria ?? null;
  if (criteria !== null) readRuleCriteria(module, criteria, '$.criteria');
  const transitions = itemListOf(item, 'transitions', blueprintLimits.transitions).map((each, index) =>
    readTransition(module, field, each, `$.transitions[${index}]`),
  );
  const name = values.get('name') as string;
  return { module, blueprint: { name, field: field.apiName, criteria: criteria as object | null, transitions } };
}

function readTransition(module: Module, field: Field, raw: unknown, path: string): BlueprintTransition {
  const reading = readPlainItem(raw, transitionFields, path, true);
  if (reading.failure) throw refusalOf(reading.failure);
  const { item, values } = reading;
  const colour = (values.get('color') ?? null) as string | null;
  if (colour !== null && !/^#[0-9a-f]{6}$/i.test(colour)) throw invalid(`${path}.color`, { regex: '^#[0-9a-f]{6}$' });
  const given = item.from ?? null;
  const from = given === null ? null : itemListOf(item, 'from', blueprintLimits.states);
  return {
    id: '',
    name: values.get('name') as string,
    from: from?.map((value, index) => stateIn(field, value, `${path}.from[${index}]`)) ?? null,
    to: stateIn(field, values.get('to'), `${path}.to`),
    fields: readShownFields(module, item, path),
    colour,
  };
}

function stateIn(field: Field, value: unknown, json_path: string): string {
  const choice = field.pickList.find((each) => each.value === value);
  if (choice) return choice.value;
  throw invalid(json_path, { supported_values: field.pickList.map((each) => each.value).slice(0, 100) });
}

function readShownFields(module: Module, item: JsonObject, path: string): BlueprintTransition['fields'] {
  if (item.fields === undefined || item.fields === null) return [];
  if (Array.isArray(item.fields) && item.fields.length === 0) return [];
  return itemListOf(item, 'fields', blueprintLimits.fields).map((raw, index) => {
    const at = `${path}.fields[${index}]`;
    const reading = readPlainItem(isJsonObject(raw) ? raw : { api_name: raw }, shownField, at, true);
    if (reading.failure) throw refusalOf(reading.failure);
    const field = module.field.get(reading.values.get('api_name') as string);
    if (!field || field.readOnly)
      throw invalid(`${at}.api_name`, { expected_data_type: 'api_name of a field that can be written' });
    return { name: field.apiName, mandatory: reading.values.get('mandatory') === true };
  });
}
