import { found, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { moduleParameter, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { getCustomView, listCustomViews } from './custom-views.ts';
import { oneViewInfo, viewListInfo, viewSchema, wholeViewSchema } from './view-schema.ts';

/** Custom views. */
export const viewOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'settings/custom_views',
    scopes: settings('custom_views', 'READ'),
    handle: listCustomViews,
    about: {
      summary: 'List the custom views of a module',
      query: [moduleParameter, ...pages],
      answers: found('custom_views', viewSchema, { info: viewListInfo }),
    },
  },
  {
    method: 'GET',
    path: 'settings/custom_views/{view}',
    scopes: settings('custom_views', 'READ'),
    handle: getCustomView,
    about: {
      summary: 'Get a custom view',
      query: [moduleParameter],
      answers: { 200: { json: withList('custom_views', wholeViewSchema, {}, { info: oneViewInfo }) } },
    },
  },
];
