import { JobFailure } from '../../../jobs/job.ts';
import type { JobEnd, JobKind, RunningJob } from '../../../jobs/running-job.ts';
import { storeZip, type ZipEntry } from '../../../jobs/zip-result.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import { ResourceWrite } from './resource-write.ts';
import { notedLines } from './result-lines.ts';
import { writeJobAnswer } from './write-answer.ts';
import type { WriteProgress, WriteRequest, WriteResource } from './write-request.ts';

/**
 * Works on a bulk write: each resource's file is read once to see that it is one and how long it is, and once more to
 * write its rows, a chunk a transaction. The transaction says too how far the job is and what became of the rows, so
 * that whoever takes the job over goes on behind the last row that is there.
 */
async function runWrite(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const request = running.job.request as WriteRequest;
  const progress = [...(running.job.progress as WriteProgress).resources];
  for (const [index, resource] of request.resources.entries()) {
    await new ResourceWrite(call, running, request, index, progress).run(resource);
  }
  const failure = progress.find(({ state }) => state === 'failed');
  if (failure && progress.every(({ state }) => state === 'failed')) {
    throw new JobFailure(failure.code ?? 'CANNOT_PROCESS', 'the file cannot be processed');
  }
  const { id } = running.job;
  const entries = request.resources.flatMap((_, index): ZipEntry[] =>
    progress[index]?.state === 'completed'
      ? [{ name: resultName(request.resources, index), content: notedLines(call, running, index) }]
      : [],
  );
  const file = await storeZip(call, `${id}.zip`, entries);
  return { state: 'completed', result: {}, file };
}

/** One CSV file a module; a module that is written twice has two. */
function resultName(resources: readonly WriteResource[], index: number): string {
  const { module } = resources[index] as WriteResource;
  const first = resources.findIndex((each) => each.module === module);
  return first === index ? `${module}.csv` : `${module}_${index + 1}.csv`;
}

export const writeKind: JobKind = { run: runWrite, tell: writeJobAnswer };
