import type { Queryable } from '../../../database/database.ts';
import type { JobOrigin, JobState } from '../../jobs/job.ts';
import { insertJob, visibleJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { amendRecords } from '../../records/write/amend-records.ts';
import { nextOwners } from '../../store/records/owned-records.ts';
import { hasOwners } from '../../store/records/visibility.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, itemField, readItemList, readPlainItem, referenceIn, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { checkAdministrator, removeUser } from './write-users.ts';

/** Users who leave hand their records over (crm-api 11): they are deleted at once, and a job gives the records on. */
export const maxTransferred = 10;

const flags = ['records', 'assignment', 'criteria'].map((name) => itemField(name, 'boolean', 5));

interface TransferRequest extends JobOrigin {
  readonly from: string;
  readonly to: string;
}

/** The module that is being worked on, and its last record that was looked at. */
interface TransferProgress {
  readonly module: number;
  readonly last: string;
}

/** POST /users/actions/transfer_and_delete, POST /users/{id}/actions/transfer_and_delete */
export async function transferAndDelete(call: CrmCall): Promise<CrmAnswer> {
  checkAdministrator(call);
  const single = call.path.length > 0;
  const inPath = single ? readId(pathId(call.path[0] as string, 1)) : undefined;
  const items = readItemList(call, 'transfer_and_delete', single ? 1 : maxTransferred);
  const ids = await call.store.ids.take(call.space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const at = `$.transfer_and_delete[${index}]`;
      done.push(await transferOne(transaction, call, raw, inPath, at, ids[index] as string));
    }
    return done;
  });
  return answerItemList('transfer_and_delete', answers, 200);
}

async function transferOne(
  transaction: Queryable,
  call: CrmCall,
  raw: unknown,
  inPath: string | undefined,
  at: string,
  jobId: string,
): Promise<ItemAnswer> {
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
  const place = inPath === undefined ? { api_name: 'id', json_path: `${at}.id` } : { resource_path_index: 1 };
  if (inPath === undefined && (raw.id === undefined || raw.id === null)) return errorBody('MANDATORY_NOT_FOUND', place);
  const from = inPath ?? readId(raw.id);
  const transfer = readTransfer(call, raw.transfer, `${at}.transfer`, from);
  if ('code' in transfer) return transfer;
  if (from === undefined) return errorBody('INVALID_DATA', place, idInvalid);
  const failure = await removeUser(transaction, call, from, place);
  if (failure) return failure;
  if (!transfer.records) return success('User deleted', { id: from });
  const request: TransferRequest = { version: call.version.name, origin: call.origin, from, to: transfer.to };
  const progress: TransferProgress = { module: 0, last: '0' };
  await insertJob(transaction, call, jobId, { operation: 'user_transfer', request, progress });
  return success('User deleted', { id: from, job_id: jobId });
}

/** To whom, and whether records go there; undefined on the wire: they do. */
function readTransfer(
  { space }: CrmCall,
  raw: unknown,
  at: string,
  from: string | undefined,
): { readonly to: string; readonly records: boolean } | ErrorBody {
  if (raw === undefined || raw === null)
    return errorBody('MANDATORY_NOT_FOUND', { api_name: 'transfer', json_path: at });
  const reading = readPlainItem(raw, flags, at, false);
  if (reading.failure) return reading.failure;
  const place = { api_name: 'id', json_path: `${at}.id` };
  if (reading.item.id === undefined || reading.item.id === null) return errorBody('MANDATORY_NOT_FOUND', place);
  const to = referenceIn(reading.item.id);
  if (to === undefined || to === from || space.user(to)?.status !== 'active') {
    return errorBody('INVALID_DATA', place, idInvalid);
  }
  return { to, records: reading.values.get('records') !== false };
}

const states: Readonly<Record<JobState, string>> = {
  added: 'SCHEDULED',
  running: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
};

/** GET /users/actions/transfer_and_delete?job_id= */
export async function transferStatus(call: CrmCall): Promise<CrmAnswer> {
  const given = call.query.get('job_id');
  if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'job_id' } });
  const id = readId(given);
  const job = id === undefined ? undefined : await visibleJob(call, 'user_transfer', id);
  if (!job) throw new Refusal('INVALID_DATA', { details: { param_name: 'job_id' }, message: idInvalid });
  return { status: 200, json: { transfer_and_delete: [{ status: states[job.state] }] } };
}

/** Records of one statement, and of one change. */
const batch = { walked: 2_000, changed: 100 } as const;

/** Gives the records on, module by module; a locked record stays with the user who has left. */
async function runTransfer(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { space, store } = call;
  const { from, to } = running.job.request as TransferRequest;
  const modules = space.metadata.modules
    .filter((module) => servesRecords(module) && hasOwners(module))
    .toSorted((one: Module, other: Module) => one.number - other.number);
  const begun = running.job.progress as TransferProgress;
  for (const module of modules.filter(({ number }) => number >= begun.module)) {
    for (let last = module.number === begun.module ? begun.last : '0'; ; ) {
      await running.keep();
      const rows = await nextOwners(store.database, space.dataSpace, module.number, last, batch.walked);
      const theirs = rows.filter((row) => row.owner_id === from).map((row) => row.record_id);
      for (let begin = 0; begin < theirs.length; begin += batch.changed) {
        const ids = theirs.slice(begin, begin + batch.changed);
        await amendRecords(call, module, ids, () => ({ ownerId: to }), 'owner_changed');
        await running.keep();
      }
      if (rows.length < batch.walked) break;
      last = rows.at(-1)?.record_id as string;
      await running.save(store.database, { module: module.number, last });
    }
  }
  return { state: 'completed', result: {} };
}

export const userTransferKind: JobKind = { run: runTransfer };
