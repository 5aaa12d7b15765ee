import { attachmentOperations } from './attachments/operations.ts';
import { bulkOperations, uploadOperations } from './bulk/operations.ts';
import { compositeOperations } from './composite/operations.ts';
import { convertOperations } from './convert/operations.ts';
import { coqlOperations } from './coql/operations.ts';
import { listApis } from './features/apis.ts';
import { featureOperations } from './features/operations.ts';
import { fileOperations } from './files/operations.ts';
import type { Operation } from './http/router.ts';
import { layoutOperations } from './layouts/operations.ts';
import { massOperations } from './mass/operations.ts';
import { notificationOperations } from './notifications/operations.ts';
import { fixed } from './operation-scopes.ts';
import { peopleOperations } from './people/operations.ts';
import { recordOperations } from './records/operations.ts';
import { relatedOperations } from './related/operations.ts';
import { searchOperations } from './search/operations.ts';
import { settingsOperations } from './settings/operations.ts';
import { tagOperations } from './tags/operations.ts';
import { variableOperations } from './variables/operations.ts';
import { viewOperations } from './views/operations.ts';

/**
 * The table of operations: what routes, enforces scopes, describes itself (`openapi/`) and answers `GET /__apis`. The rows
 * stand in the folders of their features. Placeholders are numbered in their order; `scopes` are all needed, each by one
 * of its alternatives.
 */
export const operations: readonly Operation[] = [
  ...settingsOperations,
  ...peopleOperations,
  ...layoutOperations,
  ...viewOperations,
  ...featureOperations,
  ...variableOperations,
  ...tagOperations,
  ...recordOperations,
  ...searchOperations,
  ...massOperations,
  ...convertOperations,
  ...attachmentOperations,
  ...fileOperations,
  ...relatedOperations,
  ...coqlOperations,
  ...compositeOperations,
  ...notificationOperations,
  ...bulkOperations,
  ...uploadOperations,
  { method: 'GET', path: '__apis', scopes: fixed('ZohoCRM.apis.READ'), handle: listApis(() => operations) },
];

export { uploadOperations };

/** Paths of the platform that are not built yet and would otherwise be taken for a module or a record. */
export const unbuiltPaths: readonly string[] = ['settings', '{module}/actions'];
