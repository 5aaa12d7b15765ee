import { auditKind } from './audit/run-export.ts';
import { readKind } from './bulk/read/run-read.ts';
import { writeKind } from './bulk/write/run-write.ts';
import { tidyKind } from './customization/tidy-records.ts';
import type { WorkedOperation } from './jobs/job.ts';
import type { JobKind } from './jobs/running-job.ts';
import { massKinds } from './mass/run-mass.ts';
import { transferKind } from './pipelines/transfer.ts';
import { purgeKind } from './recycle-bin/purge-job.ts';

/** What workers do, by what jobs are about. */
export const jobKinds: Readonly<Record<WorkedOperation, JobKind>> = {
  read: readKind,
  write: writeKind,
  ...massKinds,
  audit_export: auditKind,
  bin_purge: purgeKind,
  field_tidying: tidyKind,
  pipeline_transfer: transferKind,
};
