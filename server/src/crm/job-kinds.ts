import type { WorkedOperation } from './jobs/job.ts';
import type { JobKind } from './jobs/running-job.ts';
import { tidyKind } from './settings/customization/tidy-records.ts';
import { userTransferKind } from './settings/people/transfer-users.ts';
import { transferKind } from './settings/pipelines/transfer.ts';
import { auditKind } from './work/audit/run-export.ts';
import { readKind } from './work/bulk/read/run-read.ts';
import { writeKind } from './work/bulk/write/run-write.ts';
import { massKinds } from './work/mass/run-mass.ts';
import { purgeKind } from './work/recycle-bin/purge-job.ts';

/** What workers do, by what jobs are about. */
export const jobKinds: Readonly<Record<WorkedOperation, JobKind>> = {
  read: readKind,
  write: writeKind,
  ...massKinds,
  audit_export: auditKind,
  bin_purge: purgeKind,
  field_tidying: tidyKind,
  pipeline_transfer: transferKind,
  user_transfer: userTransferKind,
};
