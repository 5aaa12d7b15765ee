import { kindOf } from '../../fields/field-kinds.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import { isPlaceable, type ShownSection } from './sections.ts';

/** What a request does with the sections of a layout: it names those that change, and the fields that change in them. */
export const sectionLimits = { sections: 100, fields: 500 } as const;

const sectionFields = [
  ...['display_label', 'name'].map((name) => itemField(name, 'text', 100)),
  itemField('column_count', 'integer', 1),
  itemField('sequence_number', 'integer', 4),
];
const placeFields = [itemField('sequence_number', 'integer', 4), itemField('required', 'boolean', 5)];

type Placed = ShownSection['fields'][number];
type Section = Omit<ShownSection, 'fields'> & { readonly fields: Placed[] };

/** The sections as the request leaves them, or the first thing that is wrong. */
export function changeSections(
  dataSpace: number,
  module: Module,
  before: readonly ShownSection[],
  raw: unknown,
  at: string,
): { readonly sections: readonly ShownSection[] } | ErrorBody {
  const sections: Section[] = before.map((each) => ({ ...each, fields: [...each.fields] }));
  const list = readList(raw, at, sectionLimits.sections);
  if ('code' in list) return list;
  for (const [index, each] of list.items.entries()) {
    const failure = changeSection(dataSpace, module, sections, each, `${at}[${index}]`);
    if (failure) return failure;
  }
  if (sections.length > sectionLimits.sections) return errorBody('LIMIT_EXCEEDED', { limit: sectionLimits.sections });
  return { sections };
}

function changeSection(
  dataSpace: number,
  module: Module,
  sections: Section[],
  raw: unknown,
  at: string,
): ErrorBody | undefined {
  const reading = readPlainItem(raw, sectionFields, at, false);
  if (reading.failure) return reading.failure;
  const { item, values } = reading;
  const place = (key: string) => ({ api_name: key, json_path: `${at}.${key}` });
  const label = (values.get('display_label') ?? values.get('name') ?? null) as string | null;
  const found = findSection(sections, item, label);
  if (found < 0 && (item.id !== undefined || label === null)) {
    if (item.id === undefined && item.api_name === undefined)
      return errorBody('MANDATORY_NOT_FOUND', place('display_label'));
    return errorBody('INVALID_DATA', place(item.id === undefined ? 'api_name' : 'id'), idInvalid);
  }
  if (isDeleted(item)) return deleteSection(sections, found, at);
  const columns = (values.get('column_count') ?? null) as number | null;
  if (columns !== null && columns !== 1 && columns !== 2) {
    return errorBody('INVALID_DATA', { ...place('column_count'), supported_values: [1, 2] });
  }
  const isTaken = (other: Section, index: number) =>
    index !== found && other.label.toLowerCase() === label?.toLowerCase();
  if (sections.some(isTaken)) return errorBody('DUPLICATE_DATA', place('display_label'));
  const before = sections[found] ?? { id: null, label: label as string, subform: false, columns: 2, fields: [] };
  const section: Section = { ...before, label: label ?? before.label, columns: columns ?? before.columns };
  if (found < 0) sections.push(section);
  else sections[found] = section;
  const failure = changeFields(dataSpace, module, sections, section, item.fields, `${at}.fields`);
  if (failure) return failure;
  const position = values.get('sequence_number') as number | null | undefined;
  if (position !== null && position !== undefined) move(sections, sections.indexOf(section), position);
  return undefined;
}

/** By id, by API name, or by its label. */
function findSection(sections: readonly Section[], item: JsonObject, label: string | null): number {
  if (item.id !== undefined) return sections.findIndex(({ id }) => id !== null && id !== '' && id === readId(item.id));
  const name = item.api_name ?? label;
  return sections.findIndex((each) => each.label === name || each.label.replaceAll(' ', '_') === name);
}

function deleteSection(sections: Section[], found: number, at: string): ErrorBody | undefined {
  const section = sections[found];
  if (!section) return errorBody('INVALID_DATA', { json_path: at }, idInvalid);
  const needed = section.fields.find(({ field }) => field.mandatory);
  if (needed) return errorBody('CANNOT_PROCESS', { api_name: needed.field.apiName, json_path: at });
  sections.splice(found, 1);
  return undefined;
}

function changeFields(
  dataSpace: number,
  module: Module,
  sections: readonly Section[],
  section: Section,
  raw: unknown,
  at: string,
): ErrorBody | undefined {
  const list = readList(raw, at, sectionLimits.fields);
  if ('code' in list) return list;
  for (const [index, each] of list.items.entries()) {
    const here = `${at}[${index}]`;
    const reading = readPlainItem(each, placeFields, here, false);
    if (reading.failure) return reading.failure;
    const { item, values } = reading;
    const place = (key: string) => ({ api_name: key, json_path: `${here}.${key}` });
    const field = findField(dataSpace, module, item);
    if (!field) {
      if (item.id === undefined && item.api_name === undefined) return errorBody('MANDATORY_NOT_FOUND', place('id'));
      return errorBody('INVALID_DATA', place(item.id === undefined ? 'api_name' : 'id'), idInvalid);
    }
    const old = sections.flatMap(({ fields }) => fields).find((placed) => placed.field === field);
    // Rows of a subform have a section of their own.
    if (
      (kindOf(field).holds === 'rows' || section.subform) &&
      !section.fields.some((placed) => placed.field === field)
    ) {
      return errorBody('CANNOT_PROCESS', place('id'));
    }
    const gone = isDeleted(item);
    const required = (values.get('required') ?? old?.required ?? field.mandatory) as boolean;
    if (field.mandatory && (gone || !required))
      return errorBody('CANNOT_PROCESS', place(gone ? '_delete' : 'required'));
    const from = section.fields.findIndex((placed) => placed.field === field);
    for (const { fields } of sections) {
      const found = fields.findIndex((placed) => placed.field === field);
      if (found >= 0) fields.splice(found, 1);
    }
    if (gone) continue;
    const position = values.get('sequence_number') as number | null | undefined;
    const to = position ? position - 1 : from < 0 ? section.fields.length : from;
    section.fields.splice(Math.max(0, to), 0, { field, required });
  }
  return undefined;
}

function findField(dataSpace: number, module: Module, item: JsonObject): Field | undefined {
  const id = readId(item.id);
  const field =
    item.id === undefined
      ? module.field.get(String(item.api_name))
      : module.fields.find(({ idSuffix }) => id !== undefined && idSuffix === sequenceOf(dataSpace, id));
  return field && isPlaceable(field) ? field : undefined;
}

/** `_delete` is an object that says how, or a flag. */
const isDeleted = ({ _delete: given }: JsonObject): boolean => given === true || isJsonObject(given);

function move(sections: Section[], from: number, position: number): void {
  const [section] = sections.splice(from, 1) as [Section];
  sections.splice(Math.max(0, position - 1), 0, section);
}

function readList(raw: unknown, at: string, maximum: number): { readonly items: readonly unknown[] } | ErrorBody {
  const place = { api_name: at.slice(at.lastIndexOf('.') + 1), json_path: at };
  if (raw === undefined) return { items: [] };
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  return raw.length > maximum ? errorBody('INVALID_DATA', { maximum_length: maximum, ...place }) : { items: raw };
}
