import type { Queryable } from '../../../database/database.ts';
import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { Setting, SettingArea, SettingAreas } from '../../kernel/space/setting.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { idsParameter, pathId } from '../../wire/parameters.ts';

/** What an item of a request says, or why it cannot be. */
export type Reading<Area extends SettingArea> =
  | {
      readonly definition: SettingAreas[Area];
      /** What is written elsewhere with the item, in the same transaction. */
      readonly follow?: ((transaction: Queryable) => Promise<void>) | undefined;
      readonly failure?: undefined;
    }
  | { readonly failure: ErrorBody };

/** An item of a write, and what it is held against. */
export interface ItemReading<Area extends SettingArea> {
  readonly call: CrmCall;
  readonly raw: unknown;
  readonly jsonPath: string;
  /** The items of the area as they are now, those that this request wrote before among them. */
  readonly others: readonly Setting<Area>[];
  /** The item that it changes; null for a new one. */
  readonly self: Setting<Area> | null;
}

/** What items need that have parts with ids of their own. */
export interface ItemIds {
  /** Id of the item, new or not. */
  readonly id: string;
  /** A fresh id for a part of the item, as often as the list's `parts` said. */
  readonly partId: () => string;
}

/** An area of settings as its calls know it. */
export interface SettingList<Area extends SettingArea> {
  readonly area: Area;
  /** The key of the list in bodies and answers. */
  readonly key: string;
  /** Where the id stands in the path, counted after the version. */
  readonly pathIndex: number;
  /** Most items of an organization, and of one request. */
  readonly limits: { readonly total: number; readonly items: number };
  readonly messages: { readonly added: string; readonly updated: string; readonly deleted: string };
  readonly read: (item: ItemReading<Area> & ItemIds) => Reading<Area>;
  /** Why an item cannot go; what goes with it goes in the same transaction. */
  readonly beforeDelete?: (
    transaction: Queryable,
    call: CrmCall,
    item: Setting<Area>,
    /** How many there are, this one among them. */
    left: number,
  ) => Promise<ErrorBody | undefined> | ErrorBody | undefined;
  /** At most how many parts of an item, as a request has it, may need ids of their own. */
  readonly parts?: (raw: unknown) => number;
  /** What an organization has that has set up nothing. */
  readonly initial?: (call: Pick<CrmCall, 'space'>) => readonly Setting<Area>[];
}

/** The items of an area in memory, or those that every organization begins with. */
export function itemsOf<Area extends SettingArea>(
  { area, initial }: Pick<SettingList<Area>, 'area' | 'initial'>,
  { space }: Pick<CrmCall, 'space'>,
): readonly Setting<Area>[] {
  const items = space.list(area);
  return items.length === 0 && initial ? initial({ space }) : items;
}

/** The item that the path names. @throws Refusal when there is none: 204 before v8, as everywhere. */
export function pathItem<Area extends SettingArea>(list: SettingList<Area>, call: CrmCall): Setting<Area> | undefined {
  const id = readId(pathId(call.path[0] as string, list.pathIndex));
  const item = itemsOf(list, call).find((each) => each.id === id);
  if (item || call.version.number < 8) return item;
  throw new Refusal('INVALID_DATA', {
    status: 404,
    details: { resource_path_index: list.pathIndex },
    message: idInvalid,
  });
}

type Follow = ((transaction: Queryable) => Promise<void>) | undefined;

/** Takes the ids that items and their parts may need, before the transaction. */
async function idsFor<Area extends SettingArea>(
  { parts }: SettingList<Area>,
  call: CrmCall,
  raws: readonly unknown[],
  items: number,
): Promise<() => string> {
  const count = raws.reduce<number>((sum, raw) => sum + (parts?.(raw) ?? 0), items);
  const ids = count === 0 ? [] : await call.store.ids.take(call.space.dataSpace, count);
  return () => {
    const id = ids.shift();
    if (id === undefined) throw new Error(`expected at most ${count} parts, got more`);
    return id;
  };
}

/** POST: new items. */
export async function createSettings<Area extends SettingArea>(
  list: SettingList<Area>,
  call: CrmCall,
): Promise<CrmAnswer> {
  const raws = readItemList(call, list.key, list.limits.items);
  const takeId = await idsFor(list, call, raws, raws.length);
  const answers = await changeArea(list, call, async (items, transaction) => {
    const follows: Follow[] = [];
    const done = raws.map((raw, index): ItemAnswer => {
      if (items.size >= list.limits.total) return errorBody('LIMIT_EXCEEDED', { limit: list.limits.total });
      const id = takeId();
      const jsonPath = `$.${list.key}[${index}]`;
      const others = [...items.values()];
      const reading = list.read({ call, raw, jsonPath, others, self: null, id, partId: takeId });
      if (reading.failure) return reading.failure;
      items.set(id, newSetting(call, id, reading.definition));
      follows.push(reading.follow);
      return success(list.messages.added, { id });
    });
    for (const follow of follows) await follow?.(transaction);
    return done;
  });
  return answerItemList(list.key, answers, 201);
}

/** PUT: items that are there, by their ids, or the one of the path. */
export async function updateSettings<Area extends SettingArea>(
  list: SettingList<Area>,
  call: CrmCall,
): Promise<CrmAnswer> {
  const single = call.path.length > 0;
  const idInPath = single ? readId(pathId(call.path[0] as string, list.pathIndex)) : undefined;
  const raws = readItemList(call, list.key, single ? 1 : list.limits.items);
  const takeId = await idsFor(list, call, raws, 0);
  const answers = await changeArea(list, call, async (items, transaction) => {
    const follows: Follow[] = [];
    const done = raws.map((raw, index): ItemAnswer => {
      const jsonPath = `$.${list.key}[${index}]`;
      const given = isJsonObject(raw) ? raw.id : undefined;
      const self = items.get(idInPath ?? readId(given) ?? '');
      if (!self) {
        const place = single
          ? { resource_path_index: list.pathIndex }
          : { api_name: 'id', json_path: `${jsonPath}.id` };
        const missing = !single && (given === undefined || given === null);
        return missing ? errorBody('MANDATORY_NOT_FOUND', place) : errorBody('INVALID_DATA', place, idInvalid);
      }
      const { id } = self;
      const reading = list.read({ call, raw, jsonPath, others: [...items.values()], self, id, partId: takeId });
      if (reading.failure) return reading.failure;
      items.set(id, changedSetting(call, self, reading.definition));
      follows.push(reading.follow);
      return success(list.messages.updated, { id });
    });
    for (const follow of follows) await follow?.(transaction);
    return done;
  });
  return answerItemList(list.key, answers, 200);
}

/** DELETE: the items of `ids`, or the one of the path. */
export async function removeSettings<Area extends SettingArea>(
  list: SettingList<Area>,
  call: CrmCall,
): Promise<CrmAnswer> {
  const single = call.path.length > 0;
  const ids = single
    ? [readId(pathId(call.path[0] as string, list.pathIndex)) as string]
    : idsParameter(call.query, 'ids', list.limits.items);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  const answers = await changeArea(list, call, async (items, transaction) => {
    const done: ItemAnswer[] = [];
    for (const id of ids) {
      const item = items.get(id);
      const place = single ? { resource_path_index: list.pathIndex } : { id };
      const failure = item
        ? await list.beforeDelete?.(transaction, call, item, items.size)
        : errorBody('INVALID_DATA', place, idInvalid);
      if (!failure) items.delete(id);
      done.push(failure ?? success(list.messages.deleted, { id }));
    }
    return done;
  });
  return answerItemList(list.key, answers, 200);
}

/**
 * Changes the items of an area, one change after the other over all processes; whatever `work` leaves in the map is
 * how they are from now on.
 */
export async function changeArea<Area extends SettingArea, Result>(
  list: Pick<SettingList<Area>, 'area' | 'initial'>,
  call: CrmCall,
  work: (items: Map<string, Setting<Area>>, transaction: Queryable) => Result | Promise<Result>,
): Promise<Result> {
  const { dataSpace } = call.space;
  return changeSpace(call, async (transaction) => {
    const stored = await readSettings(transaction, dataSpace, list.area);
    const first = stored.length === 0 ? (list.initial?.(call) ?? []) : stored;
    const before = new Map(stored.map((item) => [item.id, item]));
    const items = new Map(first.map((item) => [item.id, item]));
    const result = await work(items, transaction);
    const changed = [...items.values()].filter((item) => before.get(item.id) !== item);
    const touched = changed.some((item) => !first.includes(item)) || items.size < first.length;
    // What every organization begins with is stored with the first change of it.
    if (touched) await writeSettings(transaction, call, list.area, changed);
    await deleteSettings(
      transaction,
      dataSpace,
      list.area,
      stored.filter(({ id }) => !items.has(id)).map(({ id }) => id),
    );
    return result;
  });
}

export function newSetting<Area extends SettingArea>(
  { user, nowMs }: Pick<CrmCall, 'user' | 'nowMs'>,
  id: string,
  definition: SettingAreas[Area],
): Setting<Area> {
  return {
    id,
    module: 0,
    definition,
    createdBy: user.id,
    createdAtMs: nowMs,
    modifiedBy: user.id,
    modifiedAtMs: nowMs,
  };
}

export function changedSetting<Area extends SettingArea>(
  { user, nowMs }: Pick<CrmCall, 'user' | 'nowMs'>,
  self: Setting<Area>,
  definition: SettingAreas[Area],
): Setting<Area> {
  return { ...self, definition, modifiedBy: user.id, modifiedAtMs: nowMs };
}

/** Who made an item and who changed it, as answers say it. */
export function stampsOf({ space, user }: CrmCall, item: Setting) {
  return {
    created_time: formatDateTime(item.createdAtMs, user.timeZone),
    modified_time: formatDateTime(item.modifiedAtMs, user.timeZone),
    created_by: showUserBriefly(space, item.createdBy),
    modified_by: showUserBriefly(space, item.modifiedBy),
  };
}
