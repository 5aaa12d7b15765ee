import type { Version } from '../../kernel/versions.ts';

/**
 * What versions of the API write in different forms in the same metadata (crm-api 2.3): as the types say that the
 * vendor's own libraries declare for their versions. `conformance/` holds the answers against those.
 */

interface ModuleReference {
  readonly api_name: string;
  readonly id: string;
}

/** The field that names a module's records: its name until v8. */
export function displayFieldForm({ number }: Version, field: ModuleReference | null): ModuleReference | string | null {
  return number < 8 ? (field?.api_name ?? null) : field;
}

/** The order of the tabulator key in a section of a layout. */
export function tabTraversal({ number }: Version): number | string {
  return number < 6 ? 2 : 'left_to_right';
}

/** The API name of a section of a layout: its label until v8. */
export function sectionName({ number }: Version, label: string): string {
  return number < 8 ? label : label.replaceAll(' ', '_');
}
