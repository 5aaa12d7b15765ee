import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';

/** The details of a record that was written. */
export function writeDetails(
  { space, user }: Pick<CrmCall, 'space' | 'user'>,
  record: StoredRecord,
): Record<string, unknown> {
  return {
    Modified_Time: formatDateTime(record.modifiedAtMs, user.timeZone),
    Modified_By: showUserBriefly(space, record.modifiedBy),
    Created_Time: formatDateTime(record.createdAtMs, user.timeZone),
    id: record.id,
    Created_By: showUserBriefly(space, record.createdBy),
  };
}
