import { isUniqueViolation } from '../../../database/database.ts';
import type { Job, JobOrigin, MassOperation } from '../../jobs/job.ts';
import { insertJob, visibleJob } from '../../jobs/job-table.ts';
import { stateWord } from '../../jobs/state-word.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { restSource } from '../../language/query/select-matching.ts';
import { StatementBuilder } from '../../language/query/statement-builder.ts';
import { recordModule } from '../../records/record-module.ts';
import { visibleOnly } from '../../store/records/visibility.ts';
import { success } from '../../wire/item-list.ts';
import { maxMassIds, type ViewTarget } from './mass-request.ts';

/** Mass actions over the records of a custom view (crm-api 11): scheduled here, done by `run-mass.ts`. */

/** Most records of one job (crm-api 10). */
export const maxRecords = 50_000;

/** What a job was asked for. Its module and view are in an index: one job of a kind at a time over a view. */
export interface MassRequest extends JobOrigin {
  readonly module: string;
  /** None when the records are named by their ids. */
  readonly view?: string;
  /** The values of a mass update. */
  readonly item?: JsonObject;
  /** Who gets the records of a mass change of owner. */
  readonly owner?: string;
  /** What quotes and orders become. */
  readonly convert?: readonly { readonly module: string; readonly carriesTags: boolean }[];
}

export interface MassProgress {
  readonly total: number;
  /** Records that are done, which are the first so many of the job's. */
  readonly done: number;
  readonly changed: number;
  readonly failed: number;
  /** Records that were not there any more. */
  readonly gone: number;
}

const messages: Readonly<Record<Exclude<MassOperation, 'inventory_convert'>, string>> = {
  mass_update: 'mass update scheduled successfully',
  mass_delete: 'mass delete scheduled successfully',
  mass_owner: 'change owner is successfully scheduled',
};

/**
 * Stores a job together with the ids of the view's records of this moment.
 * @throws Refusal ALREADY_SCHEDULED, RECORD_COUNT_LIMIT_EXCEEDED.
 */
export async function scheduleMass(
  call: CrmCall,
  module: Module,
  operation: Exclude<MassOperation, 'inventory_convert'>,
  target: ViewTarget,
  asked: Pick<MassRequest, 'item' | 'owner'>,
): Promise<CrmAnswer> {
  const { space, store } = call;
  const origin = { version: call.version.name, origin: call.origin };
  const request: MassRequest = { ...origin, module: module.apiName, view: target.viewId, ...asked };
  const [id] = (await store.ids.take(space.dataSpace, 1)) as [string];
  try {
    await store.database.transaction(async (transaction) => {
      const progress: MassProgress = { total: 0, done: 0, changed: 0, failed: 0, gone: 0 };
      await insertJob(transaction, call, id, { operation, request, progress });
      const { text, values } = chosenRecords(call, module, target, id);
      const chunks = await transaction.query<{ size: number }>({ text, values });
      const total = chunks.reduce((sum, { size }) => sum + size, 0);
      if (total > maxRecords) throw new Refusal('RECORD_COUNT_LIMIT_EXCEEDED', { details: { limit: maxRecords } });
      await transaction.query({
        text: 'UPDATE crm_job SET progress = $3 WHERE data_space = $1 AND job_id = $2',
        values: [space.dataSpace, id, JSON.stringify({ ...progress, total })],
      });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('ALREADY_SCHEDULED', { details: { cvid: target.viewId } });
    throw error;
  }
  return { status: 200, json: { data: [success(messages[operation], { job_id: id })] } };
}

/** Stores a job over records that are named by their ids, at most as many as one transaction takes. @returns its id. */
export async function scheduleMassOf(
  call: CrmCall,
  module: Module,
  operation: MassOperation,
  ids: readonly string[],
  asked: Pick<MassRequest, 'convert' | 'owner'>,
): Promise<string> {
  const { space, store } = call;
  const request: MassRequest = { version: call.version.name, origin: call.origin, module: module.apiName, ...asked };
  const progress: MassProgress = { total: ids.length, done: 0, changed: 0, failed: 0, gone: 0 };
  const [id] = (await store.ids.take(space.dataSpace, 1)) as [string];
  await store.database.transaction(async (transaction) => {
    await insertJob(transaction, call, id, { operation, request, progress });
    await transaction.query({
      text: 'INSERT INTO crm_job_records (data_space, job_id, place, ids) VALUES ($1, $2, 0, $3)',
      values: [space.dataSpace, id, ids],
    });
  });
  return id;
}

/** The statement that notes the ids of a view's records for a job, some hundreds in a row; one too many, if there is. */
function chosenRecords(call: CrmCall, module: Module, { view, within }: ViewTarget, jobId: string) {
  const builder = new StatementBuilder(call.space.dataSpace, module);
  const { from, where } = restSource({ module, condition: visibleOnly(call, module, view.condition(call)) }, builder);
  const among = within ? `AND ${within.among((value) => builder.parameter(value))}` : '';
  const text = `
    INSERT INTO crm_job_records (data_space, job_id, place, ids)
    SELECT $1, ${builder.parameter(jobId)}, min(place), array_agg(record_id ORDER BY place)
    FROM (SELECT record_id, row_number() OVER (ORDER BY record_id) - 1 AS place
          FROM (SELECT r.record_id FROM ${from} ${builder.joins} WHERE ${where} ${among}
                ORDER BY r.record_id LIMIT ${maxRecords + 1}) AS chosen) AS numbered
    GROUP BY place / ${maxMassIds} RETURNING cardinality(ids) AS size`;
  return { text, values: builder.values };
}

/** GET /{module}/actions/mass_update?job_id= and its like. */
export const massJobStatus =
  (operation: MassOperation) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    const module = recordModule(call, 'View');
    const given = call.query.get('job_id');
    if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'job_id' } });
    const id = readId(given);
    const job = id === undefined ? undefined : await visibleJob(call, operation, id);
    if (!job || (job.request as MassRequest).module !== module.apiName) {
      throw new Refusal('INVALID_DATA', { details: { param_name: 'job_id' }, message: idInvalid });
    }
    return { status: 200, json: { data: [statusAnswer(job)] } };
  };

function statusAnswer({ operation, state, progress }: Job): object {
  const { total, changed, failed, gone } = progress as MassProgress;
  const Status = stateWord(state);
  if (operation === 'mass_delete') {
    return { Status, Failed_Count: failed + gone, Deleted_Count: changed, Total_Count: total };
  }
  if (operation === 'inventory_convert') {
    // Here its keys begin with small letters.
    return {
      status: Status,
      converted_count: changed,
      failed_count: failed,
      not_converted_count: gone,
      total_count: total,
    };
  }
  return { Status, Failed_Count: failed, Updated_Count: changed, Not_Updated_Count: gone, Total_Count: total };
}
