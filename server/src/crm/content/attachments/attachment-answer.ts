import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';

export interface AttachmentRow {
  attachment_id: string;
  parent_id: string;
  name: string;
  file_id: string | null;
  link_url: string | null;
  size_bytes: string;
  created_by: string;
  created_at_ms: string;
}

export const attachmentColumns =
  'attachment_id, parent_id, name, file_id, link_url, size_bytes, created_by, created_at_ms' as const;

const alwaysShown: ReadonlySet<string> = new Set(['File_Name', 'Parent_Id', 'Owner', 'Created_Time']);

/** An attachment as lists show it (crm-api 7.10): the named fields, those that every item has, and every `$` key. */
export function attachmentAnswer(
  row: AttachmentRow,
  parent: { readonly module: Module; readonly name: string | null },
  fields: ReadonlySet<string> | undefined,
  { space, user }: CrmCall,
): Record<string, unknown> {
  const creator = space.user(row.created_by);
  const person = { name: creator?.fullName ?? null, id: row.created_by, email: creator?.email ?? null };
  const created = formatDateTime(Number(row.created_at_ms), user.timeZone);
  const shown: Record<string, unknown> = {
    Owner: person,
    File_Name: row.name,
    Size: row.size_bytes,
    Parent_Id: {
      module: { api_name: parent.module.apiName, id: space.moduleId(parent.module) },
      name: parent.name ?? '',
      id: row.parent_id,
    },
    Created_Time: created,
    Modified_Time: created,
    Created_By: person,
    Modified_By: person,
  };
  const named = Object.entries(shown).filter(([name]) => !fields || fields.has(name) || alwaysShown.has(name));
  return {
    ...Object.fromEntries(named),
    id: row.attachment_id,
    $editable: true,
    $field_states: null,
    ...(row.file_id === null ? {} : { $file_id: row.file_id }),
    $type: row.file_id === null ? 'Link URL' : 'Attachment',
    $link_url: row.link_url,
    $se_module: parent.module.apiName,
    $attachment_type: row.file_id === null ? 2 : 1,
    $state: 'save',
  };
}
