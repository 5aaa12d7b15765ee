import type { Operation } from '../http/router.ts';
import { fixed } from '../operation-scopes.ts';
import { getFeature, listFeatures } from './features.ts';

/** What the edition has. */
export const featureOperations: readonly Operation[] = [
  { method: 'GET', path: '__features', scopes: fixed('ZohoCRM.features.READ'), handle: listFeatures },
  { method: 'GET', path: '__features/{feature}', scopes: fixed('ZohoCRM.features.READ'), handle: getFeature },
];
