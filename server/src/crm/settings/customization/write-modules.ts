import type { Queryable } from '../../../database/database.ts';
import { findKind, namingTypes } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { AutoNumber, Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { loadMetadata } from '../../store/space/load-metadata.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { idSource } from './create-fields.ts';
import { readAutoNumber } from './field-details.ts';
import { apiNameFor, apiNamePattern, isApiName } from './field-names.ts';
import { fail, type Reading } from './field-task.ts';
import { moduleDefinition } from './module-definition.ts';
import { isLabelTaken, isModuleNameTaken, nextModuleName } from './module-names.ts';
import { changeModule, insertModule, moduleNumbers, setProfiles } from './module-rows.ts';

export const maxModules = 200;
export const maxModulesOfCall = 10;
const labels = [itemField('singular_label', 'text', 100, true), itemField('plural_label', 'text', 100, true)];
const named = [...labels, itemField('api_name', 'text', 50)];
const at = '$.modules[0]';

/** POST /settings/modules (crm-api 7.1): a module of the organization's own, with `Name` and what every record has. */
export async function createModule(call: CrmCall): Promise<CrmAnswer> {
  const items = readItemList(call, 'modules', 1);
  const newId = await idSource(call, items);
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const metadata = await loadMetadata(transaction, call.space.dataSpace, call.space.contents);
    const reading = readModule(items[0], metadata, call);
    if (reading.failure) return reading.failure;
    const { apiName, profiles, ...given } = reading.value;
    const number = (await moduleNumbers(transaction, call, metadata))();
    const moduleName = nextModuleName(metadata, 'CustomModule');
    await insertModule(transaction, call, moduleDefinition({ ...given, number, apiName, moduleName }, newId));
    await setProfiles(transaction, call, apiName, profiles);
    return success('module created successfully', { id: call.space.id(number) });
  });
  return answerItemList('modules', [answer], 201);
}

interface ModuleGiven {
  readonly apiName: string;
  readonly singularLabel: string;
  readonly pluralLabel: string;
  readonly displayLabel: string;
  readonly displayNumber: AutoNumber | null;
  readonly profiles: readonly string[];
}

function readModule(raw: unknown, metadata: Metadata, call: CrmCall): Reading<ModuleGiven> {
  const reading = readPlainItem(raw, named, at, true);
  if (reading.failure) return reading;
  const { values, item } = reading;
  const [singularLabel, pluralLabel] = [String(values.get('singular_label')), String(values.get('plural_label'))];
  for (const [name, label] of [
    ['singular_label', singularLabel],
    ['plural_label', pluralLabel],
  ] as const) {
    if (isLabelTaken(metadata, label, null)) return fail('DUPLICATE_DATA', { at }, name, {});
  }
  const apiName = readApiName(values.get('api_name'), pluralLabel, metadata);
  if (apiName.failure) return apiName;
  const profiles = readProfiles(item.profiles, call, at);
  if (profiles.failure) return profiles;
  if (!profiles.value) return fail('MANDATORY_NOT_FOUND', { at }, 'profiles', {});
  const display = readDisplayField(item.display_field, singularLabel);
  if (display.failure) return display;
  if (metadata.modules.filter(({ generatedType }) => generatedType === 'custom').length >= maxModules) {
    return { failure: errorBody('LIMIT_EXCEEDED', { limit: maxModules, limit_due_to: [{ json_path: at }] }) };
  }
  return { value: { apiName: apiName.value, singularLabel, pluralLabel, profiles: profiles.value, ...display.value } };
}

function readApiName(given: unknown, pluralLabel: string, metadata: Metadata): Reading<string> {
  const isTaken = (name: string) => isModuleNameTaken(metadata, name);
  if (given === undefined || given === null) return { value: apiNameFor(pluralLabel, 'Custom_Module', isTaken) };
  const name = String(given);
  if (!isApiName(name)) return fail('INVALID_DATA', { at }, 'api_name', { regex: apiNamePattern });
  return isTaken(name) ? fail('DUPLICATE_DATA', { at }, 'api_name', {}) : { value: name };
}

const displayLabel = itemField('field_label', 'text', 100, true);

/** `display_field:{field_label, data_type}`: what records are called, a text by default. */
function readDisplayField(
  raw: unknown,
  singularLabel: string,
): Reading<Pick<ModuleGiven, 'displayLabel' | 'displayNumber'>> {
  if (raw === undefined || raw === null) {
    return { value: { displayLabel: `${singularLabel} Name`, displayNumber: null } };
  }
  const reading = readPlainItem(raw, [displayLabel], `${at}.display_field`, true);
  if (reading.failure) return reading;
  const { data_type: named } = reading.item;
  const definition = named === undefined ? undefined : findKind(String(named))?.definition;
  if (named !== undefined && !definition?.names) {
    return fail('INVALID_DATA', { at }, 'display_field.data_type', { supported_values: namingTypes });
  }
  const label = String(reading.values.get('field_label'));
  if (definition?.details !== 'numbering') return { value: { displayLabel: label, displayNumber: null } };
  const numbering = { auto_number: {}, ...reading.item };
  const number = readAutoNumber(numbering, { at: `${at}.display_field` });
  if (number.failure) return number;
  return { value: { displayLabel: label, displayNumber: number.value.auto_number ?? null } };
}

/** Ids of the profiles that see the module; undefined when the item says nothing of them. */
function readProfiles(raw: unknown, { space }: CrmCall, path: string): Reading<readonly string[] | undefined> {
  if (raw === undefined || raw === null) return { value: undefined };
  const where = { at: path };
  if (!Array.isArray(raw)) return fail('INVALID_DATA', where, 'profiles', { expected_data_type: 'jsonarray' });
  if (raw.length === 0) return fail('MANDATORY_NOT_FOUND', where, 'profiles', {});
  const ids: string[] = [];
  for (const [index, each] of raw.entries()) {
    const id = readId(isJsonObject(each) ? each.id : each);
    const known = space.contents.profiles.find((profile) => profile.id === id);
    if (!known) return fail('INVALID_DATA', where, `profiles[${index}].id`, {});
    ids.push(known.id);
  }
  return { value: ids };
}

/** PUT /settings/modules/{api name or id}: labels, and the profiles that see it. */
export async function updateModule(call: CrmCall): Promise<CrmAnswer> {
  const [name = ''] = call.path;
  return update(
    call,
    1,
    (metadata) => moduleNamed(metadata, call, name),
    () => {
      throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 2 } });
    },
  );
}

/** PUT /settings/modules: each item names its module by `id` or `api_name`. */
export async function updateModules(call: CrmCall): Promise<CrmAnswer> {
  return update(
    call,
    maxModulesOfCall,
    (metadata, { id, api_name }) => moduleNamed(metadata, call, String(id ?? api_name ?? '')),
    ({ id, api_name }, path) => {
      const place = { api_name: 'id', json_path: `${path}.id` };
      return (id ?? api_name) === undefined
        ? errorBody('MANDATORY_NOT_FOUND', place)
        : errorBody('INVALID_MODULE', place);
    },
  );
}

function moduleNamed(metadata: Metadata, { space }: CrmCall, name: string): Module | undefined {
  const number = sequenceOf(space.dataSpace, name);
  const module = number === undefined ? metadata.find(name) : metadata.byNumber(number);
  return module?.generatedType === 'default' || module?.generatedType === 'custom' ? module : undefined;
}

async function update(
  call: CrmCall,
  maximum: number,
  find: (metadata: Metadata, item: JsonObject) => Module | undefined,
  unknown: (item: JsonObject, path: string) => ErrorBody,
): Promise<CrmAnswer> {
  const items = readItemList(call, 'modules', maximum);
  const answers = await changeSpace(call, async (transaction) => {
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const path = `$.modules[${index}]`;
      const metadata = await loadMetadata(transaction, call.space.dataSpace, call.space.contents);
      const module = find(metadata, isJsonObject(raw) ? raw : {});
      if (!isJsonObject(raw)) {
        done.push(errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path }));
      } else if (!module) done.push(unknown(raw, path));
      else done.push(await change(transaction, call, raw, module, metadata, path));
    }
    return done;
  });
  return answerItemList('modules', answers, 200);
}

async function change(
  transaction: Queryable,
  call: CrmCall,
  raw: JsonObject,
  module: Module,
  metadata: Metadata,
  path: string,
): Promise<ItemAnswer> {
  const reading = readPlainItem(raw, labels, path, false);
  if (reading.failure) return reading.failure;
  for (const [name, label] of reading.values) {
    if (isLabelTaken(metadata, String(label), module)) return fail('DUPLICATE_DATA', { at: path }, name, {}).failure;
  }
  const profiles = readProfiles(raw.profiles, call, path);
  if (profiles.failure) return profiles.failure;
  await changeModule(transaction, call, module, Object.fromEntries(reading.values));
  if (profiles.value) await setProfiles(transaction, call, module.apiName, profiles.value);
  return success('module updated successfully', { id: call.space.moduleId(module) });
}
