import type { Operation } from '../http/router.ts';
import { always, found } from '../openapi/description.ts';
import { moduleParameter } from '../openapi/parameters.ts';
import { settings } from '../operation-scopes.ts';
import { layoutSchema } from './layout-schema.ts';
import { getLayout, listLayouts } from './layouts.ts';

/** Layouts of modules. */
export const layoutOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'settings/layouts',
    scopes: settings('layouts', 'READ'),
    handle: listLayouts,
    about: {
      summary: 'List the layouts of a module',
      query: [moduleParameter],
      answers: found('layouts', layoutSchema),
    },
  },
  {
    method: 'GET',
    path: 'settings/layouts/{layout}',
    scopes: settings('layouts', 'READ'),
    handle: getLayout,
    about: { summary: 'Get a layout', query: [moduleParameter], answers: always('layouts', layoutSchema) },
  },
];
