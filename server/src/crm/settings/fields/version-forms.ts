import type { DataType, Field } from '../../kernel/metadata/metadata.ts';
import type { Version } from '../../kernel/versions.ts';

/**
 * What versions of the API write in different forms in the same metadata (crm-api 2.3): as the types say that the
 * vendor's own libraries declare for their versions. `conformance/` holds the answers against those.
 */

interface ModuleReference {
  readonly api_name: string;
  readonly id: string;
}

/** What metadata shows of a module that something points to: its name until v3. */
export function moduleForm<M extends ModuleReference | undefined>(
  { number }: Version,
  module: M,
): M | string | undefined {
  return number < 3 ? module?.api_name : module;
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

/** Look-ups into several modules that say so since v3. Others, and all of them before, say that they lead to `se_module`. */
const intoSeveralModules: ReadonlySet<string> = new Set(['Appointment_For', 'Connected_To__s', 'Locked_For__s']);

/** The type of a field as a version names it. */
export function dataTypeForm({ number }: Version, { apiName, dataType }: Field): DataType {
  if (dataType !== 'multi_module_lookup') return dataType;
  return number >= 3 && intoSeveralModules.has(apiName) ? dataType : 'lookup';
}

/** The `lookup` of a field that leads to several modules and does not say so: a record names its own beside it. */
export function anyModuleForm({ number }: Version): object {
  const module = number < 3 ? 'se_module' : { api_name: 'se_module' };
  return { display_label: 'activities', api_name: null, module, id: null };
}
