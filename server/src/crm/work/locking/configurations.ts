import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Module, servesRecords, wholeModule } from '../../kernel/metadata/metadata.ts';
import { checkPermission, customization } from '../../kernel/permissions.ts';
import type { LockingConfiguration } from '../../kernel/space/locking-configuration.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { stampsOf } from '../../settings/kept/setting-list.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pathId } from '../../wire/parameters.ts';
import { lockingLimits, readConfiguration } from './read-configuration.ts';
import { lockExisting } from './rule-locking.ts';

/** The calls of `/settings/record_locking_configurations`: a module has one configuration or none. */

const area = 'locking_configuration';
const key = 'record_locking_configurations';

/** The module that `?module=` names, when its records can be locked. @throws Refusal */
function lockedModule(call: CrmCall): Module {
  const module = wholeModule(metadataModule(call));
  if (servesRecords(module) && !module.traits.partOfRecord) return module;
  throw new Refusal('NOT_SUPPORTED', { details: { param_name: 'module' } });
}

/** GET /settings/record_locking_configurations?module=&feature_type= */
export async function listConfigurations(call: CrmCall): Promise<CrmAnswer> {
  const module = lockedModule(call);
  const type = call.query.get('feature_type');
  const found = call.space.list(area, module.number);
  if (found.length === 0 || (type && type !== 'record_locking')) return { status: 204 };
  return { status: 200, json: { [key]: found.map((each) => configurationAnswer(call, module, each)) } };
}

function configurationAnswer(call: CrmCall, module: Module, configuration: Setting<typeof area>): object {
  const { space } = call;
  const { id, definition } = configuration;
  const profiles = space.contents.profiles.filter((profile) => definition.excludedProfiles.includes(profile.id));
  return {
    id,
    ...stampsOf(call, configuration),
    feature_type: 'record_locking',
    system_defined: false,
    lock_type: definition.lockType,
    locked_for: definition.excludedProfiles.length === 0 ? 'all_profiles' : 'all_profiles_except_excluded_profiles',
    lock_for_portal_users: false,
    excluded_fields: definition.excludedFields.flatMap((name) => {
      const field = module.field.get(name);
      return field ? [{ api_name: name, id: space.id(field.idSuffix) }] : [];
    }),
    lock_excluded_profiles: profiles.map((profile) => ({ name: profile.name, id: profile.id })),
    restricted_actions: ['update', 'delete'],
    restricted_communications: [],
    restricted_custom_buttons: [],
    locking_rules: definition.rules.map(({ id: rule, name, criteria, locksExisting }) => ({
      ...{ id: rule, name, criteria, lock_existing_records: locksExisting },
    })),
  };
}

/** POST /settings/record_locking_configurations?module= */
export async function createConfiguration(call: CrmCall): Promise<CrmAnswer> {
  const module = lockedModule(call);
  checkPermission(call.user, customization);
  const [raw] = readItemList(call, key, 1);
  const ids = await call.store.ids.take(call.space.dataSpace, 2 + lockingLimits.rules);
  const [id, jobId] = ids.splice(0, 2) as [string, string];
  const reading = readConfiguration(call, module, raw, `$.${key}[0]`, undefined, ids);
  const answer = 'code' in reading ? reading : await put(call, module, undefined, id, reading, jobId);
  return answerItemList(key, [answer], 201);
}

/** PUT /settings/record_locking_configurations?module=: the item names its configuration by `id`. */
export async function updateConfigurations(call: CrmCall): Promise<CrmAnswer> {
  const module = lockedModule(call);
  const [raw] = readItemList(call, key, 1);
  const given = isJsonObject(raw) ? (raw.id ?? undefined) : undefined;
  const place = { api_name: 'id', json_path: `$.${key}[0].id` };
  if (given === undefined) return answerItemList(key, [errorBody('MANDATORY_NOT_FOUND', place)], 200);
  const answer = await update(call, module, raw, readId(given));
  return answerItemList(key, [answer ?? errorBody('INVALID_DATA', place, idInvalid)], 200);
}

/** PUT /settings/record_locking_configurations/{id}?module= */
export async function updateConfiguration(call: CrmCall): Promise<CrmAnswer> {
  const module = lockedModule(call);
  const id = readId(pathId(call.path[0] as string, 2));
  const [raw] = readItemList(call, key, 1);
  const answer = await update(call, module, raw, id);
  if (!answer) throw unknownConfiguration();
  return answerItemList(key, [answer], 200);
}

function unknownConfiguration(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

/** @returns undefined when the module has no configuration with that id. */
async function update(call: CrmCall, module: Module, raw: unknown, id: string | undefined) {
  checkPermission(call.user, customization);
  const known = call.space.list(area, module.number).find((each) => each.id === id);
  if (!known) return undefined;
  const ids = await call.store.ids.take(call.space.dataSpace, 1 + lockingLimits.rules);
  const [jobId] = ids.splice(0, 1) as [string];
  const reading = readConfiguration(call, module, raw, `$.${key}[0]`, known.definition, ids);
  return 'code' in reading ? reading : put(call, module, known.definition, known.id, reading, jobId);
}

/** Writes a configuration; a job locks the records that rules fit which are new and say so. */
async function put(
  call: CrmCall,
  module: Module,
  before: LockingConfiguration | undefined,
  id: string,
  body: LockingConfiguration,
  jobId: string,
): Promise<ReturnType<typeof success> | ErrorBody> {
  const failure = await changeSpace(call, async (transaction) => {
    const there = (await readSettings(transaction, call.space.dataSpace, area)).filter(
      (each) => each.module === module.number,
    );
    if (!before && there.length > 0)
      return errorBody('NOT_ALLOWED', { id: there[0]?.id }, 'the module has a configuration already');
    await writeSettings(transaction, call, area, [{ id, module: module.number, definition: body }]);
    const known = new Set(before?.rules.filter((rule) => rule.locksExisting).map((rule) => JSON.stringify(rule)));
    const fresh = body.rules.filter((rule) => rule.locksExisting && !known.has(JSON.stringify(rule)));
    if (fresh.length > 0 && body.lockType !== 'manual') await lockExisting(transaction, call, module, jobId);
    return undefined;
  });
  return failure ?? success(`record locking configuration ${before ? 'updated' : 'created'} successfully`, { id });
}

/** DELETE /settings/record_locking_configurations/{id}?module=: records that its rules have locked stay so. */
export async function deleteConfiguration(call: CrmCall): Promise<CrmAnswer> {
  const module = lockedModule(call);
  checkPermission(call.user, customization);
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  await changeSpace(call, async (transaction) => {
    const there = await readSettings(transaction, call.space.dataSpace, area);
    if (!there.some((each) => each.id === id && each.module === module.number)) throw unknownConfiguration();
    await deleteSettings(transaction, call.space.dataSpace, area, [id]);
  });
  return answerItemList(key, [success('record locking configuration deleted successfully', { id })], 200);
}
