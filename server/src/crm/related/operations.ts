import type { Operation } from '../http/router.ts';
import { module, related, settings } from '../operation-scopes.ts';
import { countRelated, getRelated, listRelated } from './read-related.ts';
import { getRelatedList, listRelatedLists } from './related-list-settings.ts';
import { listCompetitors, listStageHistory } from './stage-history.ts';
import { createRelated, removeOneRelated, removeRelated, updateOneRelated, updateRelated } from './write-related.ts';

/** Records that hang on a record, and the lists that show them. */
export const relatedOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'settings/related_lists',
    scopes: settings('related_lists', 'READ'),
    handle: listRelatedLists,
  },
  {
    method: 'GET',
    path: 'settings/related_lists/{list}',
    scopes: settings('related_lists', 'READ'),
    handle: getRelatedList,
  },
  { method: 'GET', path: '{module}/{id}/Stage_History', scopes: module('READ'), handle: listStageHistory },
  { method: 'GET', path: '{module}/{id}/Competitors', scopes: module('READ'), handle: listCompetitors },
  { method: 'GET', path: '{module}/{id}/{list}', scopes: related('READ'), handle: listRelated },
  { method: 'POST', path: '{module}/{id}/{list}', scopes: related('CREATE'), handle: createRelated },
  { method: 'PUT', path: '{module}/{id}/{list}', scopes: related('UPDATE'), handle: updateRelated },
  { method: 'DELETE', path: '{module}/{id}/{list}', scopes: related('DELETE'), handle: removeRelated },
  { method: 'GET', path: '{module}/{id}/{list}/{related}', scopes: related('READ'), handle: getRelated },
  { method: 'PUT', path: '{module}/{id}/{list}/{related}', scopes: related('UPDATE'), handle: updateOneRelated },
  { method: 'DELETE', path: '{module}/{id}/{list}/{related}', scopes: related('DELETE'), handle: removeOneRelated },
  {
    method: 'POST',
    path: '{module}/{id}/actions/get_related_records_count',
    scopes: module('READ'),
    handle: countRelated,
  },
];
