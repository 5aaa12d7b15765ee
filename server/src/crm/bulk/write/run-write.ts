import type { CrmCall } from '../../context.ts';
import type { JobEnd, RunningJob } from '../running-job.ts';

export async function runWrite(_call: CrmCall, _running: RunningJob): Promise<JobEnd> {
  throw new Error('not yet');
}
