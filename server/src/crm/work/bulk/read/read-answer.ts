import { showUserBriefly } from '../../../fields/model/view.ts';
import { formatDateTime } from '../../../fields/values/date-time.ts';
import type { Job, JobState } from '../../../jobs/job.ts';
import { jobInPath } from '../../../jobs/job-table.ts';
import { sendResult } from '../../../jobs/zip-result.ts';
import type { CrmAnswer, CrmCall } from '../../../kernel/call.ts';
import type { ReadRequest, ReadResult } from './read-request.ts';

const states: Readonly<Record<JobState, string>> = {
  added: 'ADDED',
  running: 'IN PROGRESS',
  completed: 'COMPLETED',
  failed: 'FAILURE',
};

/** GET /crm/bulk/{version}/read/{id} (crm-api 9.1) */
export async function getRead(call: CrmCall): Promise<CrmAnswer> {
  return { status: 200, json: readJobAnswer(call, await jobInPath(call, 'read')) };
}

/** GET /crm/bulk/{version}/read/{id}/result: 404 until there is one, nothing when no record was found. */
export async function getReadResult(call: CrmCall): Promise<CrmAnswer> {
  const job = await jobInPath(call, 'read');
  if (job.state === 'completed' && (job.result as unknown as ReadResult).count === 0) return { status: 204 };
  return sendResult(call, job);
}

/** A bulk read as its status call and its callback tell of it. */
export function readJobAnswer(call: CrmCall, job: Job): object {
  const { module: name, fields, criteria, cvid, page, callback, fileType } = job.request as ReadRequest;
  const module = call.space.metadata.find(name);
  return {
    data: [
      {
        id: job.id,
        operation: 'read',
        state: states[job.state],
        ...resultOf(call, job, page),
        query: {
          module: { ...(module ? { id: call.space.moduleId(module) } : {}), api_name: name },
          page,
          ...(fields ? { fields } : {}),
          ...(criteria ? { criteria } : {}),
          ...(cvid === null ? {} : { cvid }),
        },
        ...(callback ? { callback } : {}),
        created_by: showUserBriefly(call.space, job.createdBy),
        created_time: formatDateTime(job.createdAtMs, call.user.timeZone),
        file_type: fileType ?? 'csv',
      },
    ],
  };
}

function resultOf(call: CrmCall, job: Job, page: number): object {
  if (job.state === 'failed') return { result: job.result };
  if (job.state !== 'completed') return {};
  const { count, per_page, more_records, next_page_token } = job.result as unknown as ReadResult;
  const download_url = `/crm/bulk/${call.version.name}/read/${job.id}/result`;
  return { result: { page, per_page, count, download_url, more_records, next_page_token } };
}
