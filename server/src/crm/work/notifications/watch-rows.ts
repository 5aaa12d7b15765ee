import type { Queryable } from '../../../database/database.ts';
import type { Ending, Expiring } from '../../../database/delete-expired.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { FieldSets } from './read-condition.ts';

/** Operations of the table and the events that the wire calls them. */
export const operations = ['insert', 'update', 'delete'] as const;
export type WatchedOperation = (typeof operations)[number];
export const eventNames = { insert: 'create', update: 'edit', delete: 'delete' } as const;

/** What a channel watches in one module. */
export interface Watch {
  readonly channelId: string;
  readonly module: Module;
  readonly operations: readonly WatchedOperation[];
  readonly notifyUrl: string;
  readonly token: string | null;
  /** Null: any change is told. */
  readonly conditionSets: FieldSets | null;
  /** As the request had it. */
  readonly condition: unknown;
  readonly returnValues: boolean;
  readonly related: boolean;
  readonly expiresAtMs: number;
}

interface WatchRow {
  channel_id: string;
  module: number;
  operations: WatchedOperation[];
  notify_url: string;
  token: string | null;
  condition_sets: FieldSets | null;
  condition: unknown;
  return_values: boolean;
  related: boolean;
  expires_at_ms: string;
}

/** The user's watches that have not expired, by channel and module. */
export async function readWatches(queryable: Queryable, { space, user, nowMs }: CrmCall): Promise<Watch[]> {
  const rows = await queryable.query<WatchRow>({
    text: `SELECT channel_id, module, operations, notify_url, token, condition_sets, condition,
                  return_values, related, expires_at_ms
           FROM crm_watch WHERE data_space = $1 AND user_id = $2 AND expires_at_ms > $3 ORDER BY channel_id, module`,
    values: [space.dataSpace, user.id, nowMs],
  });
  return rows.flatMap((row) => {
    const module = space.metadata.modules.find(({ number }) => number === row.module);
    if (!module) return [];
    return [
      {
        channelId: row.channel_id,
        module,
        operations: row.operations,
        notifyUrl: row.notify_url,
        token: row.token,
        conditionSets: row.condition_sets,
        condition: row.condition,
        returnValues: row.return_values,
        related: row.related,
        expiresAtMs: Number(row.expires_at_ms),
      },
    ];
  });
}

export async function writeWatch(queryable: Queryable, call: CrmCall, watch: Watch): Promise<void> {
  const { space, user, grant, nowMs } = call;
  await queryable.query({
    text: `INSERT INTO crm_watch (data_space, user_id, channel_id, module, client_id, operations, notify_url, token,
                                  condition_sets, condition, return_values, related, created_at_ms, expires_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           ON CONFLICT (data_space, user_id, channel_id, module) DO UPDATE
             SET client_id = EXCLUDED.client_id, operations = EXCLUDED.operations, notify_url = EXCLUDED.notify_url,
                 token = EXCLUDED.token, condition_sets = EXCLUDED.condition_sets, condition = EXCLUDED.condition,
                 return_values = EXCLUDED.return_values, related = EXCLUDED.related,
                 expires_at_ms = EXCLUDED.expires_at_ms`,
    values: [
      space.dataSpace,
      user.id,
      watch.channelId,
      watch.module.number,
      grant.clientId,
      watch.operations,
      watch.notifyUrl,
      watch.token,
      watch.conditionSets === null ? null : JSON.stringify(watch.conditionSets),
      watch.condition === null ? null : JSON.stringify(watch.condition),
      watch.returnValues,
      watch.related,
      nowMs,
      watch.expiresAtMs,
    ],
  });
}

export async function deleteWatch(queryable: Queryable, { space, user }: CrmCall, watch: Watch): Promise<void> {
  await queryable.query({
    text: 'DELETE FROM crm_watch WHERE data_space = $1 AND user_id = $2 AND channel_id = $3 AND module = $4',
    values: [space.dataSpace, user.id, watch.channelId, watch.module.number],
  });
}

/** Which module of which channel. The address keeps its version in all versions (crm-api 11). */
export function resourceOf(call: CrmCall, { module, channelId }: Watch): Record<string, unknown> {
  return {
    resource_uri: `${call.origin}/crm/v2/${module.apiName}`,
    resource_id: call.space.moduleId(module),
    resource_name: module.apiName,
    channel_id: channelId,
  };
}

export function subscriptionOf(call: CrmCall, watch: Watch): Record<string, unknown> {
  return { channel_expiry: formatDateTime(watch.expiresAtMs, call.user.timeZone), ...resourceOf(call, watch) };
}

/** Channels are deleted when they end. */
export const expiringWatches: Expiring = { table: 'crm_watch', column: 'expires_at_ms', keptMs: 0 };
export const endingWatches: Ending = { table: 'crm_watch', column: 'expires_at_ms', name: 'watches_expired' };
