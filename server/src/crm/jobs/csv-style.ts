import { isOnFor } from '../../config/settings.ts';
import type { CsvStyle } from '../../foundation/csv.ts';
import type { CrmCall } from '../kernel/call.ts';

/** How the CSV files of the call's organization are written: as they are on the wire, unless its operator guards them. */
export function csvStyleOf({ store, space }: Pick<CrmCall, 'store' | 'space'>): CsvStyle {
  return isOnFor(store.compatibility.guardCsvFormulas, space.contents.organizationId) ? 'guarded' : 'plain';
}
