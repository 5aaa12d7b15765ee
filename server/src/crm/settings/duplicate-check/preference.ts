import { comparisonOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { type Field, type Module, servesRecords, wholeModule } from '../../kernel/metadata/metadata.ts';
import { checkPermission, customization } from '../../kernel/permissions.ts';
import type { DuplicateCheck } from '../../kernel/space/duplicate-check.ts';
import type { Space } from '../../kernel/space/space.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { success } from '../../wire/item-list.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { joinedTargets } from '../layouts/convert-mapping.ts';

/**
 * What leads are held against when duplicates of them are looked for: conversions match contacts and accounts by these
 * fields instead of the usual ones (`work/convert/find-matches.ts`). A module has one preference or none.
 */

const key = 'duplicate_check_preference';
const area = 'duplicate_check';
const types = ['converted_records', 'mapped_module_records'] as const;
export const checkLimits = { modules: 2, fields: 5 } as const;

/** The module that `?module=` names, when its records are converted. @throws Refusal */
function leads(call: CrmCall): Module {
  const module = metadataModule(call);
  if (module.traits.convertible && servesRecords(module)) return wholeModule(module);
  throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
}

/** GET /settings/duplicate_check_preference?module= */
export async function getPreference(call: CrmCall): Promise<CrmAnswer> {
  const module = leads(call);
  const [known] = call.space.list(area, module.number);
  if (!known) return { status: 204 };
  return { status: 200, json: { [key]: preferenceAnswer(call.space, module, known.definition) } };
}

function preferenceAnswer(space: Space, module: Module, { type, mappings }: DuplicateCheck): object {
  const named = ({ apiName, label, idSuffix }: Field) => ({ api_name: apiName, name: label, id: space.id(idSuffix) });
  const type_configurations = mappings.flatMap((mapping) => {
    const mapped = space.metadata.byNumber(mapping.module);
    if (!mapped) return [];
    const field_mappings = mapping.fields.flatMap((pair) => {
      const [current, other] = [module.field.get(pair.current), wholeModule(mapped).field.get(pair.mapped)];
      return current && other ? [{ current_field: named(current), mapped_field: named(other) }] : [];
    });
    const mapped_module = { api_name: mapped.apiName, name: mapped.pluralLabel, id: space.moduleId(mapped) };
    return [{ mapped_module, field_mappings }];
  });
  return { type, type_configurations };
}

/** POST /settings/duplicate_check_preference?module= */
export const createPreference = (call: CrmCall) => write(call, 'create');
/** PUT /settings/duplicate_check_preference?module= */
export const updatePreference = (call: CrmCall) => write(call, 'update');

async function write(call: CrmCall, how: 'create' | 'update'): Promise<CrmAnswer> {
  const module = leads(call);
  checkPermission(call.user, customization);
  const body = readPreference(call.space, module, readJsonBody(call.body)[key]);
  if ('code' in body) throw new Refusal(body.code, { details: body.details, message: body.message });
  const { store, space } = call;
  const [newId] = (await store.ids.take(space.dataSpace, 1)) as [string];
  await changeSpace(call, async (transaction) => {
    const known = (await readSettings(transaction, call.space.dataSpace, area)).find(
      (each) => each.module === module.number,
    );
    if (how === 'create' && known) throw new Refusal('NOT_ALLOWED', { message: 'the module has a preference already' });
    if (how === 'update' && !known) throw new Refusal('NOT_ALLOWED', { message: 'the module has no preference yet' });
    await writeSettings(transaction, call, area, [{ id: known?.id ?? newId, module: module.number, definition: body }]);
  });
  const message = `duplicate check preference ${how}d successfully`;
  return { status: how === 'create' ? 201 : 200, json: { [key]: success(message, {}) } };
}

/** DELETE /settings/duplicate_check_preference?module= */
export async function deletePreference(call: CrmCall): Promise<CrmAnswer> {
  const module = leads(call);
  checkPermission(call.user, customization);
  await changeSpace(call, async (transaction) => {
    const known = (await readSettings(transaction, call.space.dataSpace, area)).find(
      (each) => each.module === module.number,
    );
    if (!known) throw new Refusal('NOT_ALLOWED', { message: 'the module has no preference' });
    await deleteSettings(transaction, call.space.dataSpace, area, [known.id]);
  });
  return { status: 200, json: { [key]: success('duplicate check preference deleted successfully', {}) } };
}

function readPreference(space: Space, module: Module, raw: unknown): DuplicateCheck | ErrorBody {
  const path = `$.${key}`;
  if (raw === undefined || raw === null) return errorBody('MANDATORY_NOT_FOUND', { api_name: key, json_path: path });
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path });
  const place = (name: string) => ({ api_name: name, json_path: `${path}.${name}` });
  if (raw.type === undefined || raw.type === null) return errorBody('MANDATORY_NOT_FOUND', place('type'));
  const type = types.find((each) => each === raw.type);
  if (!type) return errorBody('INVALID_DATA', { ...place('type'), supported_values: types });
  const given = raw.type_configurations ?? undefined;
  // Converted leads are known by the fields that conversions match by anyway.
  if (type === 'converted_records' && given === undefined) return { type, mappings: [] };
  if (given === undefined) return errorBody('MANDATORY_NOT_FOUND', place('type_configurations'));
  if (!Array.isArray(given) || given.length === 0) {
    return errorBody('INVALID_DATA', { ...place('type_configurations'), expected_data_type: 'jsonarray' });
  }
  if (given.length > checkLimits.modules) {
    return errorBody('LIMIT_EXCEEDED', { ...place('type_configurations'), limit: checkLimits.modules });
  }
  const mappings: DuplicateCheck['mappings'][number][] = [];
  for (const [index, each] of given.entries()) {
    const mapping = readMapping(space, module, each, `${path}.type_configurations[${index}]`);
    if ('code' in mapping) return mapping;
    mappings.push(mapping);
  }
  return { type, mappings };
}

function readMapping(
  space: Space,
  module: Module,
  raw: unknown,
  path: string,
): DuplicateCheck['mappings'][number] | ErrorBody {
  const item = isJsonObject(raw) ? raw : {};
  const given = isJsonObject(item.mapped_module) ? item.mapped_module : {};
  const id = readId(given.id);
  const mapped = joinedTargets
    .flatMap((target) => space.metadata.find(target) ?? [])
    .find((each) => each.apiName === given.api_name || space.moduleId(each) === id);
  const modulePlace = { api_name: 'mapped_module', json_path: `${path}.mapped_module` };
  if (!mapped) return errorBody('INVALID_DATA', { ...modulePlace, supported_values: joinedTargets });
  const pairs = item.field_mappings;
  const place = { api_name: 'field_mappings', json_path: `${path}.field_mappings` };
  if (!Array.isArray(pairs) || pairs.length === 0) return errorBody('MANDATORY_NOT_FOUND', place);
  if (pairs.length > checkLimits.fields) return errorBody('LIMIT_EXCEEDED', { ...place, limit: checkLimits.fields });
  const fields: { current: string; mapped: string }[] = [];
  for (const [index, pair] of pairs.entries()) {
    const found: string[] = [];
    for (const [name, of] of [
      ['current_field', module],
      ['mapped_field', wholeModule(mapped)],
    ] as const) {
      const reference = isJsonObject(pair) && isJsonObject(pair[name]) ? pair[name] : {};
      const byId = readId(reference.id);
      const field = of.fields.find((each) => each.apiName === reference.api_name || space.id(each.idSuffix) === byId);
      const at = { api_name: name, json_path: `${place.json_path}[${index}].${name}` };
      if (!field || comparisonOf(field)?.freeText !== true) {
        return errorBody('INVALID_DATA', { ...at, expected_data_type: 'a text, e-mail, phone or website field' });
      }
      found.push(field.apiName);
    }
    fields.push({ current: found[0] as string, mapped: found[1] as string });
  }
  return { module: mapped.number, fields };
}
