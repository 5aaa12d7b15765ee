import type { Queryable } from '../../../../database/database.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../../kernel/errors.ts';
import { readId } from '../../../kernel/ids.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../../kernel/record/answers.ts';
import { type BatchItem, newBatch } from '../../../records/rules/batch.ts';
import { chains, run } from '../../../records/rules/chain.ts';
import { failuresOf } from '../../../records/rules/read-item.ts';
import { uniqueForm } from '../../../records/unique-claims.ts';
import { holdersOf } from '../../../records/write/find-duplicates.ts';
import { updateItems } from '../../../records/write/update-records.ts';
import { TransactionRecords } from '../../../store/records/transaction-records.ts';
import { inOneTransaction } from '../../../store/records/transaction-store.ts';
import type { Item } from './chunks.ts';
import type { WriteOperation } from './write-request.ts';

export interface RowOutcome {
  readonly status: 'ADDED' | 'UPDATED' | 'SKIPPED' | 'UNPROCESSED';
  readonly id: string | null;
  readonly failures: readonly ErrorBody[];
}

/** What a chunk of rows is written to, and how. */
export interface RowTask {
  readonly call: CrmCall;
  readonly module: Module;
  readonly operation: WriteOperation;
  readonly findBy: string | null;
  /**
   * Everything in one transaction, for changes that would not lead to the same end if they were made again: rows of
   * subforms are added.
   */
  readonly together: boolean;
}

/**
 * Writes a chunk of rows by the rules of record calls, and in one transaction with `note`, which says that it was done.
 * Changes of records that exist are written before that, each in its own right: after a crash they are made again, to
 * the same end. Rows that name one record twice must be in different chunks.
 */
export async function writeRows(
  task: RowTask,
  { items, prepared }: { readonly items: readonly Item[]; readonly prepared?: readonly BatchItem[] | undefined },
  note: (transaction: Queryable, outcomes: readonly RowOutcome[]) => Promise<void>,
): Promise<RowOutcome[]> {
  const { call } = task;
  const { database } = call.store;
  if (task.together) {
    return inOneTransaction(call.store, call.space.dataSpace, async (store, transaction) => {
      const inner = { ...task, call: { ...call, store } };
      const { outcomes, creating } = await changeKnown(inner, items);
      await create(inner, items, await prepareSome(inner, items, creating), outcomes);
      await note(transaction, outcomes);
      return outcomes;
    });
  }
  const { outcomes, creating } = await changeKnown(task, items);
  const fresh = prepared ?? (await prepareSome(task, items, creating));
  return database.transaction(async (transaction) => {
    const done = [...outcomes];
    const store = { ...call.store, records: new TransactionRecords(database, transaction) };
    await create({ ...task, call: { ...call, store } }, items, fresh, done);
    await note(transaction, done);
    return done;
  });
}

/** Changes the records that are there. @returns what became of them, and the places of the items to be created. */
async function changeKnown(
  { call, module, operation, findBy }: RowTask,
  items: readonly Item[],
): Promise<{ readonly outcomes: RowOutcome[]; readonly creating: readonly number[] }> {
  const outcomes = new Array<RowOutcome>(items.length);
  if (operation === 'insert') return { outcomes, creating: [...items.keys()] };
  const creating: number[] = [];
  const changing: number[] = [];
  const ids = await idsOf(call, module, findBy ?? 'id', items);
  for (const index of items.keys()) {
    if (ids[index] !== undefined) changing.push(index);
    else if (operation === 'upsert' && (findBy !== 'id' || items[index]?.id === undefined)) creating.push(index);
    else outcomes[index] = skipped(notFound(findBy));
  }
  const answers = new Array<ItemAnswer>(changing.length);
  await updateItems(
    call,
    module,
    changing.map((index) => items[index]),
    changing.map((index) => ids[index]),
    answers,
    () => ({ api_name: 'id' }),
  );
  for (const [place, index] of changing.entries()) {
    const answer = answers[place] as ItemAnswer;
    if (answer.status === 'success') {
      outcomes[index] = { status: 'UPDATED', id: String(answer.details.id), failures: [] };
    } else if (answer.message === idInvalid && answer.details.json_path === undefined) {
      outcomes[index] = skipped(notFound(findBy));
    } else outcomes[index] = skipped(...everyFailure(call, module, items[index] as Item, answer, false));
  }
  return { outcomes, creating };
}

/** Prepares the items at some places as new records; each keeps its place. */
async function prepareSome(
  { call, module }: RowTask,
  items: readonly Item[],
  places: readonly number[],
): Promise<readonly BatchItem[]> {
  const some = places.map((index, place): BatchItem => ({ index, raw: items[index], jsonPath: `$.data[${place}]` }));
  await run(chains.prepare, newBatch(call, module, 'insert', some));
  return some;
}

async function create(
  { call, module }: RowTask,
  items: readonly Item[],
  prepared: readonly BatchItem[],
  outcomes: RowOutcome[],
): Promise<void> {
  await run(chains.insert, newBatch(call, module, 'insert', prepared));
  for (const { index, failure, after } of prepared) {
    outcomes[index] = failure
      ? skipped(...everyFailure(call, module, items[index] as Item, failure, true))
      : { status: 'ADDED', id: after?.id ?? null, failures: [] };
  }
}

/** A record call tells the first thing that is wrong with an item, the result of a bulk write all of them. */
function everyFailure(call: CrmCall, module: Module, item: Item, answer: ErrorBody, creating: boolean): ErrorBody[] {
  const inner = (answer.details as { errors?: readonly ErrorBody[] }).errors;
  if (inner) return [...inner];
  const { metadata, dataSpace } = call.space;
  const all = failuresOf(item, { metadata, module, dataSpace, jsonPath: '$.data[0]', creating });
  return all.length > 1 ? all : [answer];
}

export function skipped(...failures: readonly ErrorBody[]): RowOutcome {
  return { status: 'SKIPPED', id: null, failures };
}

function notFound(findBy: string | null): ErrorBody {
  return errorBody('RESOURCE_NOT_FOUND', { api_name: findBy ?? 'id' });
}

/** The ids of the records that rows are about; undefined where there is none. */
async function idsOf(
  call: CrmCall,
  module: Module,
  findBy: string,
  items: readonly Item[],
): Promise<(string | undefined)[]> {
  if (findBy === 'id') return items.map((item) => readId(item.id));
  const field = module.field.get(findBy);
  const values = items.map((item) => (typeof item[findBy] === 'string' ? (item[findBy] as string) : undefined));
  const wanted = [...new Set(values.filter((value) => value !== undefined))];
  const holders = field ? await holdersOf(call, module, field, wanted) : new Map<string, string>();
  return values.map((value) => (value === undefined || !field ? undefined : holders.get(uniqueForm(field, value))));
}

/** What one row names: two rows of a chunk must not name the same. */
export function keyOf(item: Item, findBy: string | null): string | undefined {
  const value = findBy === null ? undefined : item[findBy];
  return typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : undefined;
}
