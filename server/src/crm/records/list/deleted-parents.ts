import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { binnedRecords, visibleSql } from '../../store/records/visibility.ts';
import { pathId } from '../../wire/parameters.ts';
import { answerList, readList } from './list-records.ts';
import { listScope, mayEnter, namedPlace, relatedIdInvalid } from './related-place.ts';

/**
 * GET /{module}/deleted/{id}/{related_list} (crm-api 6.12): what hung on a record of the recycle bin. Its notes are in the
 * bin with it; what only points to it lives on.
 */
export async function listOfDeleted(call: CrmCall): Promise<CrmAnswer> {
  const place = namedPlace(call);
  const scope = listScope(call, place);
  const names = new Map<string, string | null>();
  const request = readList(call, place.module, {
    ...scope,
    key: `deleted/${scope.key}`,
    ...(place.module.traits.partOfRecord ? { binned: true } : {}),
    names,
  });
  mayEnter(call, place, { parent: 'View', related: 'View' });
  names.set(place.parentId, (await deletedRecord(call, place.parentModule)).name);
  return answerList(call, request);
}

export interface DeletedRecord {
  readonly id: string;
  readonly name: string | null;
}

/** The record of the bin in the path. @throws Refusal when there is none. */
export async function deletedRecord(call: CrmCall, module: Module): Promise<DeletedRecord> {
  const { space, store, nowMs } = call;
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const values: unknown[] = [space.dataSpace, module.number, id, nowMs - lifetimes.binMs];
  const seen = visibleSql(call, module, binnedRecords, (value) => `$${values.push(value)}`);
  const [row] = await store.database.query<{ name: string | null }>({
    text: `SELECT name FROM crm_deleted_record
           WHERE data_space = $1 AND module = $2 AND record_id = $3 AND purged_at_ms IS NULL AND deleted_at_ms > $4
             ${seen ? `AND ${seen}` : ''}`,
    values,
  });
  if (row) return { id, name: row.name };
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: relatedIdInvalid });
}
