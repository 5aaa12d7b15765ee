import { kindOf } from '../../fields/field-kinds.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { LayoutDefinition, LayoutSection } from '../../kernel/space/layout.ts';

/** The parts of a form: those that a layout has, or those that the platform makes of the fields of a module. */

/** A section with its fields as the metadata has them; one without an id is not stored. */
export interface ShownSection {
  readonly id: string | null;
  readonly label: string;
  readonly subform: boolean;
  readonly columns: number;
  readonly fields: readonly { readonly field: Field; readonly required: boolean }[];
}

/** Fields that no form shows. */
const hidden = new Set(['id', 'Layout', 'Record_Status__s', 'Change_Log_Time__s', 'Wizard', 'Record_Image']);
const address =
  /(^|_)(Street|City|State|Code|Country|Zip|Address)(_|$)|^(Billing|Shipping|Mailing|Other)_(Street|City|State|Code|Zip|Country)$/;

export const isPlaceable = (field: Field): boolean => !hidden.has(field.apiName);

/** The sections of a layout; fields that are newer than it stand where the platform puts them. */
export function sectionsOf(module: Module, { sections, unused }: LayoutDefinition): ShownSection[] {
  const standard = standardSections(module);
  if (sections === null) return standard;
  const byId = new Map(module.fields.filter(isPlaceable).map((field) => [field.idSuffix, field]));
  const placed = new Set([...unused, ...sections.flatMap(({ fields }) => fields.map(({ id }) => id))]);
  const shown = sections.map((section) => ({
    ...section,
    fields: section.fields.flatMap(({ id, required }) => {
      const field = byId.get(id);
      return field ? [{ field, required: required || field.mandatory }] : [];
    }),
  }));
  for (const section of standard) {
    const fields = section.fields.filter(({ field }) => !placed.has(field.idSuffix));
    if (fields.length === 0) continue;
    const home = section.subform
      ? undefined
      : (shown.find(({ label, subform }) => label === section.label && !subform) ??
        shown.find(({ subform }) => !subform));
    if (home) home.fields.push(...fields);
    else shown.push({ ...section, id: '', fields });
  }
  return shown.filter(({ subform, fields }) => !subform || fields.length > 0);
}

/** The form's parts: the module's own fields, addresses, long text, and each subform for itself. */
function standardSections(module: Module): (ShownSection & { readonly fields: ShownSection['fields'][number][] })[] {
  const shown = module.fields.filter(isPlaceable);
  const plain = shown.filter((field) => kindOf(field).holds !== 'rows');
  const isAddress = (field: Field) => address.test(field.apiName);
  const isLong = (field: Field) => kindOf(field).multiline && !isAddress(field);
  const section = (label: string, fields: readonly Field[], subform = false) => ({
    ...{ id: null, label, subform, columns: subform ? 1 : 2 },
    fields: fields.map((field) => ({ field, required: field.mandatory || field.layoutMandatory })),
  });
  return [
    section(
      `${module.singularLabel} Information`,
      plain.filter((field) => !isAddress(field) && !isLong(field)),
    ),
    section('Address Information', plain.filter(isAddress)),
    ...shown.filter((field) => kindOf(field).holds === 'rows').map((field) => section(field.label, [field], true)),
    section('Description Information', plain.filter(isLong)),
  ].filter((each) => each.fields.length > 0);
}

/** Sections as they are stored. */
export function asStored(sections: readonly ShownSection[], takeId: () => string): LayoutSection[] {
  return sections.map(({ id, label, subform, columns, fields }) => ({
    ...{ id: id || takeId(), label, subform, columns },
    fields: fields.map(({ field, required }) => ({ id: field.idSuffix, required })),
  }));
}
