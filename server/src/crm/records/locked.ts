import { type ErrorBody, errorBody } from '../kernel/errors.ts';
import type { StoredRecord } from '../kernel/record/record.ts';

/**
 * Locked records (crm-api 11, `work/locking`). That a record is locked stands in its data, where every writer reads it;
 * and since locking moves the record's version, nobody writes over a version that was not locked yet.
 */
export function isLocked({ data }: Pick<StoredRecord, 'data'>): boolean {
  return data.Locked__s === true;
}

/** Why a locked record is not changed. */
export function lockedBody(id: string): ErrorBody {
  return errorBody('RECORD_LOCKED', { id });
}
