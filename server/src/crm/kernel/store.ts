import type { Environment } from '../../config/data-centers.ts';
import type { Settings } from '../../config/settings.ts';
import type { Database } from '../../database/database.ts';
import type { Cost } from './cost.ts';
import type { Records } from './record/writes.ts';
import type { Space } from './space/space.ts';

/** What the three API listeners of a data centre share: caches, id blocks and statement queues. */
export interface CrmStore {
  readonly database: Database;
  readonly spaces: Spaces;
  readonly ids: Ids;
  readonly records: Records;
  /** Held while a record is read, changed and written. */
  readonly changeLocks: ChangeLocks;
  /** Credits and calls at the same time. */
  readonly limits: Limits;
  readonly compatibility: Settings['compatibility'];
  readonly privateRecords: Settings['privateRecords'];
  /** Where the data centre has a read replica. */
  readonly replica?: ReplicaReads | undefined;
}

/** A read replica, with what makes its answers as new as those of the primary. */
export interface ReplicaReads {
  /**
   * Runs what only reads, of one data space: over the replica, or over `store` when the replica fails or may lack
   * something that was answered before. It may be run twice.
   */
  read<Result>(store: CrmStore, dataSpace: number, work: (store: CrmStore) => Promise<Result>): Promise<Result>;
  /** Runs what may write: when it ends, no process reads something older from the replica. */
  whileWriting<Result>(dataSpace: number, work: () => Promise<Result>): Promise<Result>;
}

/** The data spaces of the data centre's organizations. */
export interface Spaces {
  /** @returns undefined when there is none; at once what this process knows already. */
  get(organizationId: string, environment: Environment): Space | undefined | Promise<Space | undefined>;
  /** Reads it again when it is wanted next. */
  forget(dataSpace: number): void;
}

/** New ids of a data space, unique over all processes. */
export interface Ids {
  take(dataSpace: number, count: number): Promise<string[]>;
}

/** Keeps works with a key in common apart. */
export interface ChangeLocks {
  run<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result>;
}

/** A call that was let in. */
export interface Pass {
  /** The limit headers of its answer (crm-api 3.7). */
  headers: Readonly<Record<string, string>>;
  /** Lets the next one in; once, when the answer is out or the client is gone. */
  readonly leave: (() => void) | undefined;
}

/** The limits on the calls of an organization (crm-api 10). */
export interface Limits {
  /** @throws Refusal TOO_MANY_REQUESTS; what it took besides credits is given back. */
  enter(organizationId: string, clientId: string, cost: Cost): Pass | Promise<Pass>;
  /** A place among the heavy calls that run at the same time. @throws Refusal TOO_MANY_REQUESTS */
  enterHeavy(organizationId: string, clientId: string, headers: Pass['headers']): Pass['leave'];
  /** Takes credits that were known only at the end of the call. */
  charge(organizationId: string, pass: Pass, credits: number): Promise<void>;
}
