import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal, refusalOf } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { LayoutDefinition } from '../../kernel/space/layout.ts';
import { type Layout, layoutsAmong, layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { answerItemList, itemField, itemListOf, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { changeArea, changedSetting, newSetting } from '../kept/setting-list.ts';
import { changeSections, sectionLimits } from './change-sections.ts';
import { layoutModule, layoutUnknown, pathLayoutId } from './layouts.ts';
import { asStored, sectionsOf } from './sections.ts';

/** The calls that change layouts (crm-api 11). New ones are made by the operator. */
export const layoutLimits = { layouts: 20, profiles: 500 } as const;

const key = 'layouts';
const nameFields = [itemField('name', 'text', 50), itemField('display_label', 'text', 50)];

/** PATCH /settings/layouts/{id}?module=: its name, profiles, sections and the fields in them; the rest stays. */
export async function updateLayout(call: CrmCall): Promise<CrmAnswer> {
  const module = layoutModule(call);
  const [raw] = readItemList(call, key, 1);
  return change(call, module, (layout, layouts, takeId) => {
    const given = readDefinition(call, module, layout, layouts, raw, `$.${key}[0]`, takeId);
    if ('code' in given) return given;
    return { definition: given, message: 'Layout updated successfully' };
  });
}

/** POST /settings/layouts/{id}/actions/activate?module=; the body may say for which profiles. */
export async function activateLayout(call: CrmCall): Promise<CrmAnswer> {
  const module = layoutModule(call);
  const body = call.body.length === 0 ? {} : readJsonBody(call.body);
  const [raw] = body[key] === undefined ? [{}] : itemListOf(body, key, 1);
  return change(call, module, ({ definition }, _, takeId) => {
    const at = `$.${key}[0]`;
    if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
    const profiles = readProfiles(call, raw.profiles, `${at}.profiles`, definition.profiles);
    if (profiles && 'code' in profiles) return profiles;
    const keys = definition.keys.length > 0 ? definition.keys : [takeId()];
    const message = 'Layout activated successfully';
    return { definition: { ...definition, active: true, profiles, keys }, message };
  });
}

/** DELETE /settings/layouts/{id}/actions/activate?module=&transfer_to=: its records go over to another layout. */
export async function deactivateLayout(call: CrmCall): Promise<CrmAnswer> {
  return leave(call, 'Layout deactivated successfully', (items, { id, definition }) => {
    const self = items.get(id);
    if (self) items.set(id, changedSetting(call, self, { ...definition, active: false, keys: [] }));
  });
}

/** DELETE /settings/layouts/{id}?module=&transfer_to=: its records go over to another layout. */
export async function deleteLayout(call: CrmCall): Promise<CrmAnswer> {
  return leave(call, 'Layout deleted successfully', (items, { id }) => items.delete(id));
}

/**
 * Makes a layout of `{name, module, profiles?}`; it begins as the standard one is. @returns its id.
 * @throws Refusal whose details say what is wrong.
 */
export async function createLayout(call: CrmCall, raw: unknown): Promise<string> {
  const reading = readPlainItem(
    raw,
    [itemField('name', 'text', 50, true), itemField('module', 'text', 100, true)],
    '$',
    true,
  );
  if (reading.failure) throw refusalOf(reading.failure);
  const { item, values } = reading;
  const found = call.space.metadata.find(values.get('module') as string);
  // A module without the field has one layout.
  if (!found?.field.has('Layout')) {
    throw new Refusal('INVALID_MODULE', { details: { api_name: 'module', json_path: '$.module' } });
  }
  const module = wholeModule(found);
  const profiles = readProfiles(call, item.profiles, '$.profiles', null);
  if (profiles && 'code' in profiles) throw refusalOf(profiles);
  const name = values.get('name') as string;
  const ids = await call.store.ids.take(call.space.dataSpace, 2 + sectionLimits.sections);
  const takeId = () => ids.shift() as string;
  const id = takeId();
  await changeArea({ area: 'layout' }, call, (items) => {
    const layouts = layoutsAmong(call.space.dataSpace, module, inModule(items, module));
    if (layouts.length >= layoutLimits.layouts) {
      throw new Refusal('LIMIT_EXCEEDED', { details: { limit: layoutLimits.layouts } });
    }
    if (isTaken(layouts, name, id)) {
      throw new Refusal('DUPLICATE_DATA', { details: { api_name: 'name', json_path: '$.name' } });
    }
    const { definition } = layouts[0] as Layout;
    const sections = asStored(sectionsOf(module, { ...definition, sections: withoutIds(definition) }), takeId);
    const layout: LayoutDefinition = { ...definition, name, active: true, profiles, sections, keys: [takeId()] };
    items.set(id, { ...newSetting<'layout'>(call, id, layout), module: module.number });
  });
  return id;
}

/** Sections of a copy get ids of their own. */
const withoutIds = ({ sections }: LayoutDefinition) => sections?.map((each) => ({ ...each, id: '' })) ?? null;

type Items = Map<string, Setting<'layout'>>;

const inModule = (items: Items, { number }: Module) => [...items.values()].filter(({ module }) => module === number);

/** Changes the layout of the path. */
async function change(
  call: CrmCall,
  module: Module,
  work: (
    layout: Layout,
    layouts: readonly Layout[],
    takeId: () => string,
  ) => { readonly definition: LayoutDefinition; readonly message: string } | ErrorBody,
): Promise<CrmAnswer> {
  const id = pathLayoutId(call);
  if (!layoutsOf(call.space, module).some((each) => each.id === id)) throw layoutUnknown();
  const ids = await call.store.ids.take(call.space.dataSpace, 1 + sectionLimits.sections);
  const answer = await changeArea({ area: 'layout' }, call, (items): ItemAnswer => {
    const layouts = layoutsAmong(call.space.dataSpace, module, inModule(items, module));
    const layout = layouts.find((each) => each.id === id);
    if (!layout) throw layoutUnknown();
    const done = work(layout, layouts, () => ids.shift() as string);
    if ('code' in done) return done;
    const { definition, message } = done;
    const item: Setting<'layout'> = layout.stored
      ? changedSetting(call, layout.stored, definition)
      : newSetting(call, id, definition);
    items.set(id, { ...item, module: module.number });
    return success(message, { id });
  });
  return answerItemList(key, [answer], 200);
}

/** A layout leaves its records to the one that `transfer_to` names. */
async function leave(call: CrmCall, message: string, work: (items: Items, layout: Layout) => void): Promise<CrmAnswer> {
  const module = layoutModule(call);
  const id = pathLayoutId(call);
  const given = call.query.get('transfer_to');
  const answer = await changeArea({ area: 'layout' }, call, (items): ItemAnswer => {
    const layouts = layoutsAmong(call.space.dataSpace, module, inModule(items, module));
    const layout = layouts.find((each) => each.id === id);
    if (!layout) throw layoutUnknown();
    if (layout.isStandard) return errorBody('CANNOT_PROCESS', { id });
    if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'transfer_to' } });
    const heir = layouts.find((each) => each.id === readId(given) && each.id !== id && each.definition.active);
    if (!heir) throw new Refusal('INVALID_DATA', { details: { param_name: 'transfer_to' }, message: idInvalid });
    // Keys that are nobody's mean the standard layout.
    if (heir.stored && !heir.isStandard) {
      const keys = [...heir.definition.keys, ...layout.definition.keys];
      items.set(heir.id, { ...heir.stored, definition: { ...heir.definition, keys } });
    }
    work(items, layout);
    return success(message, { id });
  });
  return answerItemList(key, [answer], 200);
}

function readDefinition(
  call: CrmCall,
  module: Module,
  { id, isStandard, definition }: Layout,
  layouts: readonly Layout[],
  raw: unknown,
  at: string,
  takeId: () => string,
): LayoutDefinition | ErrorBody {
  const reading = readPlainItem(raw, nameFields, at, false);
  if (reading.failure) return reading.failure;
  const { item, values } = reading;
  const place = (name: string) => ({ api_name: name, json_path: `${at}.${name}` });
  if (item.id !== undefined && readId(item.id) !== id) return errorBody('INVALID_DATA', place('id'), idInvalid);
  const named = values.has('name') ? 'name' : 'display_label';
  const name = (values.get(named) ?? definition.name) as string;
  // Records and clients know the standard layout by its name.
  if (isStandard && name !== definition.name) return errorBody('CANNOT_PROCESS', place(named));
  if (isTaken(layouts, name, id)) return errorBody('DUPLICATE_DATA', place(named));
  const profiles = readProfiles(call, item.profiles, `${at}.profiles`, definition.profiles);
  if (profiles && 'code' in profiles) return profiles;
  if (isStandard && item.profiles !== undefined) return errorBody('CANNOT_PROCESS', place('profiles'));
  if (item.sections === undefined) return { ...definition, name, profiles };
  const whole = wholeModule(module);
  const before = sectionsOf(whole, definition);
  const changed = changeSections(call.space.dataSpace, whole, before, item.sections, `${at}.sections`);
  if ('code' in changed) return changed;
  const placed = new Set(changed.sections.flatMap(({ fields }) => fields.map(({ field }) => field.idSuffix)));
  const gone = before
    .flatMap(({ fields }) => fields.map(({ field }) => field.idSuffix))
    .filter((each) => !placed.has(each));
  const unused = [...new Set([...definition.unused, ...gone])].filter((each) => !placed.has(each));
  return { ...definition, name, profiles, unused, sections: asStored(changed.sections, takeId) };
}

const isTaken = (layouts: readonly Layout[], name: string, id: string): boolean =>
  layouts.some((each) => each.id !== id && each.definition.name.toLowerCase() === name.toLowerCase());

/** The profiles of a body: at least one; those that it has when the body says none. */
function readProfiles(
  { space }: CrmCall,
  raw: unknown,
  at: string,
  before: readonly string[] | null,
): readonly string[] | null | ErrorBody {
  if (raw === undefined) return before;
  const place = { api_name: 'profiles', json_path: at };
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (raw.length === 0) return errorBody('MANDATORY_NOT_FOUND', place);
  if (raw.length > layoutLimits.profiles) {
    return errorBody('INVALID_DATA', { maximum_length: layoutLimits.profiles, ...place });
  }
  const profiles: string[] = [];
  for (const [index, each] of raw.entries()) {
    const id = isJsonObject(each) ? readId(each.id) : undefined;
    if (id === undefined || !space.contents.profiles.some((profile) => profile.id === id)) {
      return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${at}[${index}].id` }, idInvalid);
    }
    if (!profiles.includes(id)) profiles.push(id);
  }
  return profiles;
}
