import { type Field, fieldOfKey, type Module } from '../../kernel/metadata/metadata.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import type { Space } from '../../kernel/space/space.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { namesFor, showField } from '../../records/view/record-view.ts';
import type { WatchedOperation } from './watch-rows.ts';

/** One changed record, as its write told it; keys of fields, and values, for updates only. */
export interface Change {
  readonly id: string;
  readonly fields?: readonly string[];
  /** Stored values; null: empty now. */
  readonly values?: Readonly<Record<string, RecordData[string] | null>>;
}

export interface Notification {
  readonly space: Space;
  readonly module: Module;
  readonly timeZone: string;
  /** Of the API. */
  readonly origin: string;
  readonly operation: WatchedOperation;
  readonly changes: readonly Change[];
  readonly channelId: string;
  readonly token: string | null;
  readonly notifyUrl: string;
  readonly returnValues: boolean;
  readonly nowMs: number;
}

/** What is posted to the channel's address (crm-api 11). */
export async function notificationBody(store: CrmStore, notification: Notification): Promise<object> {
  const { module, changes, operation, returnValues } = notification;
  const known = (change: Change) =>
    (change.fields ?? []).map((key) => fieldOfKey(module, key)).filter((field) => field !== undefined);
  const namesOf = (change: Change) => known(change).map(({ apiName }) => apiName);
  return {
    server_time: notification.nowMs,
    ...(returnValues ? { affected_values: await affectedValues(store, notification, known) } : {}),
    query_params: Object.fromEntries(new URL(notification.notifyUrl).searchParams),
    module: module.apiName,
    resource_uri: `${notification.origin}/crm/v2/${module.apiName}`,
    ids: changes.map(({ id }) => id),
    affected_fields: operation === 'update' ? changes.map((change) => ({ [change.id]: namesOf(change) })) : [],
    operation,
    channel_id: notification.channelId,
    token: notification.token,
  };
}

async function affectedValues(
  store: CrmStore,
  { module, changes, space, timeZone }: Notification,
  known: (change: Change) => readonly Field[],
): Promise<object[]> {
  const updated = changes.filter(({ values }) => values);
  const records = updated.map(recordOf);
  const fields = [...new Set(updated.flatMap(known))];
  const view = { space, timeZone, nowMs: null, names: await namesFor(store.records, space, fields, records) };
  return records.map((record, index) => ({
    record_id: record.id,
    values: Object.fromEntries(
      known(updated[index] as Change).map((field) => [field.apiName, showField(module, field)(record, view)]),
    ),
  }));
}

/** The changed values as a record to be shown. */
function recordOf({ id, values = {} }: Change): StoredRecord {
  const given = Object.entries(values).filter((entry): entry is [string, RecordData[string]] => entry[1] !== null);
  const none = { createdBy: '', modifiedBy: '', createdAtMs: 0, modifiedAtMs: 0, activityAtMs: 0, version: 0 };
  const ownerId = String(values.Owner ?? '');
  return { ...none, id, ownerId, name: null, converted: false, data: Object.fromEntries(given) };
}
