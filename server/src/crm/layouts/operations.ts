import type { Operation } from '../http/router.ts';
import { settings } from '../operation-scopes.ts';
import { getLayout, listLayouts } from './layouts.ts';

/** Layouts of modules. */
export const layoutOperations: readonly Operation[] = [
  { method: 'GET', path: 'settings/layouts', scopes: settings('layouts', 'READ'), handle: listLayouts },
  { method: 'GET', path: 'settings/layouts/{layout}', scopes: settings('layouts', 'READ'), handle: getLayout },
];
