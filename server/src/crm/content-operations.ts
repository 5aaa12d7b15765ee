import {
  createAttachment,
  deleteAttachment,
  deleteAttachments,
  downloadAttachment,
  listAttachments,
} from './attachments/attachments.ts';
import { getConversionOptions } from './convert/conversion-options.ts';
import { convertLead } from './convert/convert-lead.ts';
import { getFeature, listFeatures } from './features/features.ts';
import { downloadFieldFile } from './files/download-field-file.ts';
import { downloadFile, uploadFiles } from './files/files.ts';
import { deletePhoto, getPhoto, uploadPhoto } from './files/photos.ts';
import type { Operation } from './http/router.ts';
import { getLayout, listLayouts } from './layouts/layouts.ts';
import { changeOwnerOfOne, changeOwners, massDelete, massUpdate } from './mass/mass-actions.ts';
import { fixed, module, moduleOr, perModule, related, settings } from './operation-scopes.ts';
import { getProfile, listProfiles } from './people/profiles.ts';
import { getRole, listRoles } from './people/roles.ts';
import { cloneProfile, deleteProfile, updateProfile } from './people/write-profiles.ts';
import { createRoles, deleteRole, updateRole, updateRoles } from './people/write-roles.ts';
import { createUser, deleteUser, updateUser, updateUsers } from './people/write-users.ts';
import { cloneRecord } from './records/clone-record.ts';
import {
  countRecycleBin,
  deleteFromRecycleBin,
  emptyRecycleBin,
  getFromRecycleBin,
  listRecycleBin,
  restoreRecord,
  restoreRecords,
} from './records/recycle-bin.ts';
import { getTimeline } from './records/timeline.ts';
import { countRelated, getRelated, listRelated } from './related/read-related.ts';
import { getRelatedList, listRelatedLists } from './related/related-list-settings.ts';
import {
  createRelated,
  removeOneRelated,
  removeRelated,
  updateOneRelated,
  updateRelated,
} from './related/write-related.ts';
import { addTags, addTagsToOne, removeTags, removeTagsFromOne } from './tags/record-tags.ts';
import { countTagged, listTags } from './tags/tag-settings.ts';
import { createTags, deleteTag, mergeTags, updateTag, updateTags } from './tags/write-tags.ts';

const attachments = '{module}/{id}/Attachments';
const attachmentScopes = (operation: 'READ' | 'CREATE' | 'DELETE') => moduleOr('attachments', operation);
const recycleBin = 'settings/recycle_bin';
const users = (operation: string) => fixed(`ZohoCRM.users.${operation}`);

/** The part of the table of operations about people, settings, and what hangs on records. */
export const contentOperations: readonly Operation[] = [
  { method: 'GET', path: 'settings/layouts', scopes: settings('layouts', 'READ'), handle: listLayouts },
  { method: 'GET', path: 'settings/layouts/{layout}', scopes: settings('layouts', 'READ'), handle: getLayout },
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
  { method: 'GET', path: 'settings/roles', scopes: settings('roles', 'READ'), handle: listRoles },
  { method: 'POST', path: 'settings/roles', scopes: settings('roles', 'CREATE'), handle: createRoles },
  { method: 'PUT', path: 'settings/roles', scopes: settings('roles', 'UPDATE'), handle: updateRoles },
  { method: 'GET', path: 'settings/roles/{role}', scopes: settings('roles', 'READ'), handle: getRole },
  { method: 'PUT', path: 'settings/roles/{role}', scopes: settings('roles', 'UPDATE'), handle: updateRole },
  { method: 'DELETE', path: 'settings/roles/{role}', scopes: settings('roles', 'DELETE'), handle: deleteRole },
  { method: 'GET', path: 'settings/profiles', scopes: settings('profiles', 'READ'), handle: listProfiles },
  { method: 'GET', path: 'settings/profiles/{profile}', scopes: settings('profiles', 'READ'), handle: getProfile },
  { method: 'PUT', path: 'settings/profiles/{profile}', scopes: settings('profiles', 'UPDATE'), handle: updateProfile },
  {
    method: 'DELETE',
    path: 'settings/profiles/{profile}',
    scopes: settings('profiles', 'DELETE'),
    handle: deleteProfile,
  },
  {
    method: 'POST',
    path: 'settings/profiles/{profile}/actions/clone',
    scopes: settings('profiles', 'CREATE'),
    handle: cloneProfile,
  },
  { method: 'POST', path: 'users', scopes: users('CREATE'), handle: createUser },
  { method: 'PUT', path: 'users', scopes: users('UPDATE'), handle: updateUsers },
  { method: 'PUT', path: 'users/{user}', scopes: users('UPDATE'), handle: updateUser },
  { method: 'DELETE', path: 'users/{user}', scopes: users('DELETE'), handle: deleteUser },
  { method: 'GET', path: 'settings/tags', scopes: settings('tags', 'READ'), handle: listTags },
  { method: 'POST', path: 'settings/tags', scopes: settings('tags', 'CREATE'), handle: createTags },
  { method: 'PUT', path: 'settings/tags', scopes: settings('tags', 'UPDATE'), handle: updateTags },
  { method: 'PUT', path: 'settings/tags/{tag}', scopes: settings('tags', 'UPDATE'), handle: updateTag },
  { method: 'DELETE', path: 'settings/tags/{tag}', scopes: settings('tags', 'DELETE'), handle: deleteTag },
  { method: 'POST', path: 'settings/tags/{tag}/actions/merge', scopes: settings('tags', 'CREATE'), handle: mergeTags },
  {
    method: 'GET',
    path: 'settings/tags/{tag}/actions/records_count',
    scopes: settings('tags', 'READ'),
    handle: countTagged,
  },
  { method: 'POST', path: '{module}/actions/add_tags', scopes: module('UPDATE'), handle: addTags },
  { method: 'POST', path: '{module}/actions/remove_tags', scopes: module('UPDATE'), handle: removeTags },
  { method: 'POST', path: '{module}/{id}/actions/add_tags', scopes: module('UPDATE'), handle: addTagsToOne },
  { method: 'POST', path: '{module}/{id}/actions/remove_tags', scopes: module('UPDATE'), handle: removeTagsFromOne },
  { method: 'GET', path: attachments, scopes: attachmentScopes('READ'), handle: listAttachments },
  {
    method: 'POST',
    path: attachments,
    scopes: attachmentScopes('CREATE'),
    takesFiles: true,
    handle: createAttachment,
  },
  { method: 'DELETE', path: attachments, scopes: attachmentScopes('DELETE'), handle: deleteAttachments },
  {
    method: 'GET',
    path: `${attachments}/{attachment}`,
    scopes: attachmentScopes('READ'),
    handle: downloadAttachment,
  },
  {
    method: 'DELETE',
    path: `${attachments}/{attachment}`,
    scopes: attachmentScopes('DELETE'),
    handle: deleteAttachment,
  },
  { method: 'GET', path: '{module}/{id}/photo', scopes: module('READ'), handle: getPhoto },
  { method: 'POST', path: '{module}/{id}/photo', scopes: module('CREATE'), takesFiles: true, handle: uploadPhoto },
  { method: 'DELETE', path: '{module}/{id}/photo', scopes: module('DELETE'), handle: deletePhoto },
  { method: 'POST', path: 'files', scopes: fixed('ZohoCRM.files.CREATE'), takesFiles: true, handle: uploadFiles },
  {
    method: 'GET',
    path: '{module}/{id}/actions/download_fields_attachment',
    scopes: module('READ'),
    handle: downloadFieldFile,
  },
  { method: 'GET', path: 'files', scopes: fixed('ZohoCRM.files.READ'), handle: downloadFile },
  {
    method: 'POST',
    path: '{module}/actions/mass_delete',
    scopes: perModule('mass_delete', 'DELETE'),
    handle: massDelete,
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_update',
    scopes: perModule('mass_update', 'UPDATE', 'UPDATE'),
    handle: massUpdate,
  },
  {
    method: 'POST',
    path: '{module}/actions/change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    handle: changeOwners,
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    handle: changeOwnerOfOne,
  },
  { method: 'POST', path: '{module}/{id}/actions/clone', scopes: module('CREATE'), handle: cloneRecord },
  { method: 'GET', path: '{module}/{id}/__timeline', scopes: module('READ'), handle: getTimeline },
  { method: 'GET', path: '__features', scopes: fixed('ZohoCRM.features.READ'), handle: listFeatures },
  { method: 'GET', path: '__features/{feature}', scopes: fixed('ZohoCRM.features.READ'), handle: getFeature },
  { method: 'GET', path: recycleBin, scopes: settings('recycle_bin', 'READ'), handle: listRecycleBin },
  { method: 'GET', path: `${recycleBin}/{id}`, scopes: settings('recycle_bin', 'READ'), handle: getFromRecycleBin },
  {
    method: 'GET',
    path: `${recycleBin}/actions/count`,
    scopes: settings('recycle_bin', 'READ'),
    handle: countRecycleBin,
  },
  { method: 'DELETE', path: recycleBin, scopes: settings('recycle_bin', 'DELETE'), handle: emptyRecycleBin },
  {
    method: 'DELETE',
    path: `${recycleBin}/{id}`,
    scopes: settings('recycle_bin', 'DELETE'),
    handle: deleteFromRecycleBin,
  },
  {
    method: 'POST',
    path: `${recycleBin}/actions/restore`,
    scopes: settings('recycle_bin', 'UPDATE'),
    handle: restoreRecords,
  },
  {
    method: 'POST',
    path: `${recycleBin}/{id}/actions/restore`,
    scopes: settings('recycle_bin', 'UPDATE'),
    handle: restoreRecord,
  },
  { method: 'POST', path: '{module}/{id}/actions/convert', scopes: module('CREATE'), handle: convertLead },
  {
    method: 'GET',
    path: '{module}/{id}/__conversion_options',
    scopes: module('READ'),
    handle: getConversionOptions,
  },
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
