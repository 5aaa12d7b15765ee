import { showUserBriefly } from '../../../fields/model/view.ts';
import { formatDateTime } from '../../../fields/values/date-time.ts';
import type { Job, JobState } from '../../../jobs/job.ts';
import { jobInPath } from '../../../jobs/job-table.ts';
import { sendResult } from '../../../jobs/zip-result.ts';
import type { CrmAnswer, CrmCall } from '../../../kernel/call.ts';
import type { ResourceProgress, WriteProgress, WriteRequest, WriteResource } from './write-request.ts';

const jobStates: Readonly<Record<JobState, string>> = {
  added: 'ADDED',
  running: 'INPROGRESS',
  completed: 'COMPLETED',
  failed: 'FAILED',
};
const resourceStates: Readonly<Record<ResourceProgress['state'], string>> = {
  added: 'ADDED',
  running: 'IN PROGRESS',
  completed: 'COMPLETED',
  failed: 'FAILED',
  skipped: 'SKIPPED',
};

/** GET /crm/bulk/{version}/write/{id}: the bare job (crm-api 9.2). */
export async function getWrite(call: CrmCall): Promise<CrmAnswer> {
  return { status: 200, json: writeJobAnswer(call, await jobInPath(call, 'write')) };
}

/** The result's zip file, at the address that the status call names. */
export async function getWriteResult(call: CrmCall): Promise<CrmAnswer> {
  return sendResult(call, await jobInPath(call, 'write'));
}

/** A bulk write as its status call and its callback tell of it. */
export function writeJobAnswer(call: CrmCall, job: Job): object {
  const { operation, resources, callback, origin, characterEncoding } = job.request as WriteRequest;
  const progress = (job.progress as WriteProgress).resources;
  const download = `${origin}/crm/bulk/${call.version.name}/write/${job.id}/result`;
  return {
    status: jobStates[job.state],
    character_encoding: characterEncoding,
    resource: resources.map((resource, index) => resourceAnswer(call, resource, progress[index] as ResourceProgress)),
    id: job.id,
    ...(callback ? { callback } : {}),
    ...(job.fileId === null ? {} : { result: { download_url: download } }),
    ...(job.state === 'failed' ? { result: job.result } : {}),
    created_by: showUserBriefly(call.space, job.createdBy),
    operation,
    created_time: formatDateTime(job.createdAtMs, call.user.timeZone),
  };
}

function resourceAnswer(call: CrmCall, resource: WriteResource, progress: ResourceProgress): object {
  const module = call.space.metadata.find(resource.module);
  const status = resourceStates[progress.state];
  return {
    status,
    type: 'data',
    ...(progress.state === 'completed' ? { code: 'SUCCESS' } : {}),
    ...(progress.code === undefined ? {} : { code: progress.code }),
    module: { api_name: resource.module, ...(module ? { id: call.space.moduleId(module) } : {}) },
    ...(resource.findBy === null ? {} : { find_by: resource.findBy }),
    ignore_empty: resource.ignoreEmpty,
    field_mappings: (resource.mappings ?? []).map(
      ({ api_name, index, format, find_by, default_value, parent_column_index }) => ({
        api_name,
        index,
        format,
        find_by,
        default_value: default_value === null ? null : { value: default_value },
        ...(parent_column_index === null ? {} : { parent_column_index }),
      }),
    ),
    file: {
      status,
      name: resource.fileName,
      added_count: progress.added,
      skipped_count: progress.skipped,
      updated_count: progress.updated,
      total_count: progress.total,
    },
  };
}
