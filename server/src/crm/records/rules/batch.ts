import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { HistoryAction } from '../../kernel/record/history.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { LinkWrites, NewRecord, WriteOutcome } from '../../kernel/record/writes.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import type { Writing, WritingKind } from './writing.ts';

/** One item of a write on its way through the steps; each of them adds what it found out. */
export interface BatchItem {
  /** The caller's own number of the item. */
  readonly index: number;
  /** Where it stands in the request: `$.data[0]` */
  readonly jsonPath: string;
  /** What the request says of it; nothing when `changes` are there from the start. */
  readonly raw?: unknown;
  /** The record that it changes; none for new ones. */
  readonly id?: string;
  /** How a record that does not exist is refused. */
  readonly idPlace?: Readonly<Record<string, unknown>>;
  changes?: ItemChanges;
  before?: StoredRecord | undefined;
  /** The new record. */
  made?: { readonly writing: Writing; readonly row: NewRecord };
  /** What joins the new record to others in linking modules. */
  links?: readonly NewRecord[];
  /** The record as it is after the write, when it was written. */
  after?: StoredRecord;
  outcome?: WriteOutcome;
  failure?: ErrorBody;
}

/** A change of one record, which several items of a batch may have asked for. */
export interface RecordWrite {
  readonly before: StoredRecord;
  after: StoredRecord;
  readonly items: BatchItem[];
  readonly links: LinkWrites[];
}

/** Records of one module that are written together. */
export interface Batch {
  readonly call: CrmCall;
  readonly module: Module;
  readonly kind: WritingKind;
  readonly items: readonly BatchItem[];
  /** For statements beside those of the record table: the transaction, where there is one. */
  readonly queryable: Queryable;
  /** Says who gets new records that name no owner. */
  readonly rule?: AssignmentRule | undefined;
  /** The record that a clone is made of. */
  readonly source?: StoredRecord;
  /** What the timeline calls the change. */
  readonly action?: HistoryAction;
  /** A record that changed after this is left alone. */
  readonly unmodifiedSinceMs?: number | undefined;
  /** Says what becomes of a record that was read; undefined leaves it as it is. */
  readonly amend?: (record: StoredRecord) => ItemChanges | { readonly failure: ErrorBody } | undefined;
  tagIds: ReadonlyMap<string, string>;
  takeId: () => string;
  writes: readonly RecordWrite[];
}

/** A step over a whole batch: it needs the database, once for all items. */
export type BatchStep = (batch: Batch) => void | Promise<void>;

export type BatchOptions = Pick<Batch, 'rule' | 'source' | 'action' | 'unmodifiedSinceMs' | 'amend'> &
  Partial<Pick<Batch, 'queryable' | 'takeId' | 'tagIds'>>;

export function newBatch(
  call: CrmCall,
  module: Module,
  kind: WritingKind,
  items: readonly BatchItem[],
  options: BatchOptions = {},
): Batch {
  const none = () => {
    throw new Error('ids are taken before records are made');
  };
  return {
    queryable: call.store.database,
    tagIds: new Map(),
    takeId: none,
    writes: [],
    ...options,
    call,
    module,
    kind,
    items,
  };
}

/** Items of a request that stand in `data`, or in some of its places. */
export function itemsIn(raws: readonly unknown[], placeOf: (index: number) => number = (index) => index): BatchItem[] {
  return raws.map((raw, index) => ({ index, raw, jsonPath: `$.data[${placeOf(index)}]` }));
}

/** The items that nothing was found wrong with so far. */
export function openItems({ items }: Pick<Batch, 'items'>): (BatchItem & { changes: ItemChanges })[] {
  return items.filter(
    (item): item is BatchItem & { changes: ItemChanges } =>
      item.changes !== undefined && item.failure === undefined && item.outcome === undefined,
  );
}
