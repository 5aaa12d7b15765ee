import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { nameOfKey } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { linkFields, withRoleName } from '../../records/list/link-fields.ts';
import {
  listScope,
  type RelatedPlace,
  relatedId,
  relatedIdInvalid,
  relatedPlace,
} from '../../records/list/related-place.ts';
import { createItems } from '../../records/write/create-records.ts';
import { deleteItems } from '../../records/write/delete-records.ts';
import { updateItems } from '../../records/write/update-records.ts';
import { maxRecords, readItems, readRecords, writeAnswer } from '../../records/write/write-request.ts';
import { selectRecords } from '../../store/records/select-records.ts';
import { readPlainItem, success } from '../../wire/item-list.ts';
import { idsParameter } from '../../wire/parameters.ts';
import { linkRecords, unlinkRecords } from './linked-records.ts';

/** Writing through a record's related lists (crm-api 6.12): new records that point to it, notes, and links. */

/** POST /{module}/{id}/{related_list}: new records whose look-up holds the record. */
export async function createRelated(call: CrmCall): Promise<CrmAnswer> {
  const place = await relatedPlace(call, { parent: 'View', related: 'Create' });
  const { source } = place.list;
  if (source.kind !== 'lookup' || source.field.includes('.')) throw notSupported(place);
  const items = (await readRecords(call, place.module)).map((raw) =>
    isJsonObject(raw) ? { ...raw, ...pointer(place, source.field) } : raw,
  );
  return writeAnswer(call, await createItems(call, place.module, items), 201);
}

function pointer({ module, parentModule, parentId }: RelatedPlace, key: string): object {
  const field = nameOfKey(key);
  const pointing = module.field.get(field);
  const lookup = pointing && kindOf(pointing).lookup;
  return { [field]: lookup?.to === 'records' ? lookup.given(parentId, parentModule.apiName) : { id: parentId } };
}

/** PUT /{module}/{id}/{related_list}: links records, or changes notes; items name their `id`. */
export async function updateRelated(call: CrmCall): Promise<CrmAnswer> {
  const place = await relatedPlace(call, { parent: 'View', related: 'View' });
  const items = readItems(call);
  const ids = items.map((raw) => (isJsonObject(raw) ? readId(raw.id) : undefined));
  return update(call, place, items, ids, (index) => ({ api_name: 'id', json_path: `$.data[${index}].id` }));
}

/** PUT /{module}/{id}/{related_list}/{related id} */
export async function updateOneRelated(call: CrmCall): Promise<CrmAnswer> {
  const place = await relatedPlace(call, { parent: 'View', related: 'View' });
  const items = readItems(call).slice(0, 1);
  return update(call, place, items, [relatedId(call)], () => ({ resource_path_index: 3 }));
}

async function update(
  call: CrmCall,
  place: RelatedPlace,
  items: readonly unknown[],
  ids: readonly (string | undefined)[],
  idPlace: (index: number) => Readonly<Record<string, unknown>>,
): Promise<CrmAnswer> {
  const { source } = place.list;
  if (source.kind === 'linked') {
    return writeAnswer(call, await linkRecords(call, place, source, items, ids, idPlace), 200);
  }
  if (source.kind === 'link') return writeAnswer(call, await link(call, place, items, ids, idPlace), 200);
  if (!place.module.traits.partOfRecord) throw notSupported(place);
  checkPermission(call.user, `Crm_Implied_Edit_${place.module.apiName}`);
  const own = await idsOfList(call, place, ids);
  const answers = new Array<ItemAnswer>(items.length);
  ids.forEach((id, index) => {
    if (id === undefined || !own.has(id)) answers[index] = errorBody('INVALID_DATA', idPlace(index), relatedIdInvalid);
  });
  // A note stays where it is.
  const changes = items.map((raw) => (isJsonObject(raw) ? { ...raw, Parent_Id: undefined } : raw));
  await updateItems(call, place.module, changes, ids, answers, idPlace);
  return writeAnswer(call, answers, 200);
}

/** DELETE /{module}/{id}/{related_list}?ids=: ends links; notes are deleted. */
export async function removeRelated(call: CrmCall): Promise<CrmAnswer> {
  const place = await relatedPlace(call, { parent: 'View', related: 'View' });
  const ids = idsParameter(call.query, 'ids', maxRecords);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  return remove(call, place, ids);
}

/** DELETE /{module}/{id}/{related_list}/{related id} */
export async function removeOneRelated(call: CrmCall): Promise<CrmAnswer> {
  const place = await relatedPlace(call, { parent: 'View', related: 'View' });
  return remove(call, place, [relatedId(call)]);
}

async function remove(call: CrmCall, place: RelatedPlace, ids: readonly string[]): Promise<CrmAnswer> {
  const { source } = place.list;
  if (source.kind === 'linked') return writeAnswer(call, await unlinkRecords(call, place, source, ids), 200);
  if (source.kind !== 'link') {
    if (!place.module.traits.partOfRecord) throw notSupported(place);
    checkPermission(call.user, `Crm_Implied_Delete_${place.module.apiName}`);
    const own = await idsOfList(call, place, ids);
    const foreign = ids.filter((id) => !own.has(id));
    if (foreign.length === 0) return deleteItems(call, place.module, ids);
    const answers = foreign.map((id) => errorBody('INVALID_DATA', { id }, relatedIdInvalid));
    if (foreign.length === ids.length) return writeAnswer(call, answers, 200);
    const done = await deleteItems(
      call,
      place.module,
      ids.filter((id) => own.has(id)),
    );
    return writeAnswer(call, [...(done.json as { data: ItemAnswer[] }).data, ...answers], 200);
  }
  checkPermission(call.user, `Crm_Implied_Edit_${place.parentModule.apiName}`);
  const [here, there] = source.side === 'left' ? ['left_id', 'right_id'] : ['right_id', 'left_id'];
  const known = ids.map(readId).filter((id) => id !== undefined);
  const rows = await call.store.database.query<{ id: string }>({
    text: `DELETE FROM crm_link WHERE data_space = $1 AND relation = $2 AND ${here} = $3 AND ${there} = ANY ($4::bigint[])
           RETURNING ${there} AS id`,
    values: [call.space.dataSpace, source.relation, place.parentId, known],
  });
  const gone = new Set(rows.map(({ id }) => id));
  const answers = ids.map((id): ItemAnswer => {
    if (!gone.has(readId(id) ?? '')) return errorBody('INVALID_DATA', { id }, relatedIdInvalid);
    return success('relation removed', { id });
  });
  return writeAnswer(call, answers, 200);
}

function notSupported({ list }: RelatedPlace): Refusal {
  return new Refusal('NOT_SUPPORTED', { details: { resource_path_index: 2 }, reason: { list: list.apiName } });
}

/** Which of `ids` are in the list. */
async function idsOfList(
  call: CrmCall,
  place: RelatedPlace,
  ids: readonly (string | undefined)[],
): Promise<ReadonlySet<string>> {
  const known = ids.filter((id) => id !== undefined);
  if (known.length === 0) return new Set();
  const records = await selectRecords(call.store.database, {
    dataSpace: call.space.dataSpace,
    module: place.module,
    perPage: known.length,
    offset: 0,
    sortBy: 'id',
    ascending: true,
    converted: undefined,
    ids: known,
    modifiedAfterMs: undefined,
    place: undefined,
    among: listScope(call, place).among,
  });
  return new Set(records.map(({ id }) => id));
}

/** Links records with the parent, or changes the links' own fields: one look-up and one statement for all items. */
async function link(
  call: CrmCall,
  place: RelatedPlace,
  items: readonly unknown[],
  ids: readonly (string | undefined)[],
  idPlace: (index: number) => Readonly<Record<string, unknown>>,
): Promise<ItemAnswer[]> {
  const { space, store, user, nowMs } = call;
  const { source } = place.list;
  if (source.kind !== 'link') return [];
  checkPermission(user, `Crm_Implied_Edit_${place.parentModule.apiName}`);
  const wanted = [...new Set(ids.filter((id) => id !== undefined))];
  const targets = await store.records.targets(
    space.dataSpace,
    wanted.map((id) => ({ module: place.module.number, id })),
  );
  const existing = new Set(targets.map(({ id }) => id));
  const failures = new Map<number, ErrorBody>();
  const links = new Map<string, Record<string, unknown>>();
  items.forEach((raw, index) => {
    const id = ids[index];
    if (id === undefined || !existing.has(id)) {
      const missing = isJsonObject(raw) && (raw.id === undefined || raw.id === null) && id === undefined;
      failures.set(
        index,
        missing
          ? errorBody('MANDATORY_NOT_FOUND', idPlace(index))
          : errorBody('INVALID_DATA', idPlace(index), relatedIdInvalid),
      );
      return;
    }
    const fields = linkFields[source.relation] ?? [];
    const reading = readPlainItem(withRoleName(raw, space), fields, `$.data[${index}]`, false);
    if (reading.failure) failures.set(index, reading.failure);
    else links.set(id, { ...links.get(id), ...Object.fromEntries(reading.values) });
  });
  const [here, there] = source.side === 'left' ? ['left_id', 'right_id'] : ['right_id', 'left_id'];
  // One order for everybody, so that two calls never wait for each other.
  const sent = [...links].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows =
    sent.length === 0
      ? []
      : await store.database.query<{ id: string; added: boolean }>({
          text: `INSERT INTO crm_link (data_space, relation, ${here}, ${there}, data, created_by, created_at_ms, modified_at_ms)
                 SELECT $1, $2, $3, id, data, $6, $7, $7 FROM unnest($4::bigint[], $5::jsonb[]) AS new (id, data)
                 ON CONFLICT (data_space, relation, left_id, right_id)
                   DO UPDATE SET data = crm_link.data || EXCLUDED.data, modified_at_ms = EXCLUDED.modified_at_ms
                 RETURNING ${there} AS id, xmax = 0 AS added`,
          values: [
            space.dataSpace,
            source.relation,
            place.parentId,
            sent.map(([id]) => id),
            sent.map(([, data]) => JSON.stringify(data)),
            user.id,
            nowMs,
          ],
        });
  const added = new Set(rows.filter((row) => row.added).map((row) => row.id));
  return items.map((_, index): ItemAnswer => {
    const id = ids[index] as string;
    return failures.get(index) ?? success(added.has(id) ? 'relation added' : 'relation updated', { id });
  });
}
