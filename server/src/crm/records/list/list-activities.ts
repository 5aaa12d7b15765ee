import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { activityModules, activityType, findModule } from '../../kernel/metadata/activities.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { selectAcross, sortable } from '../../store/records/select-records.ts';
import { accessTo } from '../../store/records/visibility.ts';
import {
  choiceParameter,
  idsFilter,
  listParameter,
  pageParameters,
  pathId,
  timeHeader,
} from '../../wire/parameters.ts';
import { mayUse, permissionNames } from '../record-module.ts';
import { notFound } from '../view/get-record.ts';
import { namesFor } from '../view/record-view.ts';
import { listShape, type RecordShape, recordShape, renderRecord } from '../view/render-record.ts';
import { fieldsParameter, maxIds, withMore } from './list-records.ts';
import { pageInfo, pagePlace } from './paging.ts';

/** `Activities` of v2: tasks, meetings and calls in one list, each as its own module shows it, with `Activity_Type`. */

/** GET /Activities */
export async function listActivities(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, query } = call;
  const union = findModule(call, 'Activities') as Module;
  const names = fieldsParameter(call);
  const { perPage } = pageParameters(call);
  const sortBy = sortParameter(call, union);
  const ascending = choiceParameter(query, 'sort_order', ['asc', 'desc'], 'desc') === 'asc';
  const ids = idsFilter(query, 'ids', maxIds);
  const modifiedAfterMs = timeHeader(call, 'if-modified-since');
  const owner = { dataSpace: space.dataSpace, userId: user.id, parameters: '' };
  const { page } = pagePlace(call, owner);
  const modules = visibleModules(call, union);
  const rows = await selectAcross(
    store.database,
    modules.map((module) => ({
      ...{ dataSpace: space.dataSpace, module, perPage, offset: (page - 1) * perPage, sortBy, ascending },
      ...{ converted: undefined, ids, modifiedAfterMs, visible: accessTo(call, module).visible, place: undefined },
    })),
  );
  const records = rows.slice(0, perPage);
  if (records.length === 0) return { status: modifiedAfterMs === undefined ? 204 : 304 };
  const data = await render(call, union, records, names, listShape);
  const ends = { first: { key: '', id: '' }, last: { key: '', id: '' } };
  const info = pageInfo(call, owner, {
    ...{ page, perPage, count: records.length, hasNext: rows.length > perPage, sortBy, ascending },
    ...ends,
  });
  return { status: 200, text: `{"data":[${data}],"info":${JSON.stringify(info)}}` };
}

/** GET /Activities/{id} */
export async function getActivity(call: CrmCall): Promise<CrmAnswer> {
  const { space, store } = call;
  const union = findModule(call, 'Activities') as Module;
  const id = pathId(call.path[1] as string, 1);
  for (const module of visibleModules(call, union)) {
    const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
    if (!record) continue;
    const names = listParameter(call.query, 'fields');
    const data = await render(call, union, [{ module: module.number, record }], names, recordShape);
    return { status: 200, text: `{"data":[${data}]}` };
  }
  return notFound(call);
}

/** Those of the three whose records the user may see. @throws Refusal NO_PERMISSION when there is none. */
function visibleModules(call: CrmCall, union: Module): Module[] {
  mayUse(call, union, 'View');
  const modules = activityModules.flatMap((name) => call.space.metadata.find(name) ?? []);
  const { denied } = call.user.profile;
  const seen = modules.filter((module) => !permissionNames(module, 'View').some((name) => denied.has(name)));
  if (seen.length === 0) mayUse(call, modules[0] as Module, 'View');
  return seen;
}

/** Times, ids, and what all three are sorted by. */
function sortParameter({ query }: CrmCall, union: Module): string {
  const text = query.get('sort_by') ?? '';
  if (text === '') return 'id';
  if (sortable(text, union)) return text;
  const details = { param_name: 'sort_by' };
  throw new Refusal('INVALID_DATA', { details });
}

type Shape = (module: Module, version: CrmCall['version'], names?: readonly string[]) => RecordShape;

async function render(
  call: CrmCall,
  union: Module,
  found: readonly { readonly module: number; readonly record: StoredRecord }[],
  names: readonly string[] | undefined,
  shapeOf: Shape,
): Promise<string> {
  const { space, store, user, version, nowMs } = call;
  const asked = names ?? union.fields.map(({ apiName }) => apiName);
  const shapes = new Map<
    number,
    { readonly shape: RecordShape; readonly more: object; readonly names: ReadonlyMap<string, string | null> }
  >();
  for (const [number, rows] of Map.groupBy(found, ({ module }) => module)) {
    const module = space.metadata.byNumber(number) as Module;
    const shape = shapeOf(module, version, names);
    const lacking = asked.filter((name) => union.field.has(name) && !module.field.has(name));
    const more = Object.fromEntries(
      lacking.map((name) => [name, name === activityType.apiName ? module.apiName : null]),
    );
    const records = rows.map(({ record }) => record);
    shapes.set(number, { shape, more, names: await namesFor(store.records, space, shape.referring, records) });
  }
  return found
    .map(({ module, record }) => {
      const { shape, more, names } = shapes.get(module) as NonNullable<ReturnType<typeof shapes.get>>;
      return withMore(renderRecord(shape, record, { space, timeZone: user.timeZone, nowMs, names }), more);
    })
    .join(',');
}
