import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { viewOfOne } from '../../records/linking/show-links.ts';
import { answerList, readList, withMore } from '../../records/list/list-records.ts';
import { relatedListId, relatedListsOf } from '../../records/list/related-lists.ts';
import {
  enter,
  existingParent,
  listScope,
  namedPlace,
  type RelatedPlace,
  relatedId,
  relatedIdInvalid,
  relatedPlace,
} from '../../records/list/related-place.ts';
import { recordModule } from '../../records/record-module.ts';
import { recordShape, renderRecord } from '../../records/view/render-record.ts';
import { selectRecords } from '../../store/records/select-records.ts';
import { itemListOf } from '../../wire/item-list.ts';
import { listParameter } from '../../wire/parameters.ts';

const viewing = { parent: 'View', related: 'View' } as const;

/** GET /{module}/{id}/{related_list} (crm-api 6.12) */
export async function listRelated(call: CrmCall): Promise<CrmAnswer> {
  const place = namedPlace(call);
  const request = readList(call, place.module, listScope(call, place));
  await enter(call, place, viewing);
  return answerList(call, request);
}

/** GET /{module}/{id}/{related_list}/{related id} */
export async function getRelated(call: CrmCall): Promise<CrmAnswer> {
  const { space, store } = call;
  const place = await relatedPlace(call, viewing);
  const scope = listScope(call, place);
  const [record] = await selectRecords(store.database, {
    dataSpace: space.dataSpace,
    module: place.module,
    perPage: 1,
    offset: 0,
    sortBy: 'id',
    ascending: true,
    converted: undefined,
    ids: [relatedId(call)],
    modifiedAfterMs: undefined,
    place: undefined,
    among: scope.among,
  });
  if (!record) {
    if (call.version.number < 8) return { status: 204 };
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 3 }, message: relatedIdInvalid });
  }
  const shape = recordShape(place.module, call.version, listParameter(call.query, 'fields'));
  const view = await viewOfOne(call, shape, record);
  const more = (await scope.more?.([record.id]))?.get(record.id);
  const text = withMore(renderRecord(shape, record, view), more);
  return { status: 200, text: `{"data":[${text}]}` };
}

export const maxCounts = 20;

/** POST /{module}/{id}/actions/get_related_records_count */
export async function countRelated(call: CrmCall): Promise<CrmAnswer> {
  const parentModule = recordModule(call, 'View');
  const items = itemListOf(readJsonBody(call.body), 'get_related_records_count', maxCounts);
  const parentId = await existingParent(call, parentModule);
  const answers = await Promise.all(items.map((raw, index) => countOne(call, parentModule, parentId, raw, index)));
  return { status: 200, json: { get_related_records_count: answers } };
}

async function countOne(
  call: CrmCall,
  parentModule: RelatedPlace['parentModule'],
  parentId: string,
  raw: unknown,
  index: number,
): Promise<object | ErrorBody> {
  const { space, store } = call;
  const asked = isJsonObject(raw) && isJsonObject(raw.related_list) ? raw.related_list : {};
  const lists = relatedListsOf(parentModule, space.metadata);
  const at = lists.findIndex(
    (each, place) =>
      each.apiName === asked.api_name || relatedListId(space, parentModule, each, place) === (readId(asked.id) ?? ''),
  );
  const list = lists[at];
  const module = list?.module && space.metadata.find(list.module);
  if (!list || !module) {
    const json_path = `$.get_related_records_count[${index}].related_list`;
    return errorBody('INVALID_DATA', { api_name: 'related_list', json_path });
  }
  const related_list = { api_name: list.apiName, id: relatedListId(space, parentModule, list, at) };
  const permission = `Crm_Implied_View_${module.apiName}`;
  if (call.user.profile.denied.has(permission)) return errorBody('NO_PERMISSION', { permissions: [permission] });
  const values: unknown[] = [space.dataSpace];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const text =
    list.source.kind === 'apart'
      ? `SELECT count(*) FROM crm_attachment WHERE data_space = $1 AND parent_id = ${parameter(parentId)}`
      : `SELECT count(*) FROM crm_record WHERE data_space = $1 AND module = ${parameter(module.number)}
           AND ${listScope(call, { parentModule, parentId, list, module }).among(parameter)}`;
  const [row] = await store.database.query<{ count: string }>({ text, values });
  return { count: Number(row?.count ?? 0), related_list };
}
