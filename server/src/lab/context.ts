import type { AdminContext } from '../admin/context.ts';
import type { ChangeNotices } from '../database/change-notices.ts';
import type { ShiftedClock } from '../foundation/clock.ts';
import type { Faults } from './faults/faults.ts';

/** Everything the lab works with. */
export interface LabContext {
  readonly admin: AdminContext;
  /** The platform's clock, which is also `admin.clock`. */
  readonly clock: ShiftedClock;
  readonly directoryNotices: ChangeNotices;
  readonly faults: Faults;
}
