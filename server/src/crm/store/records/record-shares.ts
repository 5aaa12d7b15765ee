import type { Queryable } from '../../../database/database.ts';
import type { Condition } from '../../language/query/condition.ts';

/** Single records that were shared with users (crm-api 11). */
export interface RecordShare {
  readonly record_id: string;
  /** `0` stands for everybody. */
  readonly user_id: string;
  readonly permission: SharePermission;
  readonly related: boolean;
  readonly shared_by: string;
  readonly shared_at_ms: string;
}

export const sharePermissions = ['read_only', 'read_write', 'full_access'] as const;
export type SharePermission = (typeof sharePermissions)[number];

/** The user id of a share with everybody. */
export const everybody = '0';

const columns = 'record_id, user_id, permission, related, shared_by, shared_at_ms';

/** What of these records is shared with a user, or with everybody. */
export function sharesOf(
  queryable: Queryable,
  dataSpace: number,
  ids: readonly string[],
  userId: string,
): Promise<RecordShare[]> {
  return queryable.query<RecordShare>({
    text: `SELECT ${columns} FROM crm_record_share
           WHERE data_space = $1 AND record_id = ANY ($2::bigint[]) AND user_id = ANY ($3::bigint[])`,
    values: [dataSpace, ids, [userId, everybody]],
  });
}

/** The part of a statement that ends the sharing of records that are deleted for good; `of` names these. */
export function deletedSharesPart(of: string): string {
  return `DELETE FROM crm_record_share USING ${of}
    WHERE crm_record_share.data_space = ${of}.data_space AND crm_record_share.record_id = ${of}.record_id`;
}

/** With whom a record is shared. */
export function sharesOfRecord(queryable: Queryable, dataSpace: number, id: string): Promise<RecordShare[]> {
  return queryable.query<RecordShare>({
    text: `SELECT ${columns} FROM crm_record_share WHERE data_space = $1 AND record_id = $2 ORDER BY user_id`,
    values: [dataSpace, id],
  });
}

/** Shares a record with users, in a statement; those whom it was shared with have the new permission. */
export async function writeShares(
  queryable: Queryable,
  { dataSpace, module, id }: { readonly dataSpace: number; readonly module: number; readonly id: string },
  shares: readonly { readonly userId: string; readonly permission: SharePermission; readonly related: boolean }[],
  by: { readonly userId: string; readonly atMs: number },
): Promise<void> {
  await queryable.query({
    text: `INSERT INTO crm_record_share (data_space, module, record_id, user_id, permission, related, shared_by, shared_at_ms)
           SELECT $1, $2, $3, user_id, permission, related, $7, $8
           FROM unnest($4::bigint[], $5::text[], $6::boolean[]) AS new (user_id, permission, related)
           ON CONFLICT (data_space, record_id, user_id) DO UPDATE
           SET permission = excluded.permission, related = excluded.related, shared_by = excluded.shared_by, shared_at_ms = excluded.shared_at_ms`,
    values: [
      ...[dataSpace, module, id],
      shares.map(({ userId }) => userId),
      shares.map(({ permission }) => permission),
      shares.map(({ related }) => related),
      ...[by.userId, by.atMs],
    ],
  });
}

/** Ends the shares of a record. @returns how many there were. */
export async function deleteShares(queryable: Queryable, dataSpace: number, id: string): Promise<number> {
  const rows = await queryable.query({
    text: 'DELETE FROM crm_record_share WHERE data_space = $1 AND record_id = $2 RETURNING user_id',
    values: [dataSpace, id],
  });
  return rows.length;
}

/** The condition of records of a module that are shared with a user by themselves; `write`: to be changed. */
export function sharedWith(dataSpace: number, module: number, userId: string, write: boolean): Condition {
  const changes = write ? ` AND permission <> 'read_only'` : '';
  const ids = (
    parameter: (value: unknown) => string,
  ) => `SELECT record_id FROM crm_record_share WHERE data_space = ${parameter(dataSpace)} AND module = ${parameter(module)}
    AND user_id = ANY (${parameter([userId, everybody])}::bigint[])${changes}`;
  return { kind: 'among', key: `shared ${module} ${userId} ${write}`, ids };
}
