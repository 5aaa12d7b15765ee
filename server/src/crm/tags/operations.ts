import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import type { Operation } from '../http/router.ts';
import { module, settings } from '../operation-scopes.ts';
import { addTags, addTagsToOne, removeTags, removeTagsFromOne } from './record-tags.ts';
import { countTagged, listTags } from './tag-settings.ts';
import { createTags, deleteTag, mergeTags, updateTag, updateTags } from './write-tags.ts';

const tags = (operation: ScopeOperation) => settings('tags', operation);

/** Tags, and tags on records. */
export const tagOperations: readonly Operation[] = [
  { method: 'GET', path: 'settings/tags', scopes: tags('READ'), handle: listTags },
  { method: 'POST', path: 'settings/tags', scopes: tags('CREATE'), handle: createTags },
  { method: 'PUT', path: 'settings/tags', scopes: tags('UPDATE'), handle: updateTags },
  { method: 'PUT', path: 'settings/tags/{tag}', scopes: tags('UPDATE'), handle: updateTag },
  { method: 'DELETE', path: 'settings/tags/{tag}', scopes: tags('DELETE'), handle: deleteTag },
  { method: 'POST', path: 'settings/tags/{tag}/actions/merge', scopes: tags('CREATE'), handle: mergeTags },
  { method: 'GET', path: 'settings/tags/{tag}/actions/records_count', scopes: tags('READ'), handle: countTagged },
  { method: 'POST', path: '{module}/actions/add_tags', scopes: module('UPDATE'), handle: addTags },
  { method: 'POST', path: '{module}/actions/remove_tags', scopes: module('UPDATE'), handle: removeTags },
  { method: 'POST', path: '{module}/{id}/actions/add_tags', scopes: module('UPDATE'), handle: addTagsToOne },
  { method: 'POST', path: '{module}/{id}/actions/remove_tags', scopes: module('UPDATE'), handle: removeTagsFromOne },
];
