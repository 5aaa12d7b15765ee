import type { Settings } from '../../config/settings.ts';
import type { Database } from '../../database/database.ts';
import type { CallLimits } from '../store/limits/call-limits.ts';
import type { KeyedLocks } from '../store/records/keyed-locks.ts';
import type { IdAllocator } from '../store/space/id-allocator.ts';
import type { SpaceCache } from '../store/space/space-cache.ts';
import type { Records } from './record/writes.ts';

/** What the three API listeners of a data centre share: caches, id blocks and statement queues. */
export interface CrmStore {
  readonly database: Database;
  readonly spaces: SpaceCache;
  readonly ids: IdAllocator;
  readonly records: Records;
  /** Held while a record is read, changed and written. */
  readonly changeLocks: KeyedLocks;
  /** Credits and calls at the same time. */
  readonly limits: CallLimits;
  readonly compatibility: Settings['compatibility'];
  readonly privateRecords: Settings['privateRecords'];
}
