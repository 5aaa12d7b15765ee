import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { Draft } from '../../kernel/record/draft.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { LinkWrites, RecordUpdate } from '../../kernel/record/writes.ts';
import { computeFormulas } from '../../language/formula/record-formulas.ts';
import { isApproved } from '../../store/records/approval.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import { changedAfter, pathId, timeHeader } from '../../wire/parameters.ts';
import { idsOfItems } from '../external/external-ids.ts';
import { linkWrites } from '../linking/write-links.ts';
import { isLocked, lockedBody } from '../locked.ts';
import { mayUse, pathModule, recordModule } from '../record-module.ts';
import { deriveValues } from '../rules/derived-values.ts';
import { derivationFailure, withTags } from '../rules/draft.ts';
import { applyPipeline } from '../rules/pipeline-rule.ts';
import { applyTerritories } from '../rules/territory-rule.ts';
import { applyChanges, changedClaims, displayName, newRowCount } from './apply-changes.ts';
import { checkReferences } from './check-references.ts';
import { duplicateAnswers } from './duplicates.ts';
import { readItem } from './read-item.ts';
import { resolveTags } from './tags.ts';
import { touchParents } from './touch-parents.ts';
import { asItem, readRecords, writeAnswer, writeDetails } from './write-request.ts';

/** Times that a change is begun again because another process changed the record in between. */
const maxAttempts = 10;

interface Item {
  readonly index: number;
  readonly id: string;
  readonly changes: ItemChanges;
}

/** PUT /{module}: changes up to 100 records, each named by its `id`, with one read and one write. */
export async function updateRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const items = await readRecords(call, module);
  const answers = new Array<ItemAnswer>(items.length);
  const external = await idsOfItems(call, module, items);
  const ids = items.map((raw, index) => {
    const item = asItem(raw);
    const place = { api_name: 'id', json_path: `$.data[${index}].id` };
    if (item && external && item.id === undefined) {
      const found = external(item, index);
      if (typeof found === 'string') return found;
      answers[index] = found;
      return undefined;
    }
    if (item && (item.id === undefined || item.id === null)) answers[index] = errorBody('MANDATORY_NOT_FOUND', place);
    const id = item && readId(item.id);
    if (item && id === undefined) answers[index] ??= errorBody('INVALID_DATA', place, idInvalid);
    return id;
  });
  await updateItems(call, module, items, ids, answers, (index) => ({
    api_name: 'id',
    json_path: `$.data[${index}].id`,
  }));
  return writeAnswer(call, answers, 200);
}

/** PUT /{module}/{id} */
export async function updateOneRecord(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  mayUse(call, module, 'Edit');
  const items = (await readRecords(call, module)).slice(0, 1);
  const answers = new Array<ItemAnswer>(1);
  await updateItems(call, module, items, [id], answers, () => ({ resource_path_index: 1 }));
  return writeAnswer(call, answers, 200);
}

/** Changes the records with these ids; answers that are there already stay. */
export async function updateItems(
  call: CrmCall,
  module: Module,
  raws: readonly unknown[],
  ids: readonly (string | undefined)[],
  answers: ItemAnswer[],
  idPlace: (index: number) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const unmodifiedSinceMs = timeHeader(call, 'if-unmodified-since');
  const items = await readChanges(call, module, raws, ids, answers);
  if (items.length === 0) return;
  const tagIds = await resolveTags(
    call,
    module,
    items.map((item) => item.changes),
  );
  const { dataSpace } = call.space;
  const keys = [...new Set(items.map((item) => `${dataSpace}/${item.id}`))];
  await call.store.changeLocks.run(keys, async () => {
    let pending = items;
    for (let attempt = 1; pending.length > 0; attempt++) {
      if (attempt > maxAttempts) throw new Error(`a record changed ${maxAttempts} times while it was being updated`);
      pending = await attemptUpdate(pending);
    }
  });

  /** Reads, changes and writes; returns the items whose record was changed by someone else meanwhile. */
  async function attemptUpdate(attempted: readonly Item[]): Promise<Item[]> {
    const found = await call.store.records.readMany(dataSpace, module.number, [
      ...new Set(attempted.map((item) => item.id)),
    ]);
    const rowCount = attempted.reduce((sum, item) => sum + newRowCount(item.changes), 0);
    const rowIds = rowCount === 0 ? [] : await call.store.ids.take(dataSpace, rowCount);
    const takeId = () => rowIds.shift() as string;
    const changed = new Map<
      string,
      { before: StoredRecord; after: StoredRecord; items: Item[]; links: LinkWrites[] }
    >();
    for (const item of attempted) {
      const before = changed.get(item.id)?.after ?? found.get(item.id);
      if (!before) {
        answers[item.index] = errorBody('INVALID_DATA', idPlace(item.index), idInvalid);
        continue;
      }
      if (isLocked(before)) {
        answers[item.index] = lockedBody(before.id);
        continue;
      }
      if (unmodifiedSinceMs !== undefined && changedAfter(before.modifiedAtMs, unmodifiedSinceMs)) {
        answers[item.index] = errorBody('ALREADY_MODIFIED', writeDetails(call, before));
        continue;
      }
      const outcome = change(call, module, before, item, tagIds, takeId);
      if ('answer' in outcome) {
        answers[item.index] = outcome.answer;
        continue;
      }
      const links = await linkWrites(call, module, item.changes, item.id, takeId);
      if ('failure' in links) {
        answers[item.index] = links.failure;
        continue;
      }
      const known = changed.get(item.id);
      if (known) {
        known.after = outcome.after;
        known.items.push(item);
        known.links.push(...links);
      } else changed.set(item.id, { before, after: outcome.after, items: [item], links: [...links] });
    }
    const writes = [...changed.values()];
    const outcomes = await call.store.records.update(
      writes.map(
        ({ before, after, links }): RecordUpdate => ({
          key: { dataSpace, module: module.number, id: after.id },
          record: after,
          claims: changedClaims(module, before, after.data),
          history: historyEntry(before, after),
          ...(links.length === 0 ? {} : { links }),
        }),
      ),
    );
    await touchParents(
      call,
      module,
      writes.map(({ after }) => after),
      'changed',
    );
    const duplicates = await duplicateAnswers(call, module, outcomes, (place) => writes[place]?.items[0]?.index ?? 0);
    const stale: Item[] = [];
    for (const [place, { after, items: done }] of writes.entries()) {
      if ('stale' in (outcomes[place] as object)) {
        stale.push(...done);
        continue;
      }
      for (const { index } of done) {
        answers[index] = duplicates.get(place) ?? {
          code: 'SUCCESS',
          details: writeDetails(call, after),
          message: 'record updated',
          status: 'success',
        };
      }
    }
    return stale;
  }
}

/** The items that can be tried; the others have their answer. */
async function readChanges(
  call: CrmCall,
  module: Module,
  raws: readonly unknown[],
  ids: readonly (string | undefined)[],
  answers: ItemAnswer[],
): Promise<Item[]> {
  const { space } = call;
  const items: Item[] = [];
  raws.forEach((raw, index) => {
    if (answers[index]) return;
    const reading = readItem(raw, {
      metadata: space.metadata,
      module,
      dataSpace: space.dataSpace,
      jsonPath: `$.data[${index}]`,
      creating: false,
      ignored: call.ignoredKeys,
      replacesRows: call.version.number < 3,
    });
    if (reading.failure) answers[index] = reading.failure;
    else items.push({ index, id: ids[index] as string, changes: reading.changes });
  });
  const missing = await checkReferences(
    call,
    items.map((item) => item.changes),
  );
  return items.filter(({ index, changes }) => {
    const failure = missing(changes.wishes);
    if (failure) answers[index] = failure;
    return !failure;
  });
}

function change(
  call: CrmCall,
  module: Module,
  before: StoredRecord,
  { index, changes }: Item,
  tagIds: ReadonlyMap<string, string>,
  takeId: () => string,
): { readonly after: StoredRecord } | { readonly answer: ItemAnswer } {
  if (!isApproved(before) && changes.approved !== true) {
    return { answer: errorBody('NOT_APPROVED', { id: before.id }) };
  }
  const applied = applyChanges(before.data, changes, takeId);
  if ('failure' in applied) return { answer: applied.failure };
  const { data } = applied;
  withTags(data, changes, tagIds);
  const draft: Draft = {
    module,
    id: before.id,
    data,
    previous: before.data,
    given: (name) => changes.values.get(name) !== undefined,
    createdAtMs: before.createdAtMs,
    nowMs: call.nowMs,
  };
  const after: StoredRecord = {
    ...before,
    ownerId: changes.ownerId ?? before.ownerId,
    modifiedBy: call.user.id,
    // A clock that was set back must not make the record look older than what was seen of it.
    modifiedAtMs: Math.max(call.nowMs, before.modifiedAtMs),
    data,
  };
  const refused = applyPipeline(call.space, draft) ?? deriveValues(draft);
  computeFormulas(module, after, call);
  const problem = refused ?? applyTerritories(call.space, module, after, call);
  if (problem) return { answer: derivationFailure(problem, `$.data[${index}]`) };
  return { after: { ...after, name: displayName(module, data) } };
}
