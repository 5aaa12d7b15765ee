import type { StoredRecord } from '../kernel/record/record.ts';

/** Where a meeting says that it was cancelled (`work/meetings`). */
export const cancelledKey = 'Event_Cancelled__s';

export function isCancelled({ data }: Pick<StoredRecord, 'data'>): boolean {
  return data[cancelledKey] === true;
}
