import { type ErrorBody, errorBody, idInvalid } from '../errors.ts';
import { isJsonObject } from '../http/json-body.ts';
import type { Field } from '../metadata/metadata.ts';
import { readId } from '../organizations/ids.ts';
import { formatDateTime } from '../values/date-time.ts';
import type { PlacedWish, RowChange } from './read-item.ts';
import type { StoredRecord, StoredValue } from './record.ts';
import type { RecordView } from './record-view.ts';

/**
 * Fields that hold files or images (crm-api 5.2). They are kept like the rows of a subform: an item with `File_Id__s`
 * adds a file of `/files`, one with `id` and `_delete` takes a file away, and what is not mentioned stays.
 */
export function isFileField({ dataType }: Field): boolean {
  return dataType === 'fileupload' || dataType === 'imageupload';
}

type Place = { readonly api_name: string; readonly json_path: string };

export function readFileRows(
  raw: unknown,
  field: Field,
  place: Place,
  creating: boolean,
  wishes: PlacedWish[],
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
  for (const [index, item] of raw.entries()) {
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
    wishes.push({
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

type Row = Readonly<Record<string, StoredValue>>;

/** How a field of files is shown. */
export function showFiles({ key, dataType }: Field): (record: StoredRecord, view: RecordView) => unknown {
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
        ...(dataType === 'imageupload'
          ? { Sequence_Number__s: index + 1, Description__s: null, Preview_Id__s: row.File_Id__s, State__s: 'active' }
          : {}),
      };
    });
}
