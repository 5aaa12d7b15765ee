import type { Queryable } from '../../database/database.ts';
import type { CrmCall } from '../context.ts';
import type { JobOrigin } from '../jobs/job.ts';
import type { JobEnd, JobKind, RunningJob } from '../jobs/running-job.ts';
import { wholeModuleKey } from './module-rows.ts';

/**
 * What is left of a field that was deleted, and is to go: values under its key, which nobody sees any more, or the records
 * of the linking module that came with it.
 */
export interface TidyRequest extends JobOrigin {
  /** The module's number. */
  readonly module: number;
  readonly key: string;
}

interface Progress {
  readonly step: number;
  /** The id or value that the step has done everything up to. */
  readonly after: string;
}

export const tidyBegun: Progress = { step: 0, after: '' };

/** Rows of one transaction. */
const batchRows = 2_000;

type Step = (queryable: Queryable, dataSpace: number, request: TidyRequest, after: string) => Promise<string | null>;

/** Takes the key out of a batch of records; neither their version nor their modified time moves. */
const forgetIn =
  (table: 'crm_record' | 'crm_deleted_record'): Step =>
  async (queryable, dataSpace, { module, key }, after) => {
    const [row] = await queryable.query<{ last: string | null }>({
      text: `WITH batch AS (
               SELECT record_id, data ? $3 AS has FROM ${table}
               WHERE data_space = $1 AND module = $2 AND record_id > $4::bigint ORDER BY record_id LIMIT ${batchRows}
             ), forgotten AS (
               UPDATE ${table} SET data = data - $3::text
               WHERE data_space = $1 AND module = $2 AND record_id IN (SELECT record_id FROM batch WHERE has)
             )
             SELECT max(record_id) AS last FROM batch`,
      values: [dataSpace, module, key, after === '' ? '0' : after],
    });
    return row?.last ?? null;
  };

/** Takes rows of an index over values away, whose column `name` has the key. */
const forgetRows =
  (table: 'crm_unique_value' | 'crm_field_value', name: 'field' | 'key'): Step =>
  async (queryable, dataSpace, { module, key }) => {
    const rows = await queryable.query({
      text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM ${table} WHERE data_space = $1 AND module = $2 AND ${name} = $3 LIMIT ${batchRows}))
             RETURNING 1`,
      values: [dataSpace, module, key],
    });
    return rows.length < batchRows ? null : '';
  };

/** Deletes all records of a module that is gone. */
const dropFrom =
  (table: 'crm_record' | 'crm_deleted_record' | 'crm_unique_value' | 'crm_field_value'): Step =>
  async (queryable, dataSpace, { module }) => {
    const rows = await queryable.query({
      text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM ${table} WHERE data_space = $1 AND module = $2 LIMIT ${batchRows})) RETURNING 1`,
      values: [dataSpace, module],
    });
    return rows.length < batchRows ? null : '';
  };

const dropping: readonly Step[] = [
  dropFrom('crm_record'),
  dropFrom('crm_deleted_record'),
  dropFrom('crm_unique_value'),
  dropFrom('crm_field_value'),
];

const forgetting: readonly Step[] = [
  forgetIn('crm_record'),
  forgetIn('crm_deleted_record'),
  forgetRows('crm_unique_value', 'field'),
  forgetRows('crm_field_value', 'key'),
];

/** Works on a job of this kind: batch by batch, each in one transaction with how far it is. */
async function runTidy(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { dataSpace } = call.space;
  const request = running.job.request as TidyRequest;
  const steps = request.key === wholeModuleKey ? dropping : forgetting;
  let { step, after } = running.job.progress as Progress;
  while (step < steps.length) {
    await running.keep();
    const reached = await call.store.database.transaction(async (transaction): Promise<Progress> => {
      await transaction.query({ text: `SELECT set_config('grantway.tidying', 'on', true)` });
      const last = await (steps[step] as Step)(transaction, dataSpace, request, after);
      const progress = last === null ? { step: step + 1, after: '' } : { step, after: last };
      await running.save(transaction, progress);
      return progress;
    });
    ({ step, after } = reached);
  }
  return { state: 'completed', result: {} };
}

export const tidyKind: JobKind = { run: runTidy };
