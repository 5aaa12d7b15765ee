import type { Queryable } from '../../../database/database.ts';
import type { JobOrigin } from '../../jobs/job.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { fromRow, type RecordRow, recordColumns } from '../../kernel/record/record.ts';
import { Space } from '../../kernel/space/space.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { recompute } from '../../records/rules/chain.ts';
import { loadMetadata } from '../../store/space/load-metadata.ts';
import { loadSettings } from '../../store/space/settings-table.ts';

/**
 * What a change of fields or of scoring rules leaves to be done on records: values of a deleted field, which nobody sees any
 * more, records of the linking module that came with it, values of a new formula or roll-up, by which records are searched, and scores.
 */
export interface TidyRequest extends JobOrigin {
  /** Take a key out of records, delete all records of a module, or compute what follows from a module's records. */
  readonly task: 'forget' | 'drop' | 'compute';
  /** The module's number. */
  readonly module: number;
  /** For the first of these. */
  readonly key?: string;
}

interface Progress {
  readonly step: number;
  /** The id or value that the step has done everything up to. */
  readonly after: string;
}

export const tidyBegun: Progress = { step: 0, after: '' };

/** Rows of one transaction. */
const batchRows = 2_000;

/** Does a batch. @returns where the next one begins, or null after the last one. */
type Step = (queryable: Queryable, call: CrmCall, request: TidyRequest, after: string) => Promise<string | null>;

/**
 * Takes the key out of a batch of records. Nobody is told, and their modified time stays; their version moves, so that
 * nobody writes the value again who has read it before.
 */
const forgetIn =
  (table: 'crm_record' | 'crm_deleted_record'): Step =>
  async (queryable, { space: { dataSpace } }, { module, key }, after) => {
    const [row] = await queryable.query<{ last: string | null }>({
      text: `WITH batch AS (
               SELECT record_id, data ? $3 AS has FROM ${table}
               WHERE data_space = $1 AND module = $2 AND record_id > $4::bigint
                 AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT ${batchRows}
             ), forgotten AS (
               UPDATE ${table} SET version = version + 1, data = data - $3::text
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
  async (queryable, { space: { dataSpace } }, { module, key }) => {
    const rows = await queryable.query({
      text: `DELETE FROM ${table} WHERE data_space = $1 AND ctid = ANY (ARRAY(
               SELECT ctid FROM ${table} WHERE data_space = $1 AND module = $2 AND ${name} = $3 LIMIT ${batchRows}))
             RETURNING 1`,
      values: [dataSpace, module, key],
    });
    return rows.length < batchRows ? null : '';
  };

/** Deletes all records of a module that is gone, with what stands beside them. */
const dropFrom =
  (table: 'crm_record' | 'crm_deleted_record' | 'crm_unique_value' | 'crm_field_value' | 'crm_record_count'): Step =>
  async (queryable, { space: { dataSpace } }, { module }) => {
    const rows = await queryable.query({
      text: `DELETE FROM ${table} WHERE data_space = $1 AND ctid = ANY (ARRAY(
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
  dropFrom('crm_record_count'),
];

const forgetting: readonly Step[] = [
  forgetIn('crm_record'),
  forgetIn('crm_deleted_record'),
  forgetRows('crm_unique_value', 'field'),
  forgetRows('crm_field_value', 'key'),
];

/** Records that are computed in one transaction. */
const computedRows = 500;

/**
 * Computes the formulas, roll-ups and scores of a batch of records; nobody is told. Nobody changes the records meanwhile,
 * and the formulas and rules are those of after they were locked: of two jobs, the values of the later one stay.
 */
const compute: Step = async (queryable, call, { module: number }, after) => {
  const { dataSpace, contents } = call.space;
  const rows = await queryable.query<RecordRow>({
    text: `SELECT ${recordColumns} FROM crm_record
           WHERE data_space = $1 AND module = $2 AND record_id > $3::bigint
             AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT ${computedRows}
           FOR NO KEY UPDATE`,
    values: [dataSpace, number, after === '' ? '0' : after],
  });
  const lists = await loadSettings(queryable, dataSpace);
  const metadata = await loadMetadata(queryable, dataSpace, { ...contents, lists });
  const module = metadata.byNumber(number);
  if (!module) return null;
  const now = { ...call, space: new Space({ ...contents, lists, metadata }) };
  await recompute(queryable, now, module, rows.map(fromRow));
  return rows.length < computedRows ? null : (rows.at(-1)?.record_id ?? null);
};

const tasks: Readonly<Record<TidyRequest['task'], readonly Step[]>> = {
  forget: forgetting,
  drop: dropping,
  compute: [compute],
};

/** Works on a job of this kind: batch by batch, each in one transaction with how far it is. */
async function runTidy(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const request = running.job.request as TidyRequest;
  const steps = tasks[request.task];
  let { step, after } = running.job.progress as Progress;
  while (step < steps.length) {
    await running.keep();
    const reached = await call.store.database.transaction(async (transaction): Promise<Progress> => {
      const last = await (steps[step] as Step)(transaction, call, request, after);
      const progress = last === null ? { step: step + 1, after: '' } : { step, after: last };
      await running.save(transaction, progress);
      return progress;
    });
    ({ step, after } = reached);
  }
  return { state: 'completed', result: {} };
}

export const tidyKind: JobKind = { run: runTidy };
