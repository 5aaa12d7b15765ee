import type { Setting } from '../space/setting.ts';
import { type Field, type FieldRestriction, Metadata, type Module } from './metadata.ts';
import {
  buildField,
  buildModule,
  type FieldSource,
  type ModuleSource,
  metadataWithoutTerritories,
  modulesOf,
  pickListOf,
  standardMetadata,
  standardModules,
} from './standard-modules.ts';

export interface CustomModuleRow {
  readonly module: number;
  /** A whole module, or what differs of a standard one. */
  readonly definition: Partial<ModuleSource>;
  readonly created_at_ms: string;
  readonly modified_at_ms: string;
}

export interface CustomFieldRow {
  readonly module: number;
  readonly api_name: string;
  /** A whole field, or what differs when the module has a standard field of that name. */
  readonly definition: Partial<FieldSource>;
  readonly created_at_ms: string;
  readonly modified_at_ms: string;
}

/**
 * The standard metadata with the organization's own modules and fields.
 * `removedAtMs` is when the organization last removed something from it; 0 when it never did.
 */
export function customizedMetadata(
  moduleRows: readonly CustomModuleRow[],
  fieldRows: readonly CustomFieldRow[],
  {
    territories,
    currencies = [],
    removedAtMs = 0,
  }: {
    readonly territories: boolean;
    /** None as long as the organization has only its home currency. */
    readonly currencies?: readonly Setting<'currency'>[];
    readonly removedAtMs?: number;
  },
): Metadata {
  const hasCurrencies = currencies.length > 0;
  if (moduleRows.length === 0 && fieldRows.length === 0 && removedAtMs === 0 && !hasCurrencies) {
    return territories ? standardMetadata : metadataWithoutTerritories;
  }
  const plain = modulesOf({ territories, currencies: hasCurrencies });
  const standard = hasCurrencies ? plain.map((module) => withCurrencies(module, currencies)) : plain;
  const fieldsOf = Map.groupBy(fieldRows, (row) => row.module);
  const isStandard = ({ module }: CustomModuleRow) => standardMetadata.byNumber(module) !== undefined;
  const own = moduleRows
    .filter((row) => !isStandard(row))
    .map((row, index) => {
      const definition = row.definition as ModuleSource;
      const fields = definition.fields.map((field) => buildField(field));
      return buildModule(definition, standardModules.length + index + 1, fields);
    });
  const changes = new Map(moduleRows.filter(isStandard).map((row) => [row.module, row.definition]));
  const targets = own.filter(({ generatedType }) => generatedType === 'custom').map(({ apiName }) => apiName);
  const modules = [...standard, ...own].map((module) =>
    withFields(withLabels(module, changes.get(module.number)), fieldsOf.get(module.number) ?? [], targets),
  );
  const times = [
    ...[...moduleRows, ...fieldRows].map((row) => Number(row.modified_at_ms)),
    ...currencies.map(({ modifiedAtMs }) => modifiedAtMs),
  ];
  return new Metadata(modules, Math.max(removedAtMs, ...times));
}

/** A module whose records say their currency: by the codes of those that are in use. */
function withCurrencies(module: Module, currencies: readonly Setting<'currency'>[]): Module {
  const field = module.field.get('Currency');
  if (!field) return module;
  const active = currencies.filter(({ definition }) => definition.isActive);
  const pickList = active.map(({ definition }) => ({ value: definition.isoCode }));
  const changed = { ...field, pickList };
  const fields = module.fields.map((each) => (each === field ? changed : each));
  return { ...module, fields, field: new Map(fields.map((each) => [each.apiName, each])) };
}

function withLabels(module: Module, changes: Partial<ModuleSource> | undefined): Module {
  if (!changes) return module;
  const { singular_label = module.singularLabel, plural_label = module.pluralLabel } = changes;
  return { ...module, singularLabel: singular_label, pluralLabel: plural_label };
}

function withFields(module: Module, rows: readonly CustomFieldRow[], targets: readonly string[]): Module {
  const open = targets.length > 0 && module.fields.some(({ intoOwnModules }) => intoOwnModules);
  if (rows.length === 0 && !open) return module;
  const fields = new Map<string, Field>(module.field);
  if (open) {
    for (const field of module.fields.filter(({ intoOwnModules }) => intoOwnModules)) {
      fields.set(field.apiName, { ...field, lookupModules: [...field.lookupModules, ...targets] });
    }
  }
  for (const row of rows) {
    const standard = fields.get(row.api_name);
    const times = [Number(row.created_at_ms), Number(row.modified_at_ms)] as const;
    fields.set(
      row.api_name,
      standard
        ? changedField(standard, row.definition, times[1])
        : buildField({ custom: true, ...(row.definition as FieldSource), api_name: row.api_name }, ...times),
    );
  }
  return { ...module, fields: [...fields.values()], field: fields };
}

/** A standard field with what the organization has changed of it. */
function changedField(field: Field, changes: Partial<FieldSource>, modifiedAtMs: number): Field {
  return {
    ...field,
    label: changes.label ?? field.label,
    length: changes.length ?? field.length,
    unique: changes.unique ?? field.unique,
    caseSensitive: changes.case_sensitive ?? field.caseSensitive,
    external: changes.external === undefined ? field.external : changes.external,
    tooltip: changes.tooltip === undefined ? field.tooltip : changes.tooltip,
    defaultValue: changes.default_value === undefined ? field.defaultValue : changes.default_value,
    pickList: changes.values === undefined ? field.pickList : pickListOf(changes.values),
    restrictions:
      changes.restrictions === undefined ? field.restrictions : new Map(Object.entries(changes.restrictions)),
    modifiedAtMs,
  };
}

/**
 * The metadata as a profile sees it: without the fields that are hidden from it, and with those that it may only read.
 * The same object when nothing is restricted for it.
 */
export function metadataFor(metadata: Metadata, profileId: string): Metadata {
  const isRestricted = (module: Module) => module.fields.some((field) => field.restrictions.has(profileId));
  if (!metadata.modules.some(isRestricted)) return metadata;
  const modules = metadata.modules.map((module): Module => {
    if (!isRestricted(module)) return module;
    const fields = module.fields.flatMap((field) => restricted(field, field.restrictions.get(profileId)));
    return {
      ...module,
      fields,
      field: new Map(fields.map((field) => [field.apiName, field])),
      unrestricted: module,
    };
  });
  return new Metadata(modules, metadata.modifiedAtMs);
}

function restricted(field: Field, restriction: FieldRestriction | undefined): Field[] {
  if (restriction === undefined) return [field];
  return restriction === 'hidden' ? [] : [{ ...field, readOnly: true }];
}
