import { listAllAttachments } from './content/attachments/list-all-attachments.ts';
import { attachmentOperations } from './content/attachments/operations.ts';
import { emailOperations } from './content/emails/operations.ts';
import { fileOperations } from './content/files/operations.ts';
import { coqlOperations } from './finding/coql/operations.ts';
import { relatedOperations } from './finding/related/operations.ts';
import { searchOperations } from './finding/search/operations.ts';
import type { Operation } from './kernel/operation.ts';
import { byExternalId } from './records/external/external-ids.ts';
import { listActivities } from './records/list/list-activities.ts';
import { recordOperations } from './records/operations.ts';
import { assignmentOperations } from './settings/assignment/operations.ts';
import { contactRoleOperations } from './settings/contact-roles/operations.ts';
import { customizationOperations } from './settings/customization/operations.ts';
import { dependencyOperations } from './settings/dependencies/operations.ts';
import { duplicateCheckOperations } from './settings/duplicate-check/operations.ts';
import { featureOperations } from './settings/features/operations.ts';
import { settingsOperations } from './settings/fields/operations.ts';
import { globalPickListOperations } from './settings/global-pick-lists/operations.ts';
import { groupOperations } from './settings/groups/operations.ts';
import { hourOperations } from './settings/hours/operations.ts';
import { layoutOperations } from './settings/layouts/operations.ts';
import { composeOperations } from './settings/mail/operations.ts';
import { templateOperations } from './settings/mail/template-operations.ts';
import { moneyOperations } from './settings/money/operations.ts';
import { peopleOperations } from './settings/people/operations.ts';
import { pipelineOperations } from './settings/pipelines/operations.ts';
import { scoringOperations } from './settings/scoring/operations.ts';
import { dataSharingOperations } from './settings/sharing/operations.ts';
import { tagOperations } from './settings/tags/operations.ts';
import { territoryOperations } from './settings/territories/operations.ts';
import { variableOperations } from './settings/variables/operations.ts';
import { viewOperations } from './settings/views/operations.ts';
import { apisDescription, listApis } from './wire/features/apis.ts';
import type { Chapters } from './wire/openapi/document.ts';
import { fixed } from './wire/scopes.ts';
import { auditOperations } from './work/audit/operations.ts';
import { blueprintOperations } from './work/blueprint/operations.ts';
import { bulkOperations, uploadOperations } from './work/bulk/operations.ts';
import { compositeOperations } from './work/composite/operations.ts';
import { convertOperations } from './work/convert/operations.ts';
import { lockingOperations } from './work/locking/operations.ts';
import { massOperations } from './work/mass/operations.ts';
import { meetingOperations } from './work/meetings/operations.ts';
import { mergeOperations } from './work/merge/operations.ts';
import { notificationOperations } from './work/notifications/operations.ts';
import { recycleBinOperations } from './work/recycle-bin/operations.ts';
import { sharingOperations } from './work/sharing/operations.ts';

const apis: Operation = {
  method: 'GET',
  path: '__apis',
  scopes: fixed('ZohoCRM.apis.READ'),
  handle: listApis(() => operations),
  about: apisDescription,
};

/** The operations by what they are about, in the order of the API's documents. The rows stand in their features' folders. */
const rows: Chapters = {
  Records: [
    ...recordOperations({ Attachments: listAllAttachments, Activities: listActivities }),
    ...recycleBinOperations,
  ],
  'Related records': relatedOperations,
  Search: searchOperations,
  COQL: coqlOperations,
  Locks: lockingOperations,
  'Mass actions': massOperations,
  Conversion: convertOperations,
  Merging: mergeOperations,
  Blueprints: blueprintOperations,
  Meetings: meetingOperations,
  Attachments: attachmentOperations,
  Mail: [...emailOperations, ...templateOperations, ...composeOperations],
  'Files and photos': fileOperations,
  Tags: tagOperations,
  Territories: territoryOperations,
  Pipelines: pipelineOperations,
  'Assignment rules': assignmentOperations,
  Bulk: [...bulkOperations, ...uploadOperations],
  Composite: compositeOperations,
  Notifications: notificationOperations,
  Metadata: [...settingsOperations, ...customizationOperations, ...layoutOperations, ...viewOperations],
  'Global pick lists': [...globalPickListOperations, ...dependencyOperations],
  'Duplicate check': duplicateCheckOperations,
  'Audit log': auditOperations,
  People: peopleOperations,
  'Contact roles': contactRoleOperations,
  'User groups': groupOperations,
  Sharing: [...dataSharingOperations, ...sharingOperations],
  Scoring: scoringOperations,
  'Working time': hourOperations,
  Money: moneyOperations,
  Variables: variableOperations,
  Features: [...featureOperations, apis],
};

/** The same, with records named by external ids wherever they are named. */
export const chapters: Chapters = Object.fromEntries(
  Object.entries(rows).map(([name, operations]) => [name, operations.map(byExternalId)]),
);

/**
 * The table of operations: what routes, enforces scopes and answers `GET /__apis`. Placeholders are numbered in their
 * order; `scopes` are all needed, each by one of its alternatives.
 */
export const operations: readonly Operation[] = Object.values(chapters).flat();

export { uploadOperations };
