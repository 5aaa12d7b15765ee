import {
  type AutoNumber,
  type BackList,
  type DataType,
  type Field,
  type FieldRestriction,
  type Linking,
  Metadata,
  type Module,
  type PickListValue,
  type Rollup,
  type Rounding,
} from './metadata.ts';
import source from './standard-modules.json' with { type: 'json' };
import { defaultTraits, type GeneratedType, type ModuleTraits } from './traits.ts';

export interface PickListSource {
  readonly value: string;
  readonly display?: string;
  readonly colour?: string;
  readonly id?: number;
  readonly probability?: number;
  readonly forecast_type?: string;
}

/** A field as the data files and the rows of custom fields write it. */
export interface FieldSource {
  readonly id: number;
  readonly api_name: string;
  readonly label: string;
  readonly type: string;
  readonly length: number;
  readonly json_type?: string;
  readonly amount?: boolean;
  readonly ui_type?: number;
  readonly mandatory?: boolean;
  readonly layout_mandatory?: boolean;
  readonly read_only?: boolean;
  readonly custom?: boolean;
  readonly unique?: boolean;
  readonly duplicate_check?: boolean;
  readonly values?: readonly (string | PickListSource)[];
  readonly lookup?: string;
  readonly lookup_modules?: readonly string[];
  readonly into_own_modules?: boolean;
  readonly type_key?: string;
  readonly subform?: string;
  /** Other names in requests. */
  readonly also_named?: readonly string[];
  readonly formula?: string;
  readonly return_type?: string;
  readonly assume_default?: boolean;
  readonly rollup?: Rollup;
  /** The key of the values in records, when it is not the API name. */
  readonly key?: string;
  readonly case_sensitive?: boolean;
  readonly external?: Field['external'];
  readonly tooltip?: Field['tooltip'];
  readonly default_value?: unknown;
  readonly decimals?: number;
  readonly rounding?: Rounding;
  readonly ordered?: boolean;
  readonly indexed?: boolean;
  /** By id of the profile. */
  readonly restrictions?: Readonly<Record<string, FieldRestriction>>;
  readonly auto_number?: AutoNumber;
  /** Id of the global pick list that the values come from. */
  readonly global_pick_list?: string;
  readonly linking?: Linking;
  readonly back_list?: BackList;
  /** The field shows only in organizations with this feature. */
  readonly feature?: string;
}

export interface ModuleSource {
  readonly id: number;
  readonly api_name: string;
  readonly module_name: string;
  readonly singular_label: string;
  readonly plural_label: string;
  readonly generated_type: string;
  readonly scope: string | null;
  readonly display_field: string | null;
  readonly traits?: ModuleTraits;
  readonly parent_module?: string;
  readonly parent_field?: string;
  /** Of linking modules: their two look-ups. */
  readonly pair?: readonly [string, string];
  readonly flags: readonly string[];
  readonly fields: readonly FieldSource[];
}

export function pickListOf(values: readonly (string | PickListSource)[]): readonly PickListValue[] {
  return values.map((value): PickListValue => {
    if (typeof value === 'string') return { value };
    const { display, colour, id, probability, forecast_type } = value;
    return {
      value: value.value,
      ...(display === undefined ? {} : { display }),
      ...(colour === undefined ? {} : { colour }),
      ...(id === undefined ? {} : { idSuffix: id }),
      ...(probability === undefined ? {} : { probability }),
      ...(forecast_type === undefined ? {} : { forecastType: forecast_type }),
    };
  });
}

export function buildField(from: FieldSource, createdAtMs = 0, modifiedAtMs = createdAtMs): Field {
  return {
    idSuffix: from.id,
    apiName: from.api_name,
    key: from.key ?? from.api_name,
    alsoNamed: from.also_named ?? [],
    label: from.label,
    dataType: from.type as DataType,
    jsonType: from.api_name === 'Tag' ? 'jsonarray' : (from.json_type ?? null),
    length: from.length,
    amount: from.amount ?? false,
    uiType: from.ui_type ?? 1,
    mandatory: from.mandatory ?? false,
    layoutMandatory: from.layout_mandatory ?? false,
    readOnly: from.read_only ?? false,
    custom: from.custom ?? false,
    unique: from.unique ?? false,
    caseSensitive: from.case_sensitive ?? false,
    external: from.external ?? null,
    tooltip: from.tooltip ?? null,
    defaultValue: from.default_value ?? null,
    decimals: from.decimals ?? null,
    rounding: from.rounding ?? 'normal',
    ordered: from.ordered ?? false,
    indexed: from.indexed ?? false,
    restrictions: new Map(Object.entries(from.restrictions ?? {})),
    autoNumber: from.auto_number ?? null,
    linking: from.linking ?? null,
    backList: from.back_list ?? null,
    createdAtMs,
    modifiedAtMs,
    duplicateCheck: from.duplicate_check ?? false,
    pickList: pickListOf(from.values ?? []),
    globalPickList: from.global_pick_list ?? null,
    lookupModules: from.lookup_modules ?? (from.lookup === undefined ? [] : [from.lookup]),
    intoOwnModules: from.into_own_modules ?? false,
    typeKey: from.type_key ?? null,
    subform: from.subform ?? null,
    formula:
      from.formula === undefined
        ? null
        : {
            expression: from.formula,
            returnType: (from.return_type ?? 'double') as DataType,
            assumeDefault: from.assume_default ?? false,
          },
    rollup: from.rollup ?? null,
    rowForm: null,
  };
}

export function buildModule(from: ModuleSource, sequence: number, fields: readonly Field[]): Module {
  return {
    number: from.id,
    apiName: from.api_name,
    moduleName: from.module_name,
    singularLabel: from.singular_label,
    pluralLabel: from.plural_label,
    generatedType: from.generated_type as GeneratedType,
    scopeToken: from.scope ?? 'custom',
    displayField: from.display_field,
    traits: { ...defaultTraits[from.generated_type as GeneratedType], ...from.traits },
    flags: new Set(from.flags),
    sequence,
    parentModule: from.parent_module ?? null,
    parentField: from.parent_field ?? null,
    pair: from.pair ?? null,
    fields,
    field: new Map(fields.map((field) => [field.apiName, field])),
  };
}

const tabs: readonly ModuleSource[] = source.tabs.map((tab) => ({
  ...tab,
  singular_label: tab.api_name,
  plural_label: tab.api_name,
  generated_type: 'web',
  scope: tab.api_name.toLowerCase(),
  display_field: null,
  flags: ['viewable', 'show_as_tab'],
  fields: [],
}));

/** Fields that belong to something which an organization may not have, as the data file calls it. */
const features = {
  pipelines: 'pipelines on (Deals)',
  territories: 'territories on',
  enrichment: 'data enrichment',
  currencies: 'multi-currency on',
} as const;

/** What every organization has; its enrichment never has anything to tell. */
const always = [features.pipelines, features.enrichment];

function modulesWith(served: readonly string[]): readonly Module[] {
  const isServed = ({ feature }: FieldSource) => feature === undefined || served.includes(feature);
  return [...(source.modules as readonly ModuleSource[]), ...tabs].map((module, index) =>
    buildModule(
      module,
      index + 1,
      module.fields.filter(isServed).map((field) => buildField(field)),
    ),
  );
}

/** What an organization may have switched on or off. */
export interface ModuleFeatures {
  readonly territories: boolean;
  /** Records say in which currency their amounts are. */
  readonly currencies: boolean;
}

const modulesBy = new Map<string, readonly Module[]>();

/** The modules of organizations with these features: one list for all of them. */
export function modulesOf({ territories, currencies }: ModuleFeatures): readonly Module[] {
  const served = [
    ...always,
    ...(territories ? [features.territories] : []),
    ...(currencies ? [features.currencies] : []),
  ];
  const key = served.join();
  const modules = modulesBy.get(key) ?? modulesWith(served);
  modulesBy.set(key, modules);
  return modules;
}

/** The modules that every organization starts with, without the fields of features that are not built. */
export const standardModules: readonly Module[] = modulesOf({ territories: true, currencies: false });

/** The metadata of an organization that has changed nothing: one object for all of them. */
export const standardMetadata = new Metadata(standardModules, 0);
export const metadataWithoutTerritories = new Metadata(modulesOf({ territories: false, currencies: false }), 0);
