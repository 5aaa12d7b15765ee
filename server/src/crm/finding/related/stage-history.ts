import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import { existingParent, relatedNameInvalid } from '../../records/list/related-place.ts';
import { recordModule } from '../../records/record-module.ts';
import { listParameter, pageParameters } from '../../wire/parameters.ts';

/** Changes of one deal that are looked at; older stages are not told of. */
const maxChanges = 2_000;
/** Fields of a deal whose values at each stage are told, by their names in the list. */
const told: Readonly<Record<string, string>> = {
  Stage: 'Stage',
  Amount: 'Amount',
  Probability: 'Probability',
  Expected_Revenue: 'Expected_Revenue',
  Close_Date: 'Closing_Date',
};

interface ChangeRow {
  entry_id: string;
  at_ms: string;
  done_by: string;
  changes: readonly FieldChange[];
}

/**
 * GET /Deals/{id}/Stage_History (crm-api 7.4): the stages that the deal has been in, the present one first, each with
 * the values that the deal had when it came into it. The timeline knows them.
 */
export async function listStageHistory(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, query, version } = call;
  const module = dealModule(call);
  const names = listParameter(query, 'fields');
  if (!names && version.number >= 3) {
    throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'fields' } });
  }
  const { page, perPage } = pageParameters(call);
  const id = await existingParent(call, module);
  const deal = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!deal) return { status: 204 };
  const rows = await store.database.query<ChangeRow>({
    text: `SELECT entry_id, at_ms, done_by, changes FROM crm_timeline
           WHERE data_space = $1 AND record_id = $2 AND module = $3 ORDER BY entry_id DESC LIMIT $4`,
    values: [space.dataSpace, id, module.number, maxChanges],
  });
  const stages = stagesOf(deal, rows, call);
  const shown = stages.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return { status: 204 };
  const wanted = names && new Set(['id', ...names]);
  const data = shown.map((stage) =>
    wanted ? Object.fromEntries(Object.entries(stage).filter(([name]) => wanted.has(name))) : stage,
  );
  const info = { per_page: perPage, count: data.length, page, more_records: stages.length > page * perPage };
  return { status: 200, json: { data, info } };
}

/** GET /Deals/{id}/Competitors: the platform keeps none. */
export async function listCompetitors(call: CrmCall): Promise<CrmAnswer> {
  await existingParent(call, dealModule(call));
  return { status: 204 };
}

/** Deals, which alone have these lists. */
function dealModule(call: CrmCall): Module {
  const module = recordModule(call, 'View');
  if (module.traits.stages) return module;
  throw relatedNameInvalid();
}

/** Walks back from what the deal is now to what it was when it was added. */
function stagesOf(deal: StoredRecord, rows: readonly ChangeRow[], { space, user }: CrmCall): Record<string, unknown>[] {
  const state: RecordData = { ...deal.data };
  const stage = (id: string, atMs: number, by: string) => ({
    id,
    ...Object.fromEntries(Object.entries(told).map(([name, field]) => [name, state[field] ?? null])),
    Modified_Time: formatDateTime(atMs, user.timeZone),
    Modified_By: showUserBriefly(space, by),
  });
  const stages: Record<string, unknown>[] = [];
  for (const { entry_id, at_ms, done_by, changes } of rows) {
    if (changes.some(({ field }) => field === 'Stage')) stages.push(stage(entry_id, Number(at_ms), done_by));
    for (const { field, old } of changes) {
      if (old === null) delete state[field];
      else state[field] = old as RecordData[string];
    }
  }
  return [...stages, stage(deal.id, deal.createdAtMs, deal.createdBy)];
}
