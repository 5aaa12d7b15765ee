import type { Version } from '../versions.ts';
import type { GeneratedType, ModuleTraits } from './traits.ts';

/**
 * What a data space knows of its modules and fields. Everything else in `crm/` reads metadata through these types:
 * standard modules are shared by all data spaces (their ids are a suffix behind the data space's prefix), custom ones
 * are rows of the data space.
 */

/** What a type means is said by its kind alone (`fields/kinds/`). */
export type DataType =
  | 'text'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'website'
  | 'picklist'
  | 'multiselectpicklist'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'currency'
  | 'percent'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'lookup'
  | 'multi_module_lookup'
  | 'multiselectlookup'
  | 'multiuserlookup'
  | 'ownerlookup'
  | 'userlookup'
  | 'subform'
  | 'layout'
  | 'profileimage'
  | 'fileupload'
  | 'imageupload'
  | 'autonumber'
  | 'formula'
  | 'rollup_summary'
  | 'consent_lookup'
  | 'territories'
  | 'linetax'
  | 'ALARM'
  | 'RRULE'
  | 'multireminder'
  | 'event_reminder'
  | 'participants';

export interface PickListValue {
  /** What records hold; `-None-` is the choice of nothing. */
  readonly value: string;
  /** What people see, when it is something else. */
  readonly display?: string;
  readonly colour?: string;
  /** The 12-digit part of its id; standard values have ids by their place. */
  readonly idSuffix?: number;
  /** Deals: per cent of a stage. */
  readonly probability?: number;
  readonly forecastType?: string;
}

/** What a profile may not do with a field that it may not do everything with. */
export type FieldRestriction = 'read_only' | 'hidden';

/** Numbers of records: `prefix`, a number with at least `digits` digits, `suffix`. */
export interface AutoNumber {
  readonly prefix: string;
  readonly suffix: string;
  readonly start: number;
  readonly digits: number;
}

export interface Formula {
  readonly expression: string;
  readonly returnType: DataType;
  /** Empty numbers count as 0 and empty texts as ''. */
  readonly assumeDefault: boolean;
}

export const rollupFunctions = ['count', 'sum', 'average', 'minimum', 'maximum'] as const;

/** What a field says of the records in a related list of its own record. */
export interface Rollup {
  /** API name of the list. */
  readonly list: string;
  readonly function: (typeof rollupFunctions)[number];
  /** API name of what is summed and the like; null: records are counted. */
  readonly field: string | null;
  /** Which records of the list, as rules write criteria; null: all. */
  readonly criteria: object | null;
}

/** The records of a linking module that a multi-select look-up consists of (crm-api 5.2). */
export interface Linking {
  /** API name of the linking module. */
  readonly module: string;
  /** Its look-up to the record that has the field. */
  readonly parentField: string;
  /** Its look-up to what is chosen. */
  readonly connectedField: string;
  /** API name of the module of what is chosen; null for users. */
  readonly connectedModule: string | null;
  /** The list of what is chosen, on the record that has the field; null for users. */
  readonly list: BackList | null;
}

/** The list on the other module in which what points to a record is found. */
export interface BackList {
  readonly idSuffix: number;
  readonly apiName: string;
  readonly label: string;
}

/** How a version shows a part of a row that it shows otherwise than by the field's type (`records/row-forms.ts`). */
export type RowForm = 'product' | 'discount' | 'id' | 'unitPrice' | 'stock' | 'hidden';

export interface Field {
  /** The 12-digit part of the field's id. */
  readonly idSuffix: number;
  readonly apiName: string;
  /** The key of its values in records: the API name, unless a field that is gone had that name (`nameOfKey`). */
  readonly key: string;
  /** Other names that requests may use. */
  readonly alsoNamed: readonly string[];
  readonly label: string;
  readonly dataType: DataType;
  /** What its values are in JSON; null: what the type's are. */
  readonly jsonType: string | null;
  /** Longest text in characters; for numbers the digits before the point. */
  readonly length: number;
  /** Of a text: it is an amount or a percentage, and requests may give the amount as a number. */
  readonly amount: boolean;
  readonly uiType: number;
  readonly mandatory: boolean;
  /** Mandatory in records that name their layout. */
  readonly layoutMandatory: boolean;
  readonly readOnly: boolean;
  readonly custom: boolean;
  readonly unique: boolean;
  /** Whether capital letters make unique values different. */
  readonly caseSensitive: boolean;
  /** Its values may stand for ids of records: everybody's, or each user's own. */
  readonly external: { readonly type: 'org' | 'user'; readonly show: boolean } | null;
  readonly tooltip: { readonly name: 'static_text' | 'info_icon'; readonly value: string } | null;
  /** What new records get that say nothing of the field, as requests write it. */
  readonly defaultValue: unknown;
  /** Decimals that numbers are rounded to; null: those of the type. */
  readonly decimals: number | null;
  readonly rounding: Rounding;
  /** Its values stand in an index of their own, in their order (migration 0011). */
  readonly ordered: boolean;
  /** An index of the records has it (migration 0006). */
  readonly indexed: boolean;
  /** By id of the profile. */
  readonly restrictions: ReadonlyMap<string, FieldRestriction>;
  readonly autoNumber: AutoNumber | null;
  readonly linking: Linking | null;
  readonly backList: BackList | null;
  /** When an organization made the field its own; 0 for standard ones as they are. */
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  /** A field that upsert and lead conversion look for duplicates in. */
  readonly duplicateCheck: boolean;
  readonly pickList: readonly PickListValue[];
  /** Id of the global pick list that its choices are those of. */
  readonly globalPickList: string | null;
  /** API names of the modules that a lookup may point to. */
  readonly lookupModules: readonly string[];
  /** It leads to the modules of an organization's own as well. */
  readonly intoOwnModules: boolean;
  /** `$se_module` or `module`: how a lookup into several modules names the module. */
  readonly typeKey: string | null;
  /** API name of the module of a subform's rows. */
  readonly subform: string | null;
  readonly formula: Formula | null;
  readonly rollup: Rollup | null;
  /** Of a field of rows: null when its type says how it is shown. */
  readonly rowForm: RowForm | null;
}

export const roundings = ['normal', 'round_off', 'round_up', 'round_down'] as const;
export type Rounding = (typeof roundings)[number];

/** The API name of the field that keeps its values under a key (`Score~2` is the second field of the name `Score`). */
export function nameOfKey(key: string): string {
  const end = key.indexOf('~');
  return end < 0 ? key : key.slice(0, end);
}

export interface Module {
  /** The module's number in records, and the 12-digit part of its id. */
  readonly number: number;
  readonly apiName: string;
  readonly moduleName: string;
  readonly singularLabel: string;
  readonly pluralLabel: string;
  readonly generatedType: GeneratedType;
  /** The module's word in `ZohoCRM.modules.<word>.READ`. */
  readonly scopeToken: string;
  readonly displayField: string | null;
  readonly traits: ModuleTraits;
  readonly flags: ReadonlySet<string>;
  /** Place among the tabs, from 1. */
  readonly sequence: number;
  readonly parentModule: string | null;
  readonly parentField: string | null;
  readonly fields: readonly Field[];
  readonly field: ReadonlyMap<string, Field>;
  /** Of linking modules: the look-ups that are linked by a record, no two records the same. */
  readonly pair: readonly [parent: string, connected: string] | null;
  /** Of rows: `"delete": true` in one removes it, as `_delete` does. */
  readonly flaggedRemoval?: boolean;
  /** The module with the fields that a profile does not see; undefined when it sees all. */
  readonly unrestricted?: Module;
}

/** The module with all its fields: what is stored does not depend on who writes it. */
export function wholeModule(module: Module): Module {
  return module.unrestricted ?? module;
}

/** The type of a field's values: what a formula of an organization computes is a value like others. */
export function valueType({ dataType, formula, custom }: Field): DataType {
  return formula && custom ? formula.returnType : dataType;
}

/** The module's field that keeps its values under a key; undefined when it has none, or not any more. */
export function fieldOfKey(module: Module, key: string): Field | undefined {
  const field = module.field.get(nameOfKey(key));
  return field?.key === key ? field : module.fields.find((each) => each.key === key);
}

/** The name by which an item of a request gives the field a value; undefined when it gives none. */
export function givenName(item: Readonly<Record<string, unknown>>, { apiName, alsoNamed }: Field): string | undefined {
  if (Object.hasOwn(item, apiName)) return apiName;
  return alsoNamed.length === 0 ? undefined : alsoNamed.find((name) => Object.hasOwn(item, name));
}

export class Metadata {
  readonly modules: readonly Module[];
  readonly #byName = new Map<string, Module>();
  readonly #byNumber = new Map<number, Module>();
  /** When the organization last changed its metadata; 0 when it never did. */
  readonly modifiedAtMs: number;

  constructor(modules: readonly Module[], modifiedAtMs: number) {
    this.modules = modules;
    this.modifiedAtMs = modifiedAtMs;
    for (const module of modules) {
      this.#byName.set(module.apiName.toLowerCase(), module);
      this.#byNumber.set(module.number, module);
    }
  }

  /** A module by API name, without regard to case. */
  find(apiName: string): Module | undefined {
    return this.#byName.get(apiName.toLowerCase());
  }

  byNumber(number: number): Module | undefined {
    return this.#byNumber.get(number);
  }

  /** The module with a trait that only one has. */
  having(trait: keyof ModuleTraits): Module | undefined {
    return this.modules.find(({ traits }) => traits[trait] !== undefined);
  }
}

/** Names of fields that came with v4 (crm-api 2.2). */
export const sinceV4: ReadonlySet<string> = new Set(['Converted__s', 'Locked__s', 'Record_Status__s']);

/** Whether a version of the API has the field. */
export function isFieldOf(version: Version, { apiName }: Field): boolean {
  return version.number >= 4 || !sinceV4.has(apiName);
}

/** Whether the API lists the module's records: what `settings/modules` announces as `api_supported`. */
export function isListed({ flags, generatedType }: Module): boolean {
  const alone = generatedType === 'default' || generatedType === 'custom' || generatedType === 'linking';
  return alone && flags.has('api_supported');
}

/** Whether the record calls (`GET /Leads` and its like) serve this module. */
export function servesRecords(module: Module): boolean {
  return isListed(module) && !module.traits.listedApart;
}
