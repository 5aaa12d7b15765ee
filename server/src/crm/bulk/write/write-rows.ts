import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../context.ts';
import { errorBody, idInvalid } from '../../errors.ts';
import type { Module } from '../../metadata/metadata.ts';
import { readId } from '../../organizations/ids.ts';
import { uniqueForm } from '../../records/apply-changes.ts';
import { createItems } from '../../records/create-records.ts';
import { holdersOf } from '../../records/find-duplicates.ts';
import { updateItems } from '../../records/update-records.ts';
import type { ItemAnswer } from '../../records/write-request.ts';
import { TransactionRecords } from './transaction-records.ts';
import type { WriteOperation } from './write-request.ts';

export interface RowOutcome {
  readonly status: 'ADDED' | 'UPDATED' | 'SKIPPED';
  readonly id: string | null;
  readonly answer: ItemAnswer;
}

type Item = Readonly<Record<string, unknown>>;

/**
 * Writes a chunk of rows by the rules of record calls, and in one transaction with `note`, which says that it was done.
 * Changes of records that exist are written before that, each in its own right: after a crash they are made again, to
 * the same end. Rows that name one record twice must be in different chunks.
 */
export async function writeRows(
  call: CrmCall,
  module: Module,
  operation: WriteOperation,
  findBy: string | null,
  items: readonly Item[],
  note: (transaction: Queryable, outcomes: readonly RowOutcome[]) => Promise<void>,
): Promise<RowOutcome[]> {
  const { database } = call.store;
  const outcomes = new Array<RowOutcome>(items.length);
  const creating: number[] = [];
  if (operation === 'insert') creating.push(...items.keys());
  else {
    const ids = await idsOf(call, module, findBy ?? 'id', items);
    const changing: number[] = [];
    for (const index of items.keys()) {
      if (ids[index] !== undefined) changing.push(index);
      else if (operation === 'upsert' && findBy !== 'id') creating.push(index);
      else if (operation === 'upsert' && items[index]?.id === undefined) creating.push(index);
      else outcomes[index] = skipped(errorBody('INVALID_DATA', { api_name: findBy ?? 'id' }, idInvalid));
    }
    await change(call, module, items, ids, changing, outcomes);
  }
  return database.transaction(async (transaction) => {
    const done = [...outcomes];
    if (creating.length > 0) {
      const records = new TransactionRecords(database, transaction);
      const answers = await createItems(
        { ...call, store: { ...call.store, records } },
        module,
        creating.map((index) => items[index]),
      );
      for (const [place, index] of creating.entries()) {
        const answer = answers[place] as ItemAnswer;
        done[index] = answer.status === 'success' ? written('ADDED', answer) : skipped(answer);
      }
    }
    await note(transaction, done);
    return done;
  });
}

function written(status: 'ADDED' | 'UPDATED', answer: ItemAnswer): RowOutcome {
  return { status, id: String(answer.details.id), answer };
}

function skipped(answer: ItemAnswer): RowOutcome {
  return { status: 'SKIPPED', id: null, answer };
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

async function change(
  call: CrmCall,
  module: Module,
  items: readonly Item[],
  ids: readonly (string | undefined)[],
  changing: readonly number[],
  outcomes: RowOutcome[],
): Promise<void> {
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
    outcomes[index] = answer.status === 'success' ? written('UPDATED', answer) : skipped(answer);
  }
}

/** What one row names: two rows of a chunk must not name the same. */
export function keyOf(item: Item, findBy: string | null): string | undefined {
  const value = findBy === null ? undefined : item[findBy];
  return typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : undefined;
}

/** `MANDATORY_NOT_FOUND-Company:DUPLICATE_DATA-Email` (crm-api 9.2) */
export function errorText(answer: ItemAnswer): string {
  if (answer.status === 'success') return '';
  const inner = (answer.details as { errors?: readonly ItemAnswer[] }).errors ?? [answer];
  return inner
    .map((each) => {
      const code = each.code === 'RECORD_LOCKED' ? 'BLOCKED_RECORD' : each.code;
      return each.details.api_name === undefined ? code : `${code}-${String(each.details.api_name)}`;
    })
    .join(':');
}
