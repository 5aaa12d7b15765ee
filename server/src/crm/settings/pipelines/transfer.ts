import type { JobOrigin } from '../../jobs/job.ts';
import { insertJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import type { Space } from '../../kernel/space/space.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { updateItems } from '../../records/write/update-records.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { stageById } from './read-pipeline-item.ts';
import { deletePipeline, readPipelines, writePipeline } from './store-pipelines.ts';
import { checkMayManage, findIn } from './write-pipelines.ts';

/** Moving all deals of a pipeline to another one, after which it is gone (crm-api 11). */

export const maxTransfers = 10;

interface Transfer {
  readonly from: Pipeline;
  readonly to: Pipeline;
  /** The new stage of each old one that has another name there. */
  readonly stages: Readonly<Record<string, string>>;
}

interface TransferRequest extends JobOrigin {
  readonly pipeline: string;
  /** Values, as deals hold them. */
  readonly from: string;
  readonly to: string;
  readonly stages: Transfer['stages'];
}

/** The last deal that was looked at. */
interface TransferProgress {
  readonly last: string;
}

/** POST /settings/pipeline/actions/transfer?layout_id= */
export async function transferPipelines(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { store, space } = call;
  const items = readItemList(call, 'transfer_pipeline', maxTransfers);
  const ids = await store.ids.take(space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    const pipelines = await readPipelines(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const transfer = readTransfer(space, pipelines, raw, `$.transfer_pipeline[${index}]`);
      if ('code' in transfer) {
        done.push(transfer);
        continue;
      }
      const { from, to, stages } = transfer;
      // From now on nothing comes in, so that what the job has passed stays empty.
      const changed = [
        { ...from, isDefault: false, ending: true },
        ...(from.isDefault ? [{ ...to, isDefault: true }] : []),
      ];
      for (const each of changed) {
        await writePipeline(transaction, call, each);
        pipelines[pipelines.findIndex(({ id }) => id === each.id)] = each;
      }
      const origin = { version: call.version.name, origin: call.origin };
      const request: TransferRequest = { ...origin, pipeline: from.id, from: from.value, to: to.value, stages };
      const progress: TransferProgress = { last: '0' };
      const job_id = ids[index] as string;
      await insertJob(transaction, call, job_id, { operation: 'pipeline_transfer', request, progress });
      done.push(success('transfer pipeline scheduled successfully', { job_id }));
    }
    return done;
  });
  return answerItemList('transfer_pipeline', answers, 200);
}

function readTransfer(
  space: Space,
  pipelines: readonly Pipeline[],
  raw: unknown,
  jsonPath: string,
): Transfer | ErrorBody {
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  if (!isJsonObject(raw)) {
    return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath });
  }
  for (const key of ['pipeline', 'stages']) {
    if (raw[key] === undefined || raw[key] === null) return errorBody('MANDATORY_NOT_FOUND', place(key));
  }
  const asked = isJsonObject(raw.pipeline) ? raw.pipeline : {};
  const from = findIn(pipelines, asked.from, `${jsonPath}.pipeline.from`);
  if ('code' in from) return from;
  const to = findIn(pipelines, asked.to, `${jsonPath}.pipeline.to`);
  if ('code' in to) return to;
  if (from === to) {
    return errorBody('INVALID_DATA', { api_name: 'to', json_path: `${jsonPath}.pipeline.to` }, idInvalid);
  }
  if (!Array.isArray(raw.stages)) {
    return errorBody('INVALID_DATA', { ...place('stages'), expected_data_type: 'jsonarray' });
  }
  const stages: Record<string, string> = {};
  for (const [index, pair] of raw.stages.entries()) {
    const values = { from: '', to: '' };
    for (const [key, pipeline] of [
      ['from', from],
      ['to', to],
    ] as const) {
      const given = isJsonObject(pair) ? pair[key] : undefined;
      const at = { api_name: key, json_path: `${jsonPath}.stages[${index}].${key}` };
      if (given === undefined || given === null) return errorBody('MANDATORY_NOT_FOUND', at);
      const stage = stageById(space, given);
      if (stage === undefined || !pipeline.stages.includes(stage)) return errorBody('INVALID_DATA', at, idInvalid);
      values[key] = stage;
    }
    stages[values.from] = values.to;
  }
  // Every deal must have a stage to go to.
  const lost = from.stages.find((stage) => stages[stage] === undefined && !to.stages.includes(stage));
  if (lost === undefined) return { from, to, stages };
  return errorBody(
    'MAPPING_MISMATCH',
    { mapped_field: lost, ...place('stages') },
    'Pipeline doesn`t contain the Stage',
  );
}

/** Deals of one statement, and of one change. */
const batch = { walked: 2_000, changed: 100 } as const;

/** Looks at all deals in the order of their ids, so that the work grows with them and no faster. */
async function runTransfer(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { space, store } = call;
  const { from, to, stages, pipeline } = running.job.request as TransferRequest;
  const module = space.metadata.having('stages');
  if (!module) throw new Error('expected a module whose records have stages, got none');
  for (let { last } = running.job.progress as TransferProgress; ; ) {
    await running.keep();
    const rows = await store.database.query<{ record_id: string; pipeline: string | null; stage: string | null }>({
      text: `SELECT record_id, data ->> 'Pipeline' AS pipeline, data ->> 'Stage' AS stage FROM crm_record
             WHERE data_space = $1 AND module = $2 AND record_id > $3
               AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT ${batch.walked}`,
      values: [space.dataSpace, module.number, last],
    });
    const moving = rows.filter((row) => row.pipeline === from);
    for (let begin = 0; begin < moving.length; begin += batch.changed) {
      const part = moving.slice(begin, begin + batch.changed);
      const items = part.map(({ stage }) => ({ Pipeline: to, Stage: (stage !== null && stages[stage]) || stage }));
      const ids = part.map(({ record_id }) => record_id);
      await updateItems(call, module, items, ids, new Array<ItemAnswer>(part.length), () => ({ api_name: 'id' }));
      await running.keep();
    }
    if (rows.length < batch.walked) break;
    last = rows.at(-1)?.record_id as string;
    await running.save(store.database, { last });
  }
  await changeSpace(call, (transaction) => deletePipeline(transaction, call, pipeline));
  return { state: 'completed', result: {} };
}

export const transferKind: JobKind = { run: runTransfer };
