import type { Settings } from '../../config/settings.ts';
import { type ChangeNotices, restoredTopic } from '../../database/change-notices.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { CrmStore, ReplicaReads } from '../kernel/store.ts';
import { CallLimits } from './limits/call-limits.ts';
import { KeyedLocks } from './records/keyed-locks.ts';
import { RecordTable } from './records/record-table.ts';
import { IdAllocator } from './space/id-allocator.ts';
import { loadSpace } from './space/load-space.ts';
import { SpaceCache } from './space/space-cache.ts';

/** The same store over other connections to its database: for work that no request waits for. */
export function storeOver(store: CrmStore, database: Database): CrmStore {
  return { ...store, database, records: new RecordTable(database) };
}

/** Creates the CRM store of a data centre; once per process, whoever serves its APIs. */
export function createCrmStore(options: {
  readonly database: Database;
  /** The data centre's change notices; the caller starts and closes them. */
  readonly notices: ChangeNotices;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'limits' | 'compatibility' | 'privateRecords'>;
  /** Default: everything is read from the database itself. */
  readonly replica?: ReplicaReads | undefined;
}): CrmStore {
  const { database, notices, clock, settings, replica } = options;
  const ids = new IdAllocator(database);
  const limits = new CallLimits(database, clock, settings.limits);
  const forget = () => {
    ids.forget();
    limits.forget();
  };
  notices.subscribe(restoredTopic, { changed: forget, reset: () => {} });
  return {
    database,
    spaces: new SpaceCache({
      load: (organizationId, environment) => loadSpace(database, organizationId, environment),
      notices,
      clock,
    }),
    ids,
    records: new RecordTable(database),
    changeLocks: new KeyedLocks(),
    limits,
    compatibility: settings.compatibility,
    privateRecords: settings.privateRecords,
    replica,
  };
}
