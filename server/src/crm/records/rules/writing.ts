import type { CrmCall } from '../../kernel/call.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { DerivationProblem, Draft } from '../../kernel/record/draft.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';

/**
 * Why a record is written. `amend`: what stands beside its fields (tags, photo, owner, territories); `takeIn`: it takes
 * in the values of a converted lead, or of a record that is merged into it; `transition`: a step of its blueprint; `convert`: it is that lead; `assign`: an assignment rule gave it another owner before it was
 * written; `recompute`: its module's formulas changed.
 */
export type WritingKind =
  | 'insert'
  | 'update'
  | 'amend'
  | 'takeIn'
  | 'transition'
  | 'convert'
  | 'restore'
  | 'assign'
  | 'recompute';

/** A record on its way to be written, as the steps of `chain.ts` see it; they make `after`, whose data is `data`. */
export interface Writing extends Draft {
  readonly call: Pick<CrmCall, 'space' | 'user' | 'nowMs'>;
  readonly kind: WritingKind;
  /** The record as it was read; none when it is new. */
  readonly before: StoredRecord | undefined;
  readonly changes: ItemChanges;
  /** Ids of the tags that the changes name, by their folded names. */
  readonly tagIds: ReadonlyMap<string, string>;
  /** New ids, for rows of subforms. */
  readonly takeId: () => string;
  /** Where the item stands in the request. */
  readonly jsonPath: string;
  /** A record that changed after this is left alone. */
  readonly unmodifiedSinceMs?: number | undefined;
  readonly after: { -readonly [Key in keyof StoredRecord]: StoredRecord[Key] };
}

/** A step of the chain. @returns why the record cannot be written; what names a field only gets its place by the chain. */
export type RecordStep = (writing: Writing) => ErrorBody | DerivationProblem | undefined;

/** What a new or changed record is made of. */
export type WritingTask = Pick<Writing, 'call' | 'module' | 'kind' | 'changes' | 'tagIds' | 'takeId' | 'jsonPath'>;

/** A new record before the first step: nothing but its id and its stamps. */
export function newWriting(task: WritingTask, id: string): Writing {
  const { user, nowMs } = task.call;
  const after = {
    id,
    version: 1,
    name: null,
    ownerId: user.id,
    createdBy: user.id,
    createdAtMs: nowMs,
    modifiedBy: user.id,
    modifiedAtMs: nowMs,
    activityAtMs: nowMs,
    converted: false,
    data: {},
  };
  return writingOf(task, undefined, after);
}

/** A record that is there before the first step: a copy of what was read. */
export function changeOf(task: WritingTask, before: StoredRecord): Writing {
  return writingOf(task, before, { ...before, data: { ...before.data } });
}

function writingOf(task: WritingTask, before: StoredRecord | undefined, after: Writing['after']): Writing {
  const { values } = task.changes;
  return {
    ...task,
    id: after.id,
    before,
    after,
    data: after.data,
    previous: before?.data ?? {},
    given: (name) => values.get(name) !== undefined,
    createdAtMs: after.createdAtMs,
    nowMs: task.call.nowMs,
  };
}

/** What a record's state is asked about, before anything is made of it. */
export type RecordState = Pick<Writing, 'call' | 'module' | 'kind' | 'before' | 'changes' | 'unmodifiedSinceMs'>;

/** A step that looks at a record's state. @returns why it is not written. */
export type StateStep = (state: RecordState) => ErrorBody | undefined;

/** The steps of a record, as `chain.ts` binds them together. */
export interface RecordChain {
  /** Asks whether the record's state lets it be written. @returns why not. */
  readonly check: (state: RecordState) => ErrorBody | undefined;
  /** Makes `writing.after`. @returns why it cannot be made. */
  readonly make: (writing: Writing) => ErrorBody | undefined;
}
