import { type CrmField, type CrmRecord, type CrmSection, leadsAnywhere, type RecordFault } from '../../api/crm.ts';
import { recordsTexts as texts } from '../../texts/records.ts';

/** A record, or a user, that a look-up points to. */
export interface Chosen {
  readonly id: string;
  readonly name: string;
  /** API name, where the look-up leads into one of several modules. */
  readonly module?: string;
}

/** What a field of many holds: records, files or rows. Each has an id of its own once it is stored. */
export interface Item {
  readonly itemId?: string;
}
export interface LinkItem extends Item, Chosen {}
export interface FileItem extends Item {
  readonly name: string;
  /** Of an upload that is not stored with the record yet. */
  readonly fileId?: string;
}
export interface RowItem extends Item {
  readonly values: FormValues;
}

/** What an input holds: the text typed, the choices, a switch, what a look-up points to, or the items of a field of many. */
export type FormValue =
  | string
  | boolean
  | Chosen
  | null
  | string[]
  | readonly LinkItem[]
  | readonly FileItem[]
  | readonly RowItem[];
export interface FormValues {
  [apiName: string]: FormValue;
}

const plainTypes: ReadonlySet<string> = new Set([
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
  'multi_module_lookup',
  'ownerlookup',
  'userlookup',
]);
/** Fields of many, whose items are stored apart from the record. */
const listTypes: ReadonlySet<string> = new Set([
  'multiselectlookup',
  'multiuserlookup',
  'fileupload',
  'imageupload',
  'subform',
]);
const chosenTypes: ReadonlySet<string> = new Set(['lookup', 'multi_module_lookup', 'ownerlookup', 'userlookup']);
export const numberTypes: ReadonlySet<string> = new Set(['integer', 'double', 'currency', 'percent']);

/** The fields of a form, by section: those that can be written, and whose type has an input. */
export function formSections(sections: readonly CrmSection[], creating: boolean): CrmSection[] {
  return sections
    .map((section) => ({
      ...section,
      fields: section.fields.filter((field) => hasInput(field, creating)),
    }))
    .filter(({ fields }) => fields.length > 0);
}

function hasInput({ data_type, operation_type: { api_create, api_update } }: CrmField, creating: boolean): boolean {
  return (plainTypes.has(data_type) || listTypes.has(data_type)) && (creating ? api_create : api_update);
}

/** The fields of a subform's rows that have an input: plain ones, for rows have no rows of their own. */
export function rowFields(fields: readonly CrmField[]): CrmField[] {
  return fields.filter((field) => plainTypes.has(field.data_type) && hasInput(field, true));
}

/** The names of the modules that hold the rows of the sections' subforms. */
export function subformModules(sections: readonly CrmSection[]): string[] {
  const names = sections.flatMap(({ fields }) =>
    fields.map(({ data_type, associated_module }) => (data_type === 'subform' ? associated_module?.module : undefined)),
  );
  return [...new Set(names)].filter((name) => name !== undefined);
}

type WireItem = Readonly<Record<string, unknown>> & { readonly id?: string };

/** A record's value as its input holds it. */
export function toFormValue(field: CrmField, value: unknown): FormValue {
  const { data_type } = field;
  if (data_type === 'boolean') return value === true;
  if (data_type === 'multiselectpicklist') return Array.isArray(value) ? value.map(String) : [];
  if (listTypes.has(data_type)) return (Array.isArray(value) ? value : []).map((item: WireItem) => toItem(field, item));
  if (chosenTypes.has(data_type)) {
    const { id, name, module } = (value ?? {}) as { id?: string; name?: string; module?: { api_name?: string } };
    if (id === undefined) return null;
    return { id, name: name ?? id, ...(module?.api_name !== undefined && { module: module.api_name }) };
  }
  if (value === null || value === undefined) return '';
  if (data_type === 'datetime') return localTime(String(value));
  return String(value);
}

function toItem(field: CrmField, item: WireItem): LinkItem & FileItem & RowItem {
  const itemId = item.id === undefined ? {} : { itemId: item.id };
  const to = item[linkKey(field)] as Partial<Chosen> | undefined;
  return {
    ...itemId,
    id: to?.id ?? '',
    name: String(item.File_Name__s ?? to?.name ?? to?.id ?? ''),
    values: Object.fromEntries(
      (field.columns ?? []).map((each) => [each.api_name, toFormValue(each, item[each.api_name])]),
    ),
  };
}

/** Under which key an item of a multi-select look-up names what it points to. */
function linkKey({ api_name, multiselectlookup, multiuserlookup }: CrmField): string {
  return multiselectlookup?.connectedlookup_apiname ?? multiuserlookup?.connectedlookup_apiname ?? api_name;
}

/** A point in time as `<input type="datetime-local">` holds it, in the browser's own time zone. */
function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/**
 * What is sent for the items of a field of many: those that are new or changed, and those that are gone. What is not
 * mentioned stays.
 */
function itemsToWire(field: CrmField, items: readonly Item[], before: readonly Item[]): unknown[] {
  const kept = new Set(items.map(({ itemId }) => itemId));
  const gone = before.filter(({ itemId }) => !kept.has(itemId)).map(({ itemId }) => ({ id: itemId, _delete: null }));
  const sent = items.flatMap((item): object[] => {
    const known = item.itemId === undefined ? undefined : before.find(({ itemId }) => itemId === item.itemId);
    const id = known ? { id: item.itemId } : {};
    if ('fileId' in item) return [{ File_Id__s: item.fileId }];
    if (field.data_type === 'subform') {
      const change = changedValues(
        field.columns ?? [],
        (item as RowItem).values,
        (known as RowItem | undefined)?.values,
      );
      return known && Object.keys(change).length === 0 ? [] : [{ ...id, ...change }];
    }
    return known ? [] : [{ [linkKey(field)]: { id: (item as LinkItem).id } }];
  });
  return [...sent, ...gone];
}

/** An input's value as the API takes it (crm-api 5.2); null clears the field. */
export function toWire(field: CrmField, value: FormValue): unknown {
  const { data_type } = field;
  if (typeof value === 'boolean' || Array.isArray(value)) return value;
  if (value === null) return null;
  if (typeof value === 'object') {
    const { id, module } = value as Chosen;
    return leadsAnywhere(field) ? { id, module: { api_name: module } } : { id };
  }
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
  const before = fields.map((field) => [field.api_name, toFormValue(field, shown?.[field.api_name])] as const);
  return changedValues(fields, values, Object.fromEntries(before));
}

/** What differs, as the API takes it. */
function changedValues(
  fields: readonly CrmField[],
  values: FormValues,
  before: FormValues | undefined,
): Record<string, unknown> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    const value = values[field.api_name] ?? null;
    const had = before?.[field.api_name] ?? toFormValue(field, null);
    if (listTypes.has(field.data_type)) {
      const sent = itemsToWire(field, (value ?? []) as readonly Item[], had as readonly Item[]);
      return sent.length === 0 ? [] : [[field.api_name, sent]];
    }
    const sent = toWire(field, value);
    return JSON.stringify(sent) === JSON.stringify(toWire(field, had)) ? [] : [[field.api_name, sent]];
  });
  return Object.fromEntries(entries);
}

/** The fields whose values are others in one record than in the other. */
export function differingFields(fields: readonly CrmField[], one: CrmRecord, other: CrmRecord): CrmField[] {
  return fields.filter((field) => {
    const [here, there] = [one, other].map((record) => JSON.stringify(toFormValue(field, record[field.api_name])));
    return here !== there;
  });
}

/** What is wrong with a field, in words. */
export function faultText({ column, ...fault }: RecordFault): string {
  const text = plainFaultText(fault);
  return column === undefined ? text : texts.inColumn(column, text);
}

function plainFaultText({ code, message, details }: RecordFault): string {
  const { supported_values, maximum_length, expected_data_type } = details;
  if (supported_values) return texts.supported(supported_values.join(', '));
  if (maximum_length !== undefined) return texts.tooLong(maximum_length);
  if (expected_data_type !== undefined) return texts.expectedType(expected_data_type);
  return texts.fault[code] ?? message;
}

/** The items of a field of many, or its choices; nothing for any other value. */
export function itemsIn<Held extends string | Item>(value: FormValue): readonly Held[] {
  return Array.isArray(value) ? (value as readonly unknown[] as readonly Held[]) : [];
}
