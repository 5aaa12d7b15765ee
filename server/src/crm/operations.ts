import { assignmentOperations } from './assignment/operations.ts';
import { attachmentOperations } from './attachments/operations.ts';
import { auditOperations } from './audit/operations.ts';
import { bulkOperations, uploadOperations } from './bulk/operations.ts';
import { compositeOperations } from './composite/operations.ts';
import { convertOperations } from './convert/operations.ts';
import { coqlOperations } from './coql/operations.ts';
import { customizationOperations } from './customization/operations.ts';
import { emailOperations } from './emails/operations.ts';
import { byExternalId } from './external/external-ids.ts';
import { apisDescription, listApis } from './features/apis.ts';
import { featureOperations } from './features/operations.ts';
import { fileOperations } from './files/operations.ts';
import type { Operation } from './http/router.ts';
import { layoutOperations } from './layouts/operations.ts';
import { lockingOperations } from './locking/operations.ts';
import { massOperations } from './mass/operations.ts';
import { notificationOperations } from './notifications/operations.ts';
import type { Chapters } from './openapi/document.ts';
import { fixed } from './operation-scopes.ts';
import { peopleOperations } from './people/operations.ts';
import { pipelineOperations } from './pipelines/operations.ts';
import { recordOperations } from './records/operations.ts';
import { recycleBinOperations } from './recycle-bin/operations.ts';
import { relatedOperations } from './related/operations.ts';
import { searchOperations } from './search/operations.ts';
import { settingsOperations } from './settings/operations.ts';
import { tagOperations } from './tags/operations.ts';
import { territoryOperations } from './territories/operations.ts';
import { variableOperations } from './variables/operations.ts';
import { viewOperations } from './views/operations.ts';

const apis: Operation = {
  method: 'GET',
  path: '__apis',
  scopes: fixed('ZohoCRM.apis.READ'),
  handle: listApis(() => operations),
  about: apisDescription,
};

/** The operations by what they are about, in the order of the API's documents. The rows stand in their features' folders. */
const rows: Chapters = {
  Records: [...recordOperations, ...recycleBinOperations],
  'Related records': relatedOperations,
  Search: searchOperations,
  COQL: coqlOperations,
  Locks: lockingOperations,
  'Mass actions': massOperations,
  Conversion: convertOperations,
  Attachments: attachmentOperations,
  Mail: emailOperations,
  'Files and photos': fileOperations,
  Tags: tagOperations,
  Territories: territoryOperations,
  Pipelines: pipelineOperations,
  'Assignment rules': assignmentOperations,
  Bulk: [...bulkOperations, ...uploadOperations],
  Composite: compositeOperations,
  Notifications: notificationOperations,
  Metadata: [...settingsOperations, ...customizationOperations, ...layoutOperations, ...viewOperations],
  'Audit log': auditOperations,
  People: peopleOperations,
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
