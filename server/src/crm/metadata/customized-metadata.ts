import { type Field, Metadata, type Module } from './metadata.ts';
import {
  buildField,
  buildModule,
  type FieldSource,
  type ModuleSource,
  standardMetadata,
  standardModules,
} from './standard-modules.ts';

export interface CustomModuleRow {
  readonly module: number;
  readonly definition: ModuleSource;
  readonly modified_at_ms: string;
}

export interface CustomFieldRow {
  readonly module: number;
  readonly api_name: string;
  /** A whole field, or what differs when the module has a standard field of that name. */
  readonly definition: Partial<FieldSource>;
  readonly modified_at_ms: string;
}

/** The standard metadata with the organization's own modules and fields. */
export function customizedMetadata(
  moduleRows: readonly CustomModuleRow[],
  fieldRows: readonly CustomFieldRow[],
): Metadata {
  if (moduleRows.length === 0 && fieldRows.length === 0) return standardMetadata;
  const fieldsOf = Map.groupBy(fieldRows, (row) => row.module);
  const own = moduleRows.map((row, index) =>
    buildModule(row.definition, standardModules.length + index + 1, row.definition.fields.map(buildField)),
  );
  const modules = [...standardModules, ...own].map((module) => withFields(module, fieldsOf.get(module.number) ?? []));
  const times = [...moduleRows, ...fieldRows].map((row) => Number(row.modified_at_ms));
  return new Metadata(modules, Math.max(...times));
}

function withFields(module: Module, rows: readonly CustomFieldRow[]): Module {
  if (rows.length === 0) return module;
  const fields = new Map<string, Field>(module.field);
  for (const row of rows) {
    const standard = fields.get(row.api_name);
    fields.set(
      row.api_name,
      standard
        ? { ...standard, unique: row.definition.unique ?? standard.unique }
        : buildField({ ...(row.definition as FieldSource), api_name: row.api_name, custom: true }),
    );
  }
  return { ...module, fields: [...fields.values()], field: fields };
}
