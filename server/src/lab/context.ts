import type { ClientConfig } from 'pg';
import type { AdminContext } from '../admin/context.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { ChangeNotices } from '../database/change-notices.ts';
import type { Database } from '../database/database.ts';
import type { DatabaseKind } from '../database/migrate.ts';
import type { ShiftedClock } from '../foundation/clock.ts';
import type { Faults } from './faults/faults.ts';

/** Everything the lab works with. */
export interface LabContext {
  readonly admin: AdminContext;
  /** The platform's clock, which is also `admin.clock`. */
  readonly clock: ShiftedClock;
  readonly directoryNotices: ChangeNotices;
  readonly faults: Faults;
  readonly databases: readonly LabDatabase[];
  readonly demo: LabDemo;
  readonly dataDirectory: Pick<DataDirectory, 'path' | 'secretKey'>;
}

/** What the lab does with the demo. */
export interface LabDemo {
  /** Its accounts as they are kept; undefined where there is none. */
  accounts(): unknown;
  /** After a state was brought back: it was that of these accounts. */
  adopt(accounts: unknown): Promise<void>;
  /** Makes it in empty databases. */
  seed(): Promise<void>;
}

/** One database of the platform with all that is connected to it. */
export interface LabDatabase {
  /** `directory`, or the id of a data centre. */
  readonly label: string;
  readonly kind: DatabaseKind;
  readonly requests: Database;
  readonly background: Database;
  /** Of the role that may copy and rename it. */
  readonly ownerConnection: ClientConfig;
}
