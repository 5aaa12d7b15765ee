import { comparisonOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { PagePlace } from '../../store/records/page-place.ts';
import { type RecordList, type SortKey, selectRecords, sortKeyOf } from '../../store/records/select-records.ts';
import { accessTo } from '../../store/records/visibility.ts';
import {
  choiceParameter,
  idsFilter,
  listParameter,
  pageParameters,
  stateParameter,
  timeHeader,
} from '../../wire/parameters.ts';
import { mayUse, pathModule } from '../record-module.ts';
import { namesFor } from '../view/record-view.ts';
import { listShape, type RecordShape, renderRecord } from '../view/render-record.ts';
import { productsFor } from '../view/row-forms.ts';
import type { ListScope } from './list-scope.ts';
import type { TokenOwner } from './page-token.ts';
import { ambiguous, pageInfo, pagePlace } from './paging.ts';
import type { CustomView } from './standard-views.ts';
import { territoryScope } from './territory-scope.ts';
import { viewScope } from './view-scope.ts';
import { viewSortOf } from './view-sort.ts';

const maxFields = 50;
export const maxIds = 100;

/** GET /{module} */
export async function listRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  if (call.query.get('cvid') && call.query.get('sort_by')) throw ambiguous('cvid', 'sort_by');
  const request = readList(call, module, bothScopes(viewScope(call, module), territoryScope(call, module)));
  mayUse(call, module, 'View');
  // All notes of everybody are for administrators (crm-api 7.11).
  if (module.traits.partOfRecord && !isAdministrator(call)) {
    const message = 'This API is supported only for admin users.';
    throw new Refusal('NOT_SUPPORTED', { status: 403, message });
  }
  return answerList(call, request);
}

function bothScopes(a: ListScope | undefined, b: ListScope | undefined): ListScope | undefined {
  if (!a || !b) return a ?? b;
  const among: ListScope['among'] = (parameter) => `(${a.among(parameter)}) AND (${b.among(parameter)})`;
  return { ...a, key: `${a.key}; ${b.key}`, among };
}

/** What a call for a list asks for, once its parameters are read. */
export interface ListRequest {
  readonly module: Module;
  readonly scope: ListScope | undefined;
  readonly shape: RecordShape;
  readonly list: ListParameters;
  readonly owner: TokenOwner;
  readonly place: PagePlace | undefined;
  readonly page: number;
}

/** Reads the parameters of a list of all records of a module, or of those in `scope`. @throws Refusal */
export function readList(call: CrmCall, module: Module, scope?: ListScope): ListRequest {
  const { space, user, query } = call;
  const shape = listShape(module, call.version, fieldsParameter(call));
  // All notes of everybody come in the order in which they were written (crm-api 7.11).
  const order = module.traits.partOfRecord && !scope ? 'asc' : 'desc';
  const list = listParameters(call, module, scope?.view, order);
  const owner: TokenOwner = {
    dataSpace: space.dataSpace,
    userId: user.id,
    parameters: JSON.stringify([module.number, query.get('fields'), list, scope?.key]),
  };
  const { page, place } = pagePlace(call, owner);
  return { module, scope, shape, list, owner, place, page };
}

/** The list that was asked for. */
export async function answerList(call: CrmCall, request: ListRequest): Promise<CrmAnswer> {
  const { space, store, user } = call;
  const { module, scope, shape, list, owner, place, page } = request;
  const { perPage } = list;
  const rows = await selectRecords(store.database, {
    ...list,
    among: scope?.among,
    binned: scope?.binned,
    visible: scope?.limited ? undefined : accessTo(call, module).visible,
    dataSpace: space.dataSpace,
    module,
    offset: place ? 0 : (page - 1) * perPage,
    place,
  });
  // One more row than the page has says whether there is another page.
  const hasMore = rows.length > perPage;
  const records = rows.slice(0, perPage);
  if (place?.backwards) records.reverse();
  if (records.length === 0) return { status: list.modifiedAfterMs === undefined ? 204 : 304 };
  const names = await namesFor(store.records, space, shape.referring, records);
  const view = {
    space,
    timeZone: user.timeZone,
    nowMs: call.nowMs,
    names: scope?.names ? new Map([...names, ...scope.names]) : names,
    products: await productsFor(store.records, space, shape.referring, records),
  };
  const more = await scope?.more?.(records.map(({ id }) => id));
  const data = records.map((record) => withMore(renderRecord(shape, record, view), more?.get(record.id))).join(',');
  const placeOf = (record: StoredRecord) => ({ key: sortKeyOf(list.sortBy, record), id: record.id });
  const info = pageInfo(call, owner, {
    page,
    perPage,
    count: records.length,
    hasNext: place?.backwards ? true : hasMore,
    first: placeOf(records[0] as StoredRecord),
    last: placeOf(records[records.length - 1] as StoredRecord),
    sortBy: list.sortBy,
    ascending: list.ascending,
  });
  return { status: 200, text: `{"data":[${data}],"info":${JSON.stringify(info)}}` };
}

/** A record's JSON with more keys at its end. */
export function withMore(record: string, more: object | undefined): string {
  const keys = JSON.stringify(more ?? {}).slice(1);
  return keys === '}' ? record : `${record.slice(0, -1)},${keys}`;
}

/** The names of `fields`. Since v3 a list says which it wants; before, it gets all. */
export function fieldsParameter({ query, version }: CrmCall): string[] | undefined {
  const names = listParameter(query, 'fields');
  if (!names && version.number >= 3) {
    throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'fields' } });
  }
  if (names && names.length > maxFields) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxFields, param_name: 'fields' } });
  }
  return names;
}

type ListParameters = Omit<RecordList, 'dataSpace' | 'module' | 'offset' | 'place' | 'among'>;

function listParameters(
  call: CrmCall,
  module: Module,
  view: CustomView | undefined,
  order: 'asc' | 'desc',
): ListParameters {
  const { query } = call;
  const ids = idsFilter(query, 'ids', maxIds);
  const { convertible } = module.traits;
  // A view says itself which leads it shows.
  const asked = stateParameter(query, 'converted', 'false');
  const converted = view?.converted ?? asked;
  const approved = stateParameter(query, 'approved', 'both');
  const sort = view && viewSortOf(call.space, view);
  return {
    perPage: pageParameters(call).perPage,
    sortBy: sort?.field ?? view?.sortBy ?? sortParameter(call, module),
    ascending: choiceParameter(query, 'sort_order', ['asc', 'desc'], sort?.order ?? order) === 'asc',
    converted: !convertible || converted === 'both' ? undefined : converted === 'true',
    approved: approved === 'both' ? undefined : approved === 'true',
    ids,
    modifiedAfterMs: timeHeader(call, 'if-modified-since'),
  };
}

function sortParameter(call: CrmCall, module: Module): SortKey {
  const text = call.query.get('sort_by') ?? '';
  if (text === '') return 'id';
  // Old versions sort by any field.
  const field = call.version.number < 3 ? module.field.get(text) : undefined;
  if (field && comparisonOf(field)) return text;
  return choiceParameter(call.query, 'sort_by', ['id', 'Created_Time', 'Modified_Time'], 'id');
}
