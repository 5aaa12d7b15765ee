import type { Job, JobOrigin } from '../../jobs/job.ts';
import { JobFailure } from '../../jobs/job.ts';
import { addJob, visibleJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import { stateWord } from '../../jobs/state-word.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal, refusalOf } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody, writeJson } from '../../kernel/json-body.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { mayUse, recordModule } from '../../records/record-module.ts';
import { success } from '../../wire/item-list.ts';
import { readMassIds } from '../mass/mass-request.ts';
import { convertOne } from './convert-lead.ts';
import { conversionTargets, leadModule, readConversionItem } from './read-conversion.ts';

/** Conversion of many leads by a job: each in a transaction of its own, which also says how far the job is. */

interface MassConversion extends JobOrigin {
  readonly ids: readonly string[];
  /** The request, as for one lead: as text, because a column of JSON holds no NUL, and it may have one where nobody reads it. */
  readonly item: string;
  /** Modules whose new records get the tags of their lead. */
  readonly tagged: readonly string[];
}

interface Progress {
  readonly done: number;
  readonly converted: number;
  readonly failed: number;
  /** Leads that were gone or converted already. */
  readonly left: number;
}

/** POST /Leads/actions/mass_convert */
export async function massConvert(call: CrmCall): Promise<CrmAnswer> {
  leadModule(call);
  recordModule(call, 'Edit');
  const body = readJsonBody(call.body);
  const ids = readMassIds(body);
  const item: JsonObject = {
    ...(body.Deals === undefined ? {} : { Deals: body.Deals }),
    ...(body.assign_to === undefined ? {} : { assign_to: body.assign_to }),
    ...(body.move_attachments_to === undefined ? {} : { move_attachments_to: body.move_attachments_to }),
  };
  const conversion = readConversionItem(call, item, '$');
  if ('failure' in conversion) throw refusalOf(conversion.failure);
  const origin = { version: call.version.name, origin: call.origin };
  const request: MassConversion = { ...origin, ids, item: writeJson(item), tagged: readTagged(body) };
  const progress: Progress = { done: 0, converted: 0, failed: 0, left: 0 };
  const job_id = await addJob(call, { operation: 'mass_convert', request, progress });
  const scheduled = success('mass convert scheduled successfully', { job_id });
  return { status: 200, json: { ...scheduled, code: 'SCHEDULED' } };
}

function readTagged({ carry_over_tags: given }: JsonObject): string[] {
  const place = { api_name: 'carry_over_tags', json_path: '$.carry_over_tags' };
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
  }
  return given.map((raw, index) => {
    const name = isJsonObject(raw) ? raw.api_name : raw;
    const target = conversionTargets.find((each) => each === name);
    if (target) return target;
    const json_path = `${place.json_path}[${index}].api_name`;
    throw new Refusal('INVALID_DATA', {
      details: { api_name: 'api_name', json_path, supported_values: conversionTargets },
    });
  });
}

/** GET /Leads/actions/mass_convert?job_id= */
export async function massConvertStatus(call: CrmCall): Promise<CrmAnswer> {
  leadModule(call);
  recordModule(call, 'View');
  const given = call.query.get('job_id');
  if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'job_id' } });
  const id = readId(given);
  const job = id === undefined ? undefined : await visibleJob(call, 'mass_convert', id);
  if (!job) throw new Refusal('INVALID_DATA', { details: { param_name: 'job_id' }, message: idInvalid });
  const { state, request, progress } = job as Job<MassConversion, Progress>;
  const status = {
    Status: stateWord(state),
    Total_Count: request.ids.length,
    Converted_Count: progress.converted,
    Failed_Count: progress.failed,
    Not_Converted_Count: progress.left,
  };
  return { status: 200, json: { data: [status] } };
}

async function runMassConvert(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { ids, item: text, tagged } = running.job.request as MassConversion;
  const item = readJsonBody(Buffer.from(text));
  const module = call.space.metadata.having('convertible');
  if (!module) throw new JobFailure('INVALID_MODULE', 'the module name given seems to be invalid');
  mayUse(call, module, 'Edit');
  for (let progress = running.job.progress as Progress; progress.done < ids.length; ) {
    await running.keep();
    const id = ids[progress.done] as string;
    const next = { ...progress, done: progress.done + 1 };
    // A lead is converted as by a call of its own, whose path names the module.
    const inside = { ...call, path: [module.apiName, id], nowMs: running.nowMs() };
    const { store, space } = call;
    const lead = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
    const failure = lead ? await convertInJob(inside, running, lead, item, tagged, next) : errorBody('INVALID_DATA');
    if (failure) {
      const left = !lead || failure.code === 'ID_ALREADY_CONVERTED';
      progress = left ? { ...next, left: next.left + 1 } : { ...next, failed: next.failed + 1 };
      await running.save(store.database, progress);
    } else progress = { ...next, converted: next.converted + 1 };
  }
  return { state: 'completed', result: {} };
}

/** Converts a lead together with the job's progress. @returns why not. */
async function convertInJob(
  call: CrmCall,
  running: RunningJob,
  lead: StoredRecord,
  item: JsonObject,
  tagged: readonly string[],
  next: Progress,
): Promise<ErrorBody | undefined> {
  const tags = ((lead.data.Tag ?? []) as readonly string[]).flatMap((tag) => call.space.tag(tag)?.name ?? []);
  const carried = Object.fromEntries(tagged.map((target) => [target, tags]));
  const conversion = readConversionItem(call, { ...item, carry_over_tags: carried }, '$');
  if ('failure' in conversion) return conversion.failure;
  try {
    const outcome = await convertOne(call, lead.id, conversion, '$', (transaction) =>
      running.save(transaction, { ...next, converted: next.converted + 1 }),
    );
    return 'failure' in outcome ? (outcome.failure as ErrorBody) : undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.body;
    throw error;
  }
}

export const massConvertKind: JobKind = { run: runMassConvert };
