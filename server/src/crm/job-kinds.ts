import type { WorkedOperation } from './jobs/job.ts';
import type { JobKind } from './jobs/running-job.ts';
import { tidyKind } from './settings/customization/tidy-records.ts';
import { choiceReplacementKind } from './settings/global-pick-lists/replace-values.ts';
import { userTransferKind } from './settings/people/transfer-users.ts';
import { transferKind } from './settings/pipelines/transfer.ts';
import { tagDeletionKind } from './settings/tags/mass-delete-tags.ts';
import { auditKind } from './work/audit/run-export.ts';
import { readKind } from './work/bulk/read/run-read.ts';
import { writeKind } from './work/bulk/write/run-write.ts';
import { massConvertKind } from './work/convert/mass-convert.ts';
import { inventoryConvertKind } from './work/convert/mass-convert-inventory.ts';
import { ruleLockingKind } from './work/locking/rule-locking.ts';
import { massKinds } from './work/mass/run-mass.ts';
import { mergeKind } from './work/merge/run-merge.ts';
import { purgeKind } from './work/recycle-bin/purge-job.ts';

/** What workers do, by what jobs are about. */
export const jobKinds: Readonly<Record<WorkedOperation, JobKind>> = {
  read: readKind,
  write: writeKind,
  ...massKinds,
  inventory_convert: inventoryConvertKind,
  mass_convert: massConvertKind,
  merge: mergeKind,
  rule_locking: ruleLockingKind,
  tag_deletion: tagDeletionKind,
  audit_export: auditKind,
  bin_purge: purgeKind,
  choice_replacement: choiceReplacementKind,
  field_tidying: tidyKind,
  pipeline_transfer: transferKind,
  user_transfer: userTransferKind,
};
