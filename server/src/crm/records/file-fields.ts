import { kindOf } from '../fields/field-kinds.ts';
import type { RecordView } from '../fields/model/view.ts';
import { formatDateTime } from '../fields/values/date-time.ts';
import { type ErrorBody, errorBody, idInvalid } from '../kernel/errors.ts';
import { readId } from '../kernel/ids.ts';
import { isJsonObject } from '../kernel/json-body.ts';
import type { Field } from '../kernel/metadata/metadata.ts';
import type { PlacedReference, RowChange } from '../kernel/record/changes.ts';
import type { StoredRecord, StoredValue } from '../kernel/record/record.ts';
import type { Version } from '../kernel/versions.ts';

/**
 * Fields that hold files or images (crm-api 5.2). They are kept like the rows of a subform: an item with `File_Id__s`
 * adds a file of `/files`, one with `id` and `_delete` takes a file away, and what is not mentioned stays.
 */

type Place = { readonly api_name: string; readonly json_path: string };

export function readFileRows(
  raw: unknown,
  field: Field,
  place: Place,
  creating: boolean,
  references: PlacedReference[],
): { readonly rows: RowChange[] } | { readonly failure: ErrorBody } {
  if (!Array.isArray(raw)) {
    return { failure: errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonarray' }) };
  }
  // Whatever the record has already, no request adds more than the field may hold.
  const limit = field.length;
  if (raw.filter((item) => !isJsonObject(item) || !Object.hasOwn(item, '_delete')).length > limit) {
    return { failure: errorBody('LIMIT_EXCEEDED', { ...place, limit }) };
  }
  const rows: RowChange[] = [];
  for (const [index, given] of raw.entries()) {
    const item = withOldKeys(given);
    const jsonPath = `${place.json_path}[${index}]`;
    const at = (apiName: string) => ({ api_name: apiName, json_path: `${jsonPath}.${apiName}` });
    if (!isJsonObject(item)) {
      return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath }) };
    }
    if (!creating && item.id !== undefined && item.id !== null) {
      const id = readId(item.id);
      if (id === undefined) return { failure: errorBody('INVALID_DATA', at('id'), idInvalid) };
      const remove = Object.hasOwn(item, '_delete');
      rows.push({ id, remove, values: new Map(), jsonPath, limit });
      continue;
    }
    const fileId = item.File_Id__s;
    if (fileId === undefined) return { failure: errorBody('MANDATORY_NOT_FOUND', at('File_Id__s')) };
    if (typeof fileId !== 'string' || !/^[0-9a-f]{64}$/.test(fileId)) {
      return { failure: errorBody('INVALID_DATA', at('File_Id__s'), idInvalid) };
    }
    const values = new Map<string, StoredValue | null>([['File_Id__s', fileId]]);
    rows.push({ id: null, remove: false, values, jsonPath, limit });
    references.push({
      kind: 'file',
      id: fileId,
      apiName: field.apiName,
      jsonPath: `${jsonPath}.File_Id__s`,
      // Name and size are the file's own; the record remembers them.
      found: (facts) => {
        for (const [name, value] of Object.entries(facts)) values.set(name, value);
      },
    });
  }
  return { rows };
}

/** Before v2.1 files were written as a list of their ids, and taken away by `attachment_id` (crm-api 2.2). */
function withOldKeys(item: unknown): unknown {
  if (typeof item === 'string') return { File_Id__s: item };
  if (!isJsonObject(item) || item.id !== undefined || item.attachment_id === undefined) return item;
  return { ...item, id: item.attachment_id };
}

type Row = Readonly<Record<string, StoredValue>>;

type Show = (record: StoredRecord, view: RecordView) => unknown;

/** How a field of files is shown: in another form since v2.1. */
export function showFiles(field: Field, version: Version): Show {
  return version.number < 2.1 ? showOldFiles(field) : showNewFiles(field);
}

function showOldFiles({ key }: Field): Show {
  return (record) =>
    ((record.data[key] ?? []) as readonly Row[]).map((row) => {
      const name = String(row.File_Name__s ?? '');
      const bytes = Number(row.Size__s ?? 0);
      return {
        extn: name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '',
        is_Preview_Available: false,
        entity_Id: record.id,
        mode: '',
        original_Size_Byte: String(bytes),
        file_Name: name,
        creator_Id: row.Created_By__s ?? record.createdBy,
        file_Id: row.File_Id__s,
        attachment_Id: row.id,
        file_Size: bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(2)} KB`,
        link_Docs: 0,
      };
    });
}

function showNewFiles(field: Field): Show {
  const { key } = field;
  const { images } = kindOf(field);
  return (record, { space, timeZone }) =>
    ((record.data[key] ?? []) as readonly Row[]).map((row, index) => {
      const by = String(row.Created_By__s ?? record.createdBy);
      const person = { name: space.user(by)?.fullName ?? null, id: by };
      return {
        File_Id__s: row.File_Id__s,
        File_Name__s: row.File_Name__s ?? null,
        Size__s: row.Size__s ?? null,
        Created_Time__s: formatDateTime(Number(row.Created_Time__s ?? record.createdAtMs), timeZone),
        Created_By__s: person,
        Owner__s: person,
        id: row.id,
        ...(images
          ? { Sequence_Number__s: index + 1, Description__s: null, Preview_Id__s: row.File_Id__s, State__s: 'active' }
          : {}),
      };
    });
}
