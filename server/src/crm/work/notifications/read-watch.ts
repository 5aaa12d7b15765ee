import { parseDateTime } from '../../fields/values/date-time.ts';
import { isStorable } from '../../fields/values/texts.ts';
import { isCallable } from '../../jobs/outgoing/post-json.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import { readChannelId } from './channel-id.ts';
import { ItemRefused } from './item-refused.ts';
import { readConditions } from './read-condition.ts';
import { operations, type WatchedOperation } from './watch-rows.ts';

/** Reading the items of `{"watch":[…]}` (crm-api 11). */
export const watchLimits = { token: 50, events: 50 } as const;
const longestMs = 7 * 86_400_000;
const defaultMs = 3_600_000;

/** What an item says; undefined where it says nothing. */
export interface WatchItem {
  readonly channelId: string;
  readonly events: ReadonlyMap<Module, readonly WatchedOperation[]> | undefined;
  readonly notifyUrl: string | undefined;
  readonly token: string | null | undefined;
  readonly expiresAtMs: number | undefined;
  readonly conditions: readonly JsonObject[] | undefined;
  readonly returnValues: boolean | undefined;
  readonly related: boolean | undefined;
  readonly deleteEvents: boolean;
}

/** @throws ItemRefused; Refusal OAUTH_SCOPE_MISMATCH when the token may not read the module of an event. */
export function readWatchItem(call: CrmCall, raw: unknown, index: number): WatchItem {
  const at = `$.watch[${index}]`;
  if (!isJsonObject(raw)) throw new ItemRefused('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
  const place = (name: string) => ({ api_name: name, json_path: `${at}.${name}` });
  const typed = (name: string, type: 'boolean' | 'string', expected: string): unknown => {
    const value = raw[name] ?? undefined;
    if (value === undefined || typeof value === type) return value;
    throw new ItemRefused('INVALID_DATA', { expected_data_type: expected, ...place(name) });
  };
  const flag = (name: string) => typed(name, 'boolean', 'boolean') as boolean | undefined;
  if (raw.channel_id === undefined || raw.channel_id === null) {
    throw new ItemRefused('MANDATORY_NOT_FOUND', place('channel_id'));
  }
  const channelId = readChannelId(raw.channel_id);
  if (channelId === undefined) {
    throw new ItemRefused('INVALID_DATA', { expected_data_type: 'bigint', ...place('channel_id') });
  }
  const token = typed('token', 'string', 'text') as string | undefined;
  if (token !== undefined && (token.length > watchLimits.token || !isStorable(token))) {
    throw new ItemRefused('INVALID_DATA', { maximum_length: watchLimits.token, ...place('token') });
  }
  const notifyUrl = typed('notify_url', 'string', 'website') as string | undefined;
  if (notifyUrl !== undefined && !isCallable(notifyUrl)) throw new ItemRefused('INVALID_URL', place('notify_url'));
  return {
    channelId,
    events: readEvents(call, raw.events, at),
    notifyUrl,
    token: raw.token === null ? null : token,
    expiresAtMs: readExpiry(call, raw.channel_expiry, place('channel_expiry')),
    conditions: readConditions(raw.notification_condition, at),
    returnValues: flag('return_affected_field_values'),
    related: flag('notify_on_related_action'),
    deleteEvents: flag('_delete_events') === true,
  };
}

const actions: Readonly<Record<string, readonly WatchedOperation[]>> = {
  create: ['insert'],
  edit: ['update'],
  delete: ['delete'],
  all: operations,
};
const eventForm = /^([A-Za-z0-9_]+)\.(create|edit|delete|all)$/;

/** `Leads.create` and so on, together by module. */
function readEvents(call: CrmCall, raw: unknown, at: string): WatchItem['events'] {
  if (raw === undefined || raw === null) return undefined;
  const place = { api_name: 'events', json_path: `${at}.events` };
  if (!Array.isArray(raw)) throw new ItemRefused('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (raw.length === 0) throw new ItemRefused('MANDATORY_NOT_FOUND', place);
  if (raw.length > watchLimits.events)
    throw new ItemRefused('INVALID_DATA', { maximum_length: watchLimits.events, ...place });
  const events = new Map<Module, readonly WatchedOperation[]>();
  for (const [index, event] of raw.entries()) {
    const match = eventForm.exec(typeof event === 'string' ? event : '');
    const module = match ? call.space.metadata.find(match[1] as string) : undefined;
    if (!match || !module || !servesRecords(module)) {
      throw new ItemRefused('INVALID_DATA', { api_name: 'events', json_path: `${at}.events[${index}]` });
    }
    checkReadable(call, module);
    const wanted = [...(events.get(module) ?? []), ...(actions[match[2] as string] ?? [])];
    events.set(
      module,
      operations.filter((each) => wanted.includes(each)),
    );
  }
  return events;
}

function checkReadable({ grant, user }: CrmCall, module: Module): void {
  const scope = `ZohoCRM.modules.${module.scopeToken}.READ`;
  if (!grant.scopes.covers(scope)) {
    throw new Refusal('OAUTH_SCOPE_MISMATCH', {
      outcome: 'ScopeMissing',
      reason: { needed: [scope], held: grant.scopes.toString() },
    });
  }
  const permission = `Crm_Implied_View_${module.apiName}`;
  if (user.profile.denied.has(permission)) throw new ItemRefused('NO_PERMISSION', { permissions: [permission] });
}

/** A time of more than a week ahead counts like none; with milliseconds it is none that the wire knows (crm-api 2.3). */
function readExpiry(call: CrmCall, raw: unknown, place: object): number | undefined {
  if (raw === undefined || raw === null) return undefined;
  const atMs = typeof raw === 'string' ? parseDateTime(raw) : undefined;
  if (atMs === undefined || atMs <= call.nowMs) {
    throw new ItemRefused('INVALID_DATA', { expected_data_type: 'datetime', ...place });
  }
  return atMs > call.nowMs + longestMs ? defaultExpiry(call) : atMs;
}

/** Without a time: an hour from now. */
export function defaultExpiry({ nowMs }: CrmCall): number {
  return nowMs + defaultMs;
}
