import type { CrmAnswer, CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import {
  booleanParameter,
  choiceParameter,
  idsFilter,
  listParameter,
  pageParameters,
  timeHeader,
} from '../http/parameters.ts';
import type { Module } from '../metadata/metadata.ts';
import { isAdministrator } from '../people/permissions.ts';
import { formatDateTime } from '../values/date-time.ts';
import type { CustomView } from '../views/standard-views.ts';
import { viewScope } from '../views/view-scope.ts';
import { makePageToken, type PagePlace, pageTokenTtlMs, readPageToken, type TokenOwner } from './page-token.ts';
import { recordModule } from './record-module.ts';
import { namesFor } from './record-view.ts';
import { namedShape, type RecordShape, renderRecord, wholeShape } from './render-record.ts';
import { type RecordList, type SortKey, selectRecords, sortKeyOf } from './select-records.ts';

const maxFields = 50;
const maxIds = 100;
/** Records that pages reach by number, and by token. */
const discreteLimit = 2_000;
const tokenLimit = 100_000;

/** A list that holds only some of a module's records. */
export interface ListScope {
  /** What it holds, for the page tokens: they continue this list only. */
  readonly key: string;
  readonly among: NonNullable<RecordList['among']>;
  /** The view that it is, which also says in which order. */
  readonly view?: CustomView;
  /** More keys of the records shown, by their ids. */
  readonly more?: (ids: readonly string[]) => Promise<ReadonlyMap<string, object>>;
}

/** GET /{module} */
export async function listRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'View');
  // All notes of everybody are for administrators (crm-api 7.11).
  if (module.apiName === 'Notes' && !isAdministrator(call)) {
    const message = 'This API is supported only for admin users.';
    throw new Refusal('NOT_SUPPORTED', { status: 403, message });
  }
  if (call.query.get('cvid') && call.query.get('sort_by')) throw ambiguous('cvid', 'sort_by');
  return listRecordsOf(call, module, viewScope(call, module));
}

/** The list of all records of a module, or of those in `scope`. */
export async function listRecordsOf(call: CrmCall, module: Module, scope?: ListScope): Promise<CrmAnswer> {
  const { space, store, user, query, nowMs } = call;
  const shape = shapeParameter(call, module);
  const list = listParameters(call, module, scope?.view);
  const owner: TokenOwner = {
    dataSpace: space.dataSpace,
    userId: user.id,
    parameters: JSON.stringify([module.number, query.get('fields'), list, scope?.key]),
  };
  const { page, perPage, place } = pagePlace(call, owner);

  const rows = await selectRecords(store.database, {
    ...list,
    among: scope?.among,
    dataSpace: space.dataSpace,
    module: module.number,
    offset: place ? 0 : (page - 1) * perPage,
    place,
  });
  // One more row than the page has says whether there is another page.
  const hasMore = rows.length > perPage;
  const records = rows.slice(0, perPage);
  if (place?.backwards) records.reverse();
  if (records.length === 0) return { status: list.modifiedAfterMs === undefined ? 204 : 304 };
  const view = {
    space,
    timeZone: user.timeZone,
    names: await namesFor(store.records, space, shape.referring, records),
  };
  const more = await scope?.more?.(records.map(({ id }) => id));
  const data = records.map((record) => withMore(renderRecord(shape, record, view), more?.get(record.id))).join(',');
  const hasNext = place?.backwards ? true : hasMore;

  const short = { per_page: perPage, count: records.length, page, more_records: hasNext };
  if (call.version.number < 3) return answer(data, short);
  const tokenAt = (at: 'first' | 'last'): string => {
    const record = records[at === 'first' ? 0 : records.length - 1] as (typeof records)[number];
    const next: PagePlace = {
      page: at === 'first' ? page - 1 : page + 1,
      key: sortKeyOf(list.sortBy, record),
      id: record.id,
      backwards: at === 'first',
    };
    return makePageToken(next, owner, nowMs);
  };
  return answer(data, {
    call: false,
    per_page: perPage,
    next_page_token: hasNext ? tokenAt('last') : null,
    count: records.length,
    sort_by: list.sortBy,
    page,
    previous_page_token: page > 1 ? tokenAt('first') : null,
    page_token_expiry: hasNext ? formatDateTime(nowMs + pageTokenTtlMs, user.timeZone) : null,
    sort_order: list.ascending ? 'asc' : 'desc',
    email: false,
    more_records: hasNext,
  });
}

/** A record's JSON with more keys at its end. */
export function withMore(record: string, more: object | undefined): string {
  return more === undefined ? record : `${record.slice(0, -1)},${JSON.stringify(more).slice(1)}`;
}

function answer(data: string, info: object): CrmAnswer {
  return { status: 200, text: `{"data":[${data}],"info":${JSON.stringify(info)}}` };
}

/** Since v3 a list says which fields it wants; before, it gets all. */
function shapeParameter(call: CrmCall, module: Module): RecordShape {
  const names = listParameter(call.query, 'fields');
  if (!names) {
    if (call.version.number < 3) return wholeShape(module);
    throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'fields' } });
  }
  if (names.length > maxFields) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxFields, param_name: 'fields' } });
  }
  const shape = namedShape(module, names);
  if (call.version.number < 3) return shape;
  // Rows of subforms are in the answer to a single record only.
  const parts = shape.parts.filter((part) => part.field?.dataType !== 'subform');
  return { ...shape, parts, referring: shape.referring.filter((field) => field.dataType !== 'subform') };
}

type ListParameters = Omit<RecordList, 'dataSpace' | 'module' | 'offset' | 'place' | 'among'>;

function listParameters(call: CrmCall, module: Module, view: CustomView | undefined): ListParameters {
  const { query } = call;
  const approved = choiceParameter(query, 'approved', ['both', 'true', 'false'], 'both');
  booleanParameter(query, 'include_child');
  const ids = idsFilter(query, 'ids', maxIds);
  const convertible = module.flags.has('convertable') && module.apiName === 'Leads';
  // A view says itself which leads it shows.
  const converted = view?.converted ?? choiceParameter(query, 'converted', ['true', 'false', 'both'], 'false');
  return {
    perPage: pageParameters(query).perPage,
    sortBy: view?.sortBy ?? sortParameter(call, module),
    ascending: choiceParameter(query, 'sort_order', ['asc', 'desc'], 'desc') === 'asc',
    converted: !convertible || converted === 'both' ? undefined : converted === 'true',
    // Every record is approved, so that none is left when the others are asked for.
    ids: approved === 'false' ? [] : ids,
    modifiedAfterMs: timeHeader(call, 'if-modified-since'),
  };
}

function sortParameter(call: CrmCall, module: Module): SortKey {
  const text = call.query.get('sort_by') ?? '';
  if (text === '') return 'id';
  // Old versions sort by any field.
  const field = call.version.number < 3 ? module.field.get(text) : undefined;
  if (field) return field.key;
  return choiceParameter(call.query, 'sort_by', ['id', 'Created_Time', 'Modified_Time'], 'id');
}

/** Where the page begins that the call asks for: by number, or by token, which then says the number. */
export function pagePlace(
  call: CrmCall,
  owner: TokenOwner,
): { readonly page: number; readonly perPage: number; readonly place: PagePlace | undefined } {
  const { page, perPage } = pageParameters(call.query);
  const token = call.query.get('page_token');
  const place = token ? tokenPlace(call, token, owner) : undefined;
  const shown = { page: place?.page ?? page, perPage, place };
  checkReach(shown.page, perPage, place !== undefined);
  return shown;
}

function ambiguous(...names: string[]): Refusal {
  return new Refusal('AMBIGUITY_DURING_PROCESSING', {
    details: { ambiguity_due_to: names.map((param_name) => ({ param_name })) },
  });
}

function tokenPlace(call: CrmCall, token: string, owner: TokenOwner): PagePlace {
  if (call.query.get('page')) throw ambiguous('page', 'page_token');
  return readPageToken(token, owner, call.nowMs);
}

function checkReach(page: number, perPage: number, byToken: boolean): void {
  if (!byToken && page * perPage > discreteLimit) {
    throw new Refusal('DISCRETE_PAGINATION_LIMIT_EXCEEDED', { details: { limit: discreteLimit } });
  }
  if (byToken && page * perPage > tokenLimit) {
    throw new Refusal('PAGINATION_LIMIT_EXCEEDED', { details: { limit: tokenLimit, param_name: 'page_token' } });
  }
}
