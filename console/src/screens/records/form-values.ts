import type { CrmField, CrmRecord, CrmSection, RecordFault } from '../../api/crm.ts';
import { recordsTexts as texts } from '../../texts/records.ts';

/** What an input holds: the text typed, the choices, a switch, or the record that a look-up points to. */
export type FormValue = string | string[] | boolean | { readonly id: string; readonly name: string } | null;
export type FormValues = Record<string, FormValue>;

const editableTypes: ReadonlySet<string> = new Set([
  'text',
  'textarea',
  'picklist',
  'multiselectpicklist',
  'boolean',
  'integer',
  'bigint',
  'double',
  'currency',
  'percent',
  'date',
  'datetime',
  'email',
  'phone',
  'website',
  'lookup',
]);
export const numberTypes: ReadonlySet<string> = new Set(['integer', 'double', 'currency', 'percent']);

/** The fields of a form, by section: those that can be written, and whose type has an input. */
export function formSections(sections: readonly CrmSection[], creating: boolean): CrmSection[] {
  return sections
    .map((section) => ({
      ...section,
      fields: section.fields.filter(
        ({ data_type, operation_type: { api_create, api_update } }) =>
          editableTypes.has(data_type) && (creating ? api_create : api_update),
      ),
    }))
    .filter(({ fields }) => fields.length > 0);
}

/** A record's value as its input holds it. */
export function toFormValue({ data_type }: CrmField, value: unknown): FormValue {
  if (data_type === 'boolean') return value === true;
  if (data_type === 'multiselectpicklist') return Array.isArray(value) ? value.map(String) : [];
  if (data_type === 'lookup') {
    const { id, name } = (value ?? {}) as { id?: string; name?: string };
    return id === undefined ? null : { id, name: name ?? id };
  }
  if (value === null || value === undefined) return '';
  if (data_type === 'datetime') return localTime(String(value));
  return String(value);
}

/** A point in time as `<input type="datetime-local">` holds it, in the browser's own time zone. */
function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** An input's value as the API takes it (crm-api 5.2); null clears the field. */
export function toWire({ data_type }: CrmField, value: FormValue): unknown {
  if (typeof value === 'boolean' || Array.isArray(value)) return value;
  if (value === null) return null;
  if (typeof value === 'object') return { id: value.id };
  if (value.trim() === '') return null;
  if (numberTypes.has(data_type)) return Number(value);
  // The API takes no fractions of a second.
  if (data_type === 'datetime') return new Date(value).toISOString().replace(/\.\d+Z$/, 'Z');
  return value;
}

/** The record to be sent: what was filled in, or what differs from what was shown. */
export function toRecord(
  fields: readonly CrmField[],
  values: FormValues,
  shown: CrmRecord | undefined,
): Record<string, unknown> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    const value = values[field.api_name] ?? null;
    const before = toFormValue(field, shown?.[field.api_name]);
    const [sent, had] = [toWire(field, value), toWire(field, before)];
    return JSON.stringify(sent) === JSON.stringify(had) ? [] : [[field.api_name, sent]];
  });
  return Object.fromEntries(entries);
}

/** What is wrong with a field, in words. */
export function faultText({ code, message, details }: RecordFault): string {
  const { supported_values, maximum_length, expected_data_type } = details;
  if (supported_values) return texts.supported(supported_values.join(', '));
  if (maximum_length !== undefined) return texts.tooLong(maximum_length);
  if (expected_data_type !== undefined) return texts.expectedType(expected_data_type);
  return texts.fault[code] ?? message;
}
