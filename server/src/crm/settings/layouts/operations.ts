import { always, found } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { moduleParameter } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
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
