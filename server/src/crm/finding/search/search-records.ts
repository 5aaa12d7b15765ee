import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { fromRow, type RecordRow, recordColumns } from '../../kernel/record/record.ts';
import { allOf, type Condition } from '../../language/query/condition.ts';
import { selectMatching } from '../../language/query/select-matching.ts';
import { viewParameter } from '../../records/list/find-view.ts';
import { mayUse, pathModule } from '../../records/record-module.ts';
import { namesFor } from '../../records/view/record-view.ts';
import { listShape, type RecordShape, renderRecord } from '../../records/view/render-record.ts';
import { productsFor } from '../../records/view/row-forms.ts';
import { listParameter } from '../../wire/parameters.ts';
import { isImpossible, withStates } from './search-condition.ts';
import { neededCondition, searchPage } from './search-page.ts';
import { searchUsers } from './search-users.ts';

const maxFields = 50;

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

function withView(call: CrmCall, module: Module, condition: Condition): Condition {
  const view = viewParameter(call, module);
  return view ? allOf([condition, view.condition(call)]) : condition;
}

function shapeParameter(call: CrmCall, module: Module): RecordShape {
  const names = listParameter(call.query, 'fields');
  if (!names || names.length <= maxFields) return listShape(module, call.version, names);
  throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxFields, param_name: 'fields' } });
}
