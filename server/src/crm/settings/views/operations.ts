import { bodyWith, found, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { id, idGiven, input, oneOf, shape } from '../../kernel/schema.ts';
import { viewSortFields } from '../../records/list/view-sort.ts';
import { moduleParameter, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { changeSort, changeSorts, maxViewsOfCall } from './change-sort.ts';
import { getCustomView, listCustomViews } from './custom-views.ts';
import { oneViewInfo, viewListInfo, viewSchema, wholeViewSchema } from './view-schema.ts';

const sorting = {
  sort_by: input({}, { api_name: oneOf(...viewSortFields), id: idGiven }),
};
const order = { sort_order: oneOf('asc', 'desc') };
const sortText = 'For everybody who lists records of the view and asks for no other order.';
const writes = { key: 'custom_views', status: 200, details: shape({ id }) } as const;

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
  {
    method: 'PUT',
    path: 'settings/custom_views/actions/change_sort',
    scopes: settings('custom_views', 'UPDATE'),
    since: 6,
    handle: changeSorts,
    about: {
      summary: 'Change how custom views are sorted',
      text: sortText,
      query: [moduleParameter],
      body: bodyWith('custom_views', input({ id: idGiven, ...sorting }, order), maxViewsOfCall),
      writes,
    },
  },
  {
    method: 'PUT',
    path: 'settings/custom_views/{view}/actions/change_sort',
    scopes: settings('custom_views', 'UPDATE'),
    since: 6,
    handle: changeSort,
    about: {
      summary: 'Change how a custom view is sorted',
      text: sortText,
      query: [moduleParameter],
      body: bodyWith('custom_views', input(sorting, order), 1),
      writes,
    },
  },
];
