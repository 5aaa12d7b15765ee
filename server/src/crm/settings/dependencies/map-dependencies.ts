import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import { type Field, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { checkPermission, customization } from '../../kernel/permissions.ts';
import { layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { MapDependency } from '../../kernel/space/map-dependency.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import type { Space } from '../../kernel/space/space.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pageOf, pageParameters, pathId } from '../../wire/parameters.ts';
import { pickListValueId } from '../fields/field-answer.ts';

/** Dependencies between pick lists of a module: which choices of one go with a choice of another (`check-dependencies.ts`). */

export const dependencyLimits = { dependencies: 100, values: 1000 } as const;

const area = 'map_dependency';
type Dependency = Setting<typeof area>;

/** The module that `?module=` names, when the path names a layout of it: all of them have the same. @throws Refusal */
function placeOf(call: CrmCall): Module {
  const module = wholeModule(metadataModule(call));
  const id = readId(pathId(call.path[0] as string, 2));
  const isLayout = layoutsOf(call.space, module).some((each) => each.id === id);
  if (isLayout && module.generatedType !== 'subform') return module;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

function unknownDependency(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 4 }, message: idInvalid });
}

/** The dependencies whose fields are still there. */
function shownDependencies(space: Space, module: Module): readonly Dependency[] {
  return space
    .list(area, module.number)
    .filter(({ definition }) => module.field.has(definition.parent) && module.field.has(definition.child));
}

/** GET /settings/layouts/{layout}/map_dependency?module= */
export async function listDependencies(call: CrmCall): Promise<CrmAnswer> {
  const module = placeOf(call);
  const { shown, info } = pageOf(shownDependencies(call.space, module), pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  return { status: 200, json: { map_dependency: shown.map((each) => dependencyAnswer(call, module, each)), info } };
}

/** GET /settings/layouts/{layout}/map_dependency/{dependency}?module= */
export async function getDependency(call: CrmCall): Promise<CrmAnswer> {
  const module = placeOf(call);
  const id = readId(pathId(call.path[1] as string, 4));
  const found = shownDependencies(call.space, module).find((each) => each.id === id);
  if (!found) throw unknownDependency();
  return { status: 200, json: { map_dependency: [dependencyAnswer(call, module, found)] } };
}

function dependencyAnswer({ space }: CrmCall, module: Module, { id, definition }: Dependency): object {
  const [parent, child] = [definition.parent, definition.child].map((name) => module.field.get(name) as Field) as [
    Field,
    Field,
  ];
  const choices = (field: Field) =>
    field.pickList.map(({ value, display }, index) => ({
      id: pickListValueId(field, index, space),
      actual_value: value,
      display_value: display ?? value,
    }));
  const reference = ({ apiName, idSuffix }: Field) => ({ api_name: apiName, id: space.id(idSuffix) });
  const ofChild = choices(child);
  return {
    id,
    parent: reference(parent),
    child: reference(child),
    active: definition.active,
    internal: false,
    source: 1,
    category: 1,
    sub_module: null,
    pick_list_values: choices(parent).map((choice) => ({
      ...choice,
      maps: ofChild.filter(
        ({ actual_value: value }) =>
          Object.hasOwn(definition.maps, choice.actual_value) && definition.maps[choice.actual_value]?.includes(value),
      ),
    })),
  };
}

/** POST /settings/layouts/{layout}/map_dependency?module= */
export async function createDependency(call: CrmCall): Promise<CrmAnswer> {
  const module = placeOf(call);
  checkPermission(call.user, customization);
  const [raw] = readItemList(call, 'map_dependency', 1);
  const { store, space } = call;
  const [id] = (await store.ids.take(space.dataSpace, 1)) as [string];
  const failure = await changeSpace(call, async (transaction) => {
    const known = (await readSettings(transaction, call.space.dataSpace, area)).filter(
      (each) => each.module === module.number,
    );
    const reading = readDependency(call, module, raw, undefined);
    if ('code' in reading) return reading;
    if (known.length >= dependencyLimits.dependencies) {
      return errorBody('LIMIT_EXCEEDED', { limit: dependencyLimits.dependencies });
    }
    const place = { api_name: 'child', json_path: '$.map_dependency[0].child' };
    if (known.some(({ definition }) => definition.child === reading.child)) return errorBody('DUPLICATE_DATA', place);
    if (leadsBack(known, reading)) return errorBody('NOT_ALLOWED', place, 'the parent depends on the child already');
    await writeSettings(transaction, call, area, [{ id, module: module.number, definition: reading }]);
    return undefined;
  });
  return answerItemList('map_dependency', [failure ?? success('map dependency created successfully', { id })], 201);
}

/** Whether the parent of a new dependency follows, over others, from its child. */
function leadsBack(known: readonly Dependency[], { parent, child }: MapDependency): boolean {
  for (let at: string | undefined = parent, steps = 0; at !== undefined && steps <= known.length; steps++) {
    if (at === child) return true;
    at = known.find(({ definition }) => definition.child === at)?.definition.parent;
  }
  return false;
}

/** PUT /settings/layouts/{layout}/map_dependency/{dependency}?module= */
export async function updateDependency(call: CrmCall): Promise<CrmAnswer> {
  const module = placeOf(call);
  checkPermission(call.user, customization);
  const id = readId(pathId(call.path[1] as string, 4));
  const [raw] = readItemList(call, 'map_dependency', 1);
  const answer = await changeSpace(call, async (transaction) => {
    const known = (await readSettings(transaction, call.space.dataSpace, area)).find(
      (each) => each.id === id && each.module === module.number,
    );
    if (!known) throw unknownDependency();
    const body = readDependency(call, module, raw, known.definition);
    if ('code' in body) return body;
    await writeSettings(transaction, call, area, [{ id: known.id, module: module.number, definition: body }]);
    return success('map dependency updated successfully', { id: known.id });
  });
  return answerItemList('map_dependency', [answer], 200);
}

/** DELETE /settings/layouts/{layout}/map_dependency/{dependency}?module= */
export async function deleteDependency(call: CrmCall): Promise<CrmAnswer> {
  const module = placeOf(call);
  checkPermission(call.user, customization);
  const id = readId(pathId(call.path[1] as string, 4)) as string;
  await changeSpace(call, async (transaction) => {
    const known = await readSettings(transaction, call.space.dataSpace, area);
    if (!known.some((each) => each.id === id && each.module === module.number)) throw unknownDependency();
    await deleteSettings(transaction, call.space.dataSpace, area, [id]);
  });
  return answerItemList('map_dependency', [success('map dependency deleted successfully', { id })], 200);
}

const path = '$.map_dependency[0]';

/** What a request makes of a dependency; its fields stay when it is changed, and so do values that it does not name. */
function readDependency(
  { space }: CrmCall,
  module: Module,
  raw: unknown,
  before: MapDependency | undefined,
): MapDependency | ErrorBody {
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path });
  const parent = readField(space, module, raw, 'parent', before?.parent);
  if ('code' in parent) return parent;
  const child = readField(space, module, raw, 'child', before?.child);
  if ('code' in child) return child;
  if (parent === child) {
    return errorBody(
      'INVALID_DATA',
      { api_name: 'child', json_path: `${path}.child` },
      'expected two different fields',
    );
  }
  const active = raw.active ?? before?.active ?? true;
  if (typeof active !== 'boolean') {
    return errorBody('INVALID_DATA', {
      api_name: 'active',
      json_path: `${path}.active`,
      expected_data_type: 'boolean',
    });
  }
  const maps = readMaps(space, parent, child, raw, before);
  if ('code' in maps) return maps as ErrorBody;
  return { parent: parent.apiName, child: child.apiName, active, maps: maps.value };
}

function readField(
  space: Space,
  module: Module,
  raw: JsonObject,
  key: 'parent' | 'child',
  before: string | undefined,
): Field | ErrorBody {
  const place = { api_name: key, json_path: `${path}.${key}` };
  const given = raw[key] ?? undefined;
  if (given === undefined && before !== undefined) return module.field.get(before) ?? errorBody('INVALID_DATA', place);
  if (given === undefined) return errorBody('MANDATORY_NOT_FOUND', place);
  const id = isJsonObject(given) ? readId(given.id) : undefined;
  const name = isJsonObject(given) ? given.api_name : undefined;
  const field = module.fields.find((each) =>
    name === undefined ? space.id(each.idSuffix) === id : each.apiName === name,
  );
  if (!field || kindOf(field).choices !== 'one') {
    return errorBody('INVALID_DATA', { ...place, expected_data_type: 'a pick list of the module' });
  }
  if (before === undefined || field.apiName === before) return field;
  return errorBody('INVALID_DATA', { ...place, supported_values: [before] });
}

function readMaps(
  space: Space,
  parent: Field,
  child: Field,
  raw: JsonObject,
  before: MapDependency | undefined,
): { readonly value: MapDependency['maps'] } | ErrorBody {
  const place = { api_name: 'pick_list_values', json_path: `${path}.pick_list_values` };
  const given = raw.pick_list_values ?? undefined;
  if (given === undefined && before) return { value: before.maps };
  if (given === undefined) return errorBody('MANDATORY_NOT_FOUND', place);
  if (!Array.isArray(given)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (given.length > dependencyLimits.values)
    return errorBody('LIMIT_EXCEEDED', { limit: dependencyLimits.values, ...place });
  const value: Record<string, readonly string[]> = { ...before?.maps };
  for (const [index, item] of given.entries()) {
    const at = `${place.json_path}[${index}]`;
    const from = choiceIn(space, parent, item, at);
    if (typeof from !== 'string') return from;
    const maps = isJsonObject(item) ? (item.maps ?? undefined) : undefined;
    if (!Array.isArray(maps) || maps.length > dependencyLimits.values) {
      return errorBody('INVALID_DATA', { api_name: 'maps', json_path: `${at}.maps`, expected_data_type: 'jsonarray' });
    }
    const to = new Set(before && Object.hasOwn(before.maps, from) ? before.maps[from] : []);
    for (const [number, each] of maps.entries()) {
      const choice = choiceIn(space, child, each, `${at}.maps[${number}]`);
      if (typeof choice !== 'string') return choice;
      // As in calls on fields, the key alone takes the choice away.
      if (isJsonObject(each) && Object.hasOwn(each, '_delete') && each._delete !== false) to.delete(choice);
      else to.add(choice);
    }
    value[from] = [...to];
  }
  return { value };
}

/** The value of a choice that is named by its id or by what it is called. */
function choiceIn(space: Space, field: Field, raw: unknown, at: string): string | ErrorBody {
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
  const id = readId(raw.id);
  const choice = field.pickList.find(({ value, display }, index) =>
    raw.id === undefined
      ? value === raw.actual_value || (raw.actual_value === undefined && (display ?? value) === raw.display_value)
      : pickListValueId(field, index, space) === id,
  );
  if (choice) return choice.value;
  const key = ['id', 'actual_value', 'display_value'].find((each) => raw[each] !== undefined) ?? 'id';
  const missing = raw[key] === undefined;
  return errorBody(missing ? 'MANDATORY_NOT_FOUND' : 'INVALID_DATA', { api_name: key, json_path: `${at}.${key}` });
}
