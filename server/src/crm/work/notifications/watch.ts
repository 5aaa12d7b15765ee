import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, Refusal } from '../../kernel/errors.ts';
import { nameOfKey } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { idsFilter, idsParameter, pageParameters } from '../../wire/parameters.ts';
import { readChannelId } from './channel-id.ts';
import { ItemRefused } from './item-refused.ts';
import { conditionOf } from './read-condition.ts';
import { defaultExpiry, readWatchItem, type WatchItem } from './read-watch.ts';
import * as rows from './watch-rows.ts';

/** Notification channels (crm-api 11): `/actions/watch`. A channel belongs to the user who made it. */
export const channelLimits = { items: 100, watchesOfUser: 500 } as const;
const messages = {
  subscribed: 'Successfully subscribed for actions-watch of the given module',
  updated: 'Successfully updated the subscribe details',
  removed: 'Successfully removed the subscribe details',
  unsubscribed: 'Successfully un-subscribed from actions-watch',
} as const;

type Watch = rows.Watch;
type Change = (
  item: WatchItem,
  index: number,
  mine: readonly Watch[],
) => Promise<{ watches: Watch[]; message: string }>;

/** POST: adds what the item watches to its channel. */
export async function createWatches(call: CrmCall): Promise<CrmAnswer> {
  const answer = await changeEach(call, 201, async (item, index, mine) => {
    const watches = watchesOf(call, item, index);
    if (mine.length + watches.length > channelLimits.watchesOfUser) {
      throw new ItemRefused('LIMIT_EXCEEDED', { limit: channelLimits.watchesOfUser });
    }
    for (const watch of watches) await rows.writeWatch(call.store.database, call, watch);
    return { watches, message: messages.subscribed };
  });
  return answer.status === 207 ? { ...answer, status: 202 } : answer;
}

/** PUT: the channel watches what the item says, and nothing else. */
export function replaceWatches(call: CrmCall): Promise<CrmAnswer> {
  return changeEach(call, 200, async (item, index, mine) => {
    const old = subscribed(mine, item);
    const watches = watchesOf(call, item, index);
    await call.store.database.transaction(async (transaction) => {
      for (const watch of old) await rows.deleteWatch(transaction, call, watch);
      for (const watch of watches) await rows.writeWatch(transaction, call, watch);
    });
    return { watches, message: messages.updated };
  });
}

/** PATCH: changes what the item names; its events are added, or taken away with `_delete_events`. */
export function patchWatches(call: CrmCall): Promise<CrmAnswer> {
  return changeEach(call, 200, async (item, index, mine) => {
    const old = subscribed(mine, item);
    const { deleteEvents } = item;
    if (!deleteEvents && !changesSomething(item)) throw expectedFieldMissing(index);
    const watches = deleteEvents ? withoutEvents(old, item) : withChanges(old, item, index);
    if (watches.length === 0) throw new ItemRefused('NOT_SUBSCRIBED', { channel_id: item.channelId });
    await call.store.database.transaction(async (transaction) => {
      for (const watch of watches) {
        if (watch.operations.length === 0) await rows.deleteWatch(transaction, call, watch);
        else await rows.writeWatch(transaction, call, watch);
      }
    });
    return { watches, message: deleteEvents ? messages.removed : messages.updated };
  });
}

/** The keys of an item that PATCH can change. */
const changeable = [
  'events',
  'notify_url',
  'token',
  'channel_expiry',
  'notification_condition',
  'return_affected_field_values',
  'notify_on_related_action',
] as const;

function changesSomething({ channelId: _, deleteEvents: __, ...said }: WatchItem): boolean {
  return Object.values(said).some((value) => value !== undefined);
}

function expectedFieldMissing(index: number): ItemRefused {
  const expected_fields = changeable.map((name) => ({ api_name: name, json_path: `$.watch[${index}].${name}` }));
  return new ItemRefused('EXPECTED_FIELD_MISSING', { expected_fields });
}

/** What is left of the watches without the item's events; all go when it names none. */
function withoutEvents(old: readonly Watch[], { events }: WatchItem): Watch[] {
  const touched = events ? old.filter(({ module }) => events.has(module)) : old;
  return touched.map((watch) => {
    const gone = events?.get(watch.module) ?? rows.operations;
    return { ...watch, operations: watch.operations.filter((each) => !gone.includes(each)) };
  });
}

function withChanges(old: readonly Watch[], item: WatchItem, index: number): Watch[] {
  const changed = (watch: Watch): Watch => {
    const all = [...watch.operations, ...(item.events?.get(watch.module) ?? [])];
    const condition = item.conditions && conditionOf(item.conditions, watch.module, index);
    return {
      ...watch,
      operations: rows.operations.filter((each) => all.includes(each)),
      notifyUrl: item.notifyUrl ?? watch.notifyUrl,
      token: item.token === undefined ? watch.token : item.token,
      expiresAtMs: item.expiresAtMs ?? watch.expiresAtMs,
      returnValues: item.returnValues ?? watch.returnValues,
      related: item.related ?? watch.related,
      ...(condition === undefined ? {} : { conditionSets: condition, condition: item.conditions }),
    };
  };
  const [like] = old as [Watch];
  const added = [...(item.events?.keys() ?? [])].filter((module) => !old.some((watch) => watch.module === module));
  const bare = { ...like, conditionSets: null, condition: null, operations: [] };
  return [...old, ...added.map((module) => ({ ...bare, module }))].map(changed);
}

/** GET: the user's channels, one item for each module. */
export async function listWatches(call: CrmCall): Promise<CrmAnswer> {
  const { page, perPage } = pageParameters(call);
  const channels = idsFilter(call.query, 'channel_id', channelLimits.watchesOfUser, readChannelId);
  const module = call.query.get('module');
  if (module && !call.space.metadata.find(module)) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'module' } });
  }
  const found = (await rows.readWatches(call.store.database, call)).filter(
    (watch) => (!channels || channels.includes(watch.channelId)) && (!module || watch.module.apiName === module),
  );
  const shown = found.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return { status: 204 };
  const watch = shown.map((each) => ({
    notify_on_related_action: each.related,
    return_affected_field_values: each.returnValues,
    ...rows.subscriptionOf(call, each),
    fields: each.conditionSets && [...new Set(each.conditionSets.flat())].map(nameOfKey),
    notification_condition: each.condition,
    events: eventsOf(each),
    notify_url: each.notifyUrl,
    token: each.token,
  }));
  const info = { per_page: perPage, count: shown.length, page, more_records: found.length > page * perPage };
  return { status: 200, json: { watch, info } };
}

function eventsOf({ operations, module }: Watch): string[] {
  if (operations.length === rows.operations.length) return [`${module.apiName}.all`];
  return operations.map((operation) => `${module.apiName}.${rows.eventNames[operation]}`);
}

/** DELETE ?channel_ids= */
export async function deleteWatches(call: CrmCall): Promise<CrmAnswer> {
  const channels = idsParameter(call.query, 'channel_ids', channelLimits.items, readChannelId);
  if (!channels) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'channel_ids' } });
  const mine = await rows.readWatches(call.store.database, call);
  const answers: ItemAnswer[] = [];
  for (const channel of channels) {
    const watches = mine.filter(({ channelId }) => channelId === channel);
    if (watches.length === 0) answers.push(errorBody('NOT_SUBSCRIBED', { channel_id: channel }));
    for (const watch of watches) {
      await rows.deleteWatch(call.store.database, call, watch);
      answers.push(success(messages.unsubscribed, rows.resourceOf(call, watch)));
    }
  }
  return answerItemList('watch', answers, 200);
}

/** One item after the other; each succeeds or fails alone. */
async function changeEach(call: CrmCall, successStatus: 200 | 201, change: Change): Promise<CrmAnswer> {
  const answers: ItemAnswer[] = [];
  for (const [index, raw] of readItemList(call, 'watch', channelLimits.items).entries()) {
    try {
      const item = readWatchItem(call, raw, index);
      const mine = await rows.readWatches(call.store.database, call);
      const { watches, message } = await change(item, index, mine);
      answers.push(success(message, { events: watches.map((watch) => rows.subscriptionOf(call, watch)) }));
    } catch (error) {
      if (!(error instanceof ItemRefused)) throw error;
      answers.push(error.body);
    }
  }
  return answerItemList('watch', answers, successStatus);
}

function subscribed(mine: readonly Watch[], { channelId }: WatchItem): readonly Watch[] {
  const watches = mine.filter((watch) => watch.channelId === channelId);
  if (watches.length === 0) throw new ItemRefused('NOT_SUBSCRIBED', { channel_id: channelId });
  return watches;
}

/** What an item subscribes to. */
function watchesOf(call: CrmCall, item: WatchItem, index: number): Watch[] {
  const { events, notifyUrl } = item;
  const missing = (name: string) =>
    new ItemRefused('MANDATORY_NOT_FOUND', { api_name: name, json_path: `$.watch[${index}].${name}` });
  if (!events) throw missing('events');
  if (notifyUrl === undefined) throw missing('notify_url');
  return [...events].map(([module, operations]) => ({
    channelId: item.channelId,
    module,
    operations,
    notifyUrl,
    token: item.token ?? null,
    conditionSets: conditionOf(item.conditions ?? [], module, index),
    condition: item.conditions ?? null,
    returnValues: item.returnValues ?? false,
    related: item.related ?? false,
    expiresAtMs: item.expiresAtMs ?? defaultExpiry(call),
  }));
}
