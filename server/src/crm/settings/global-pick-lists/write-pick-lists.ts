import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { PickListSource } from '../../kernel/metadata/standard-modules.ts';
import { checkPermission, customization } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { GlobalPickList } from '../../kernel/space/global-pick-list.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { loadMetadata } from '../../store/space/load-metadata.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { idsParameter, pathId } from '../../wire/parameters.ts';
import { idSource } from '../customization/create-fields.ts';
import { changeField } from '../customization/field-rows.ts';
import { noneOf, sharedChoices } from '../customization/shared-choices.ts';
import { newSetting } from '../kept/setting-list.ts';
import { fieldsUsing } from './pick-list-answer.ts';
import { readPickListItem } from './read-pick-list.ts';

/** The calls that write global pick lists; the fields that use one follow in the same transaction. */

export const pickListLimits = { lists: 100, items: 10 } as const;

const area = 'global_pick_list';
type List = Setting<typeof area>;

function duplicateOf(lists: readonly List[], { label, apiName }: GlobalPickList, self?: string): boolean {
  return lists.some(
    ({ id, definition }) =>
      id !== self && (definition.label.toLowerCase() === label.toLowerCase() || definition.apiName === apiName),
  );
}

/** POST /settings/global_picklists */
export async function createPickLists(call: CrmCall): Promise<CrmAnswer> {
  checkPermission(call.user, customization);
  const items = readItemList(call, 'global_picklists', pickListLimits.items);
  const { space, store } = call;
  const newId = await idSource(call, items);
  const ids = await store.ids.take(space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    const lists = await readSettings(transaction, call.space.dataSpace, area);
    let count = lists.length;
    const made: List[] = [...lists];
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const path = `$.global_picklists[${index}]`;
      const reading = readPickListItem(call, raw, path, undefined, newId);
      const failure = reading.failure ?? whyNotAdded(made, reading.value, count, path);
      if (failure || reading.failure) {
        done.push(failure as ErrorBody);
        continue;
      }
      const id = ids[index] as string;
      await writeSettings(transaction, call, area, [{ id, definition: reading.value }]);
      made.push(newSetting(call, id, reading.value));
      count += 1;
      done.push(success('picklist created successfully', { id }));
    }
    return done;
  });
  return answerItemList('global_picklists', answers, 201);
}

function whyNotAdded(lists: readonly List[], list: GlobalPickList, count: number, path: string): ErrorBody | undefined {
  if (count >= pickListLimits.lists) return errorBody('LIMIT_EXCEEDED', { limit: pickListLimits.lists });
  if (!duplicateOf(lists, list)) return undefined;
  return errorBody('DUPLICATE_DATA', { api_name: 'display_label', json_path: `${path}.display_label` });
}

/** PATCH /settings/global_picklists: each item names its list by `id`. */
export async function updatePickLists(call: CrmCall): Promise<CrmAnswer> {
  return update(call, readItemList(call, 'global_picklists', pickListLimits.items), undefined);
}

/** PATCH /settings/global_picklists/{id} */
export async function updatePickList(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  return update(call, readItemList(call, 'global_picklists', 1), id);
}

async function update(call: CrmCall, items: readonly unknown[], inPath: string | undefined): Promise<CrmAnswer> {
  checkPermission(call.user, customization);
  const newId = await idSource(call, items);
  const answers = await changeSpace(call, async (transaction) => {
    const lists = await readSettings(transaction, call.space.dataSpace, area);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const path = `$.global_picklists[${index}]`;
      const given = isJsonObject(raw) ? (raw.id ?? undefined) : undefined;
      const place = lists.findIndex(({ id }) => id === (inPath ?? readId(given)));
      const list = lists[place];
      if (!list) {
        if (inPath !== undefined) throw unknownList();
        const at = { api_name: 'id', json_path: `${path}.id` };
        done.push(
          given === undefined ? errorBody('MANDATORY_NOT_FOUND', at) : errorBody('INVALID_DATA', at, idInvalid),
        );
        continue;
      }
      const reading = readPickListItem(call, raw, path, list.definition, newId);
      if (reading.failure) {
        done.push(reading.failure);
        continue;
      }
      if (duplicateOf(lists, reading.value, list.id)) {
        done.push(errorBody('DUPLICATE_DATA', { api_name: 'display_label', json_path: `${path}.display_label` }));
        continue;
      }
      const after = { ...list, definition: reading.value };
      lists[place] = after;
      await storePickList(transaction, call, after);
      done.push(success('picklist updated successfully', { id: list.id }));
    }
    return done;
  });
  return answerItemList('global_picklists', answers, 200);
}

export function unknownList(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

/** Writes a changed list, and its choices into the fields that use it. */
export async function storePickList(transaction: Queryable, call: CrmCall, list: List): Promise<void> {
  await writeSettings(transaction, call, area, [{ id: list.id, definition: list.definition }]);
  const { dataSpace, contents } = call.space;
  const metadata = await loadMetadata(transaction, dataSpace, contents);
  for (const { module, field } of fieldsUsing(metadata, list.id)) {
    const values: readonly PickListSource[] = [...noneOf(field), ...sharedChoices(list.definition)];
    await changeField(transaction, call, module, field, { values });
  }
}

/** DELETE /settings/global_picklists?ids= */
export async function deletePickLists(call: CrmCall): Promise<CrmAnswer> {
  const ids = idsParameter(call.query, 'ids', pickListLimits.items, readId);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  return remove(call, ids, false);
}

/** DELETE /settings/global_picklists/{id} */
export async function deletePickList(call: CrmCall): Promise<CrmAnswer> {
  return remove(call, [readId(pathId(call.path[0] as string, 2)) as string], true);
}

async function remove(call: CrmCall, ids: readonly string[], inPath: boolean): Promise<CrmAnswer> {
  checkPermission(call.user, customization);
  const answers = await changeSpace(call, async (transaction) => {
    const { dataSpace, contents } = call.space;
    const metadata = await loadMetadata(transaction, dataSpace, contents);
    const done: ItemAnswer[] = [];
    for (const id of ids) {
      if (fieldsUsing(metadata, id).length > 0) {
        done.push(errorBody('ALREADY_USED', { id }, 'the global pick list is used by fields'));
      } else if (await deleteSettings(transaction, call.space.dataSpace, area, [id])) {
        done.push(success('picklist deleted successfully', { id }));
      } else if (inPath) throw unknownList();
      else done.push(errorBody('INVALID_DATA', { id }, idInvalid));
    }
    return done;
  });
  return answerItemList('global_picklists', answers, 200);
}
