import type { CrmAnswer, CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { listParameter, pageParameters } from '../http/parameters.ts';
import type { Module } from '../metadata/metadata.ts';
import { allOf, type Condition } from '../query/condition.ts';
import { selectMatching } from '../query/select-matching.ts';
import { fromRow, type RecordRow, recordColumns } from '../records/record.ts';
import { mayUse, pathModule } from '../records/record-module.ts';
import { namesFor } from '../records/record-view.ts';
import { listShape, type RecordShape, renderRecord } from '../records/render-record.ts';
import { productsFor } from '../records/row-forms.ts';
import { viewParameter } from '../views/find-view.ts';
import { isImpossible, searchCondition, searchParameters, withStates } from './search-condition.ts';
import { searchUsers } from './search-users.ts';

const maxFields = 50;
/** Records that pages of a search reach. */
const window = 2_000;

/** The columns of records as `r`, for a select list. */
const output = recordColumns.replace(/\w+/g, (column) => `r.${column}`);

/** GET /{module}/search: newest first; what was acknowledged is found at once. */
export async function searchRecords(call: CrmCall): Promise<CrmAnswer> {
  if (call.path[0]?.toLowerCase() === 'users') return searchUsers(call);
  const module = pathModule(call);
  const condition = withStates(call, module, withView(call, module, neededCondition(call, module)));
  const shape = shapeParameter(call, module);
  const { page, perPage } = searchPage(call);
  mayUse(call, module, 'View');
  if (isImpossible(condition)) return { status: 204 };
  const { space, store, user } = call;
  const rows = await selectMatching<RecordRow>(store.database, {
    dataSpace: space.dataSpace,
    module,
    condition,
    sorting: [],
    idsAscending: false,
    limit: perPage + 1,
    offset: (page - 1) * perPage,
    output: () => output,
  });
  const records = rows.slice(0, perPage).map(fromRow);
  if (records.length === 0) return { status: 204 };
  const view = {
    space,
    timeZone: user.timeZone,
    nowMs: call.nowMs,
    names: await namesFor(store.records, space, shape.referring, records),
    products: await productsFor(store.records, space, shape.referring, records),
  };
  const data = records.map((record) => renderRecord(shape, record, view)).join(',');
  const info = { per_page: perPage, count: records.length, page, more_records: rows.length > perPage };
  return { status: 200, text: `{"data":[${data}],"info":${JSON.stringify(info)}}` };
}

/** @throws Refusal EXPECTED_PARAM_MISSING when the call says nothing to search for. */
export function neededCondition(call: CrmCall, module: Module): Condition {
  const condition = searchCondition(call, module);
  if (condition) return condition;
  throw new Refusal('EXPECTED_PARAM_MISSING', { details: { param_names: searchParameters } });
}

/** @throws Refusal LIMIT_REACHED beyond the window. */
export function searchPage(call: CrmCall): { page: number; perPage: number } {
  const { page, perPage } = pageParameters(call);
  if (page * perPage > window) throw new Refusal('LIMIT_REACHED', { details: { limit: String(window) } });
  return { page, perPage };
}

function withView(call: CrmCall, module: Module, condition: Condition): Condition {
  const view = viewParameter(call, module);
  return view ? allOf([condition, view.condition(call)]) : condition;
}

function shapeParameter(call: CrmCall, module: Module): RecordShape {
  const names = listParameter(call.query, 'fields');
  if (!names || names.length <= maxFields) return listShape(module, call.version, names);
  throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxFields, param_name: 'fields' } });
}
