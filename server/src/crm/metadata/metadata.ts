/**
 * What a data space knows of its modules and fields. Everything else in `crm/` reads metadata through these types:
 * standard modules are shared by all data spaces (their ids are a suffix behind the data space's prefix), custom ones
 * are rows of the data space.
 */
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
  /** What records hold and display alike; `-None-` is the choice of nothing. */
  readonly value: string;
  /** Deals: per cent of a stage. */
  readonly probability?: number;
  readonly forecastType?: string;
}

export interface Field {
  /** The 12-digit part of the field's id. */
  readonly idSuffix: number;
  readonly apiName: string;
  readonly label: string;
  readonly dataType: DataType;
  readonly jsonType: string;
  /** Longest text in characters; for numbers the digits before the point. */
  readonly length: number;
  readonly uiType: number;
  readonly mandatory: boolean;
  readonly readOnly: boolean;
  readonly custom: boolean;
  readonly unique: boolean;
  /** A field that upsert and lead conversion look for duplicates in. */
  readonly duplicateCheck: boolean;
  readonly pickList: readonly PickListValue[];
  /** API names of the modules that a lookup may point to. */
  readonly lookupModules: readonly string[];
  /** `$se_module` or `module`: how a lookup into several modules names the module. */
  readonly typeKey: string | null;
  /** API name of the module of a subform's rows. */
  readonly subform: string | null;
  readonly formula: string | null;
}

export type GeneratedType = 'default' | 'custom' | 'subform' | 'web';

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
  readonly photo: boolean;
  readonly flags: ReadonlySet<string>;
  /** Place among the tabs, from 1. */
  readonly sequence: number;
  readonly parentModule: string | null;
  readonly parentField: string | null;
  readonly fields: readonly Field[];
  readonly field: ReadonlyMap<string, Field>;
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
}

/** Whether the record calls (`GET /Leads` and its like) serve this module. */
export function servesRecords(module: Module): boolean {
  return (
    module.flags.has('api_supported') &&
    (module.generatedType === 'default' || module.generatedType === 'custom') &&
    // Attachments are files of a record, with calls of their own.
    module.apiName !== 'Attachments'
  );
}
