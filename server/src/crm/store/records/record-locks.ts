import type { Queryable } from '../../../database/database.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import type { RecordKey } from '../../kernel/record/record.ts';

/** The lock of a record, with the record's name. */
export interface LockRow {
  lock_id: string;
  reason: string | null;
  locked_by: string;
  locked_at_ms: string;
  name: string | null;
  /** A rule locked it, which is the lock's id; there is no row of it. */
  by_rule: boolean;
}

/** Where a record says which rule locked it (`records/locked.ts`). */
const ruleKey = 'Locked_By_Rule__s';

/** Who does something to a lock, and when. */
interface Doer {
  readonly by: string;
  readonly atMs: number;
}

/** The lock of a record; a record has at most one. */
export async function readLock(
  queryable: Queryable,
  { dataSpace, module, id }: RecordKey,
): Promise<LockRow | undefined> {
  const [row] = await queryable.query<LockRow>({
    text: `SELECT coalesce(lock_id, (data ->> '${ruleKey}')::bigint) AS lock_id, reason,
                  coalesce(locked_by, modified_by) AS locked_by, coalesce(locked_at_ms, modified_at_ms) AS locked_at_ms,
                  name, lock_id IS NULL AS by_rule
           FROM crm_record LEFT JOIN crm_record_lock USING (data_space, module, record_id)
           WHERE data_space = $1 AND module = $2 AND record_id = $3 AND data ? 'Locked__s'`,
    values: [dataSpace, module, id],
  });
  return row;
}

/** What moves with every change of a record, and the timeline's word on it; both over the rows of the part `changed`. */
const stamps = `version = crm_record.version + 1, modified_by = $4,
  modified_at_ms = greatest(crm_record.modified_at_ms, $5), activity_at_ms = greatest(activity_at_ms, $5)`;
const history = `told AS (
  INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
  SELECT $1, record_id, $2, $5, $4, $6, $7 FROM changed)`;

function told({ by, atMs }: Doer, action: 'locked' | 'unlocked', reason: string | null): readonly unknown[] {
  const [old, now] = action === 'locked' ? [false, true] : [true, false];
  const changes: FieldChange[] = [{ field: 'Locked__s', old, new: now }];
  if (reason !== null) {
    const [before, after] = action === 'locked' ? [null, reason] : [reason, null];
    changes.push({ field: 'Locked_Reason__s', old: before, new: after });
  }
  return [by, atMs, action, JSON.stringify(changes)];
}

/**
 * Locks a record: the lock and the record's mark of it are one statement.
 * @returns whether it was there, and not locked yet.
 */
export async function insertLock(
  queryable: Queryable,
  { dataSpace, module, id }: RecordKey,
  lock: { readonly id: string; readonly reason: string | null },
  doer: Doer,
): Promise<boolean> {
  const rows = await queryable.query({
    text: `WITH changed AS (
             UPDATE crm_record SET ${stamps}, data = data || '{"Locked__s": true}'
             WHERE data_space = $1 AND module = $2 AND record_id = $3 AND NOT data ? 'Locked__s'
             RETURNING record_id
           ), ${history}
           INSERT INTO crm_record_lock (data_space, module, record_id, lock_id, reason, locked_by, locked_at_ms)
           SELECT $1, $2, record_id, $8, $9, $4, $5 FROM changed RETURNING 1`,
    values: [dataSpace, module, id, ...told(doer, 'locked', lock.reason), lock.id, lock.reason],
  });
  return rows.length > 0;
}

/** Gives a lock another reason. */
export async function updateLockReason(
  queryable: Queryable,
  { dataSpace, module, id }: RecordKey,
  lockId: string,
  reason: string | null,
): Promise<void> {
  await queryable.query({
    text: `UPDATE crm_record_lock SET reason = $5
           WHERE data_space = $1 AND module = $2 AND record_id = $3 AND lock_id = $4`,
    values: [dataSpace, module, id, lockId, reason],
  });
}

/** Unlocks a record. Of two that unlock at the same moment the second finds nothing to do. */
export async function deleteLock(
  queryable: Queryable,
  { dataSpace, module, id }: RecordKey,
  lock: { readonly id: string; readonly reason: string | null },
  doer: Doer,
): Promise<void> {
  await queryable.query({
    text: `WITH lifted AS (
             DELETE FROM crm_record_lock
             WHERE data_space = $1 AND module = $2 AND record_id = $3 AND lock_id = $8 RETURNING record_id
           ), changed AS (
             UPDATE crm_record SET ${stamps}, data = data - 'Locked__s' - '${ruleKey}'
             WHERE data_space = $1 AND module = $2 AND crm_record.record_id = $3
               AND (data ->> '${ruleKey}' = $8::bigint::text OR EXISTS (SELECT 1 FROM lifted))
             RETURNING crm_record.record_id
           ), ${history}
           SELECT 1`,
    values: [dataSpace, module, id, ...told(doer, 'unlocked', lock.reason), lock.id],
  });
}
