import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { findView, viewInvalid } from '../../records/list/find-view.ts';
import { maxIds } from '../../records/list/list-records.ts';
import { pageInfo, pagePlace } from '../../records/list/paging.ts';
import { viewScope } from '../../records/list/view-scope.ts';
import { mayUse, pathModule, permissionNames } from '../../records/record-module.ts';
import { activeScoringRules, isScorable, type Scores, scoresKey } from '../../records/scores.ts';
import { notFound } from '../../records/view/get-record.ts';
import { selectAcross, sortKeyOf } from '../../store/records/select-records.ts';
import { accessTo } from '../../store/records/visibility.ts';
import { choiceParameter, idsFilter, listParameter, pathId, timeHeader } from '../../wire/parameters.ts';

/** Scores of records (crm-api 11): one entry for each record and rule; its id is that of the record. */

export const scoreFields = [
  'Score',
  'Positive_Score',
  'Negative_Score',
  'Touch_Point_Score',
  'Touch_Point_Positive_Score',
  'Touch_Point_Negative_Score',
  'Scoring_Rule',
  'Entity',
] as const;
export const scoreOrders = ['id', 'Created_Time', 'Modified_Time'] as const;

/** GET /Entity_Scores__s: pages of records that have scores, of all modules, or of those in a view. */
export async function listEntityScores(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, query } = call;
  const names = listParameter(query, 'fields');
  const sortBy = choiceParameter(query, 'sort_by', scoreOrders, 'id');
  const ascending = choiceParameter(query, 'sort_order', ['asc', 'desc'], 'desc') === 'asc';
  const ids = idsFilter(query, 'ids', maxIds);
  const modifiedAfterMs = timeHeader(call, 'if-modified-since');
  const parameters = JSON.stringify(['scores', sortBy, ascending, ids, query.get('cvid'), modifiedAfterMs ?? null]);
  const owner = { dataSpace: space.dataSpace, userId: user.id, parameters };
  const { page, perPage } = pagePlace(call, owner);
  const rows = await selectAcross(
    store.database,
    modulesInView(call, scoredModules(call)).map((module) => ({
      ...{ dataSpace: space.dataSpace, module, perPage, offset: (page - 1) * perPage, sortBy, ascending },
      ...{ converted: undefined, ids, modifiedAfterMs, visible: accessTo(call, module).visible, place: undefined },
      among: (parameter) => {
        const view = viewScope(call, module)?.among(parameter);
        return `data ? '${scoresKey}'${view ? ` AND (${view})` : ''}`;
      },
    })),
  );
  const shown = rows.slice(0, perPage);
  const data = shown.flatMap(({ module, record }) =>
    entriesOf(call, space.metadata.byNumber(module) as Module, record, names),
  );
  if (data.length === 0) return { status: modifiedAfterMs === undefined ? 204 : 304 };
  const end = (record: StoredRecord | undefined) =>
    record ? { key: sortKeyOf(sortBy, record), id: record.id } : { key: '', id: '' };
  const info = pageInfo(call, owner, {
    ...{ page, perPage, count: shown.length, hasNext: rows.length > perPage, sortBy, ascending },
    ...{ first: end(shown[0]?.record), last: end(shown.at(-1)?.record) },
  });
  return { status: 200, json: { data, info } };
}

/** GET /Entity_Scores__s/{id} of a record of whatever module */
export async function getEntityScores(call: CrmCall): Promise<CrmAnswer> {
  const id = pathId(call.path[0] as string, 1);
  for (const module of scoredModules(call)) {
    const answer = await scoresAnswer(call, module, id);
    if (answer) return answer;
  }
  return notFound(call);
}

/** GET /{module}/{id}/Entity_Scores__s */
export async function getScoresOfRecord(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  const id = pathId(call.path[1] as string, 1);
  mayUse(call, module, 'View');
  return (await scoresAnswer(call, module, id)) ?? notFound(call);
}

async function scoresAnswer(call: CrmCall, module: Module, id: string): Promise<CrmAnswer | undefined> {
  const { space, store, query } = call;
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!record) return undefined;
  const data = entriesOf(call, module, record, listParameter(query, 'fields'));
  return data.length === 0 ? { status: 204 } : { status: 200, json: { data } };
}

/** The modules with rules whose records the user may see. */
function scoredModules({ space, user }: CrmCall): Module[] {
  return space.metadata.modules.filter(
    (module) =>
      isScorable(module) &&
      activeScoringRules(space, module).length > 0 &&
      !permissionNames(module, 'View').some((name) => user.profile.denied.has(name)),
  );
}

/** Those whose view `cvid` names. @throws Refusal INVALID_DATA when no module has it. */
function modulesInView({ space, query }: CrmCall, scored: readonly Module[]): readonly Module[] {
  const id = query.get('cvid');
  if (!id) return scored;
  const has = (module: Module) => findView(space, module, id) !== undefined;
  if (!space.metadata.modules.some(has)) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'cvid' }, message: viewInvalid });
  }
  return scored.filter(has);
}

function entriesOf(
  { space }: CrmCall,
  module: Module,
  record: StoredRecord,
  names: readonly string[] | undefined,
): object[] {
  const scores = (record.data[scoresKey] ?? {}) as Scores;
  const entity = {
    name: record.name,
    id: record.id,
    module: { api_name: module.apiName, id: space.moduleId(module) },
  };
  const shown = scoreFields.filter((name) => !names || names.includes(name));
  return activeScoringRules(space, module).flatMap(({ id, definition }) => {
    const score = scores[id];
    if (!score) return [];
    const [positive, negative] = score;
    const values: Readonly<Record<(typeof scoreFields)[number], unknown>> = {
      Score: positive + negative,
      Positive_Score: positive,
      Negative_Score: negative,
      // What other products signal does not arrive here.
      Touch_Point_Score: null,
      Touch_Point_Positive_Score: null,
      Touch_Point_Negative_Score: null,
      Scoring_Rule: { name: definition.name, id },
      Entity: entity,
    };
    const fields = Object.fromEntries(shown.map((name) => [name, values[name]]));
    return [{ ...fields, id: record.id, $field_states: null, $zia_visions: null }];
  });
}
