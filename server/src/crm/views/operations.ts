import type { Operation } from '../http/router.ts';
import { settings } from '../operation-scopes.ts';
import { getCustomView, listCustomViews } from './custom-views.ts';

/** Custom views. */
export const viewOperations: readonly Operation[] = [
  { method: 'GET', path: 'settings/custom_views', scopes: settings('custom_views', 'READ'), handle: listCustomViews },
  {
    method: 'GET',
    path: 'settings/custom_views/{view}',
    scopes: settings('custom_views', 'READ'),
    handle: getCustomView,
  },
];
