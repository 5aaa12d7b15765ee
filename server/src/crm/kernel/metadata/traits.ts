/** What a module was made by. */
export type GeneratedType = 'default' | 'custom' | 'subform' | 'linking' | 'web';

/**
 * What records of a module can do and have. Code asks for a trait and never for a module by name: those of the standard
 * modules stand in `standard-modules.json`, those of an organization's own follow from what made the module.
 */
export interface ModuleTraits {
  /** Records belong to users; what they see of others' is limited. */
  readonly owned?: boolean;
  /** A photo, in calls of its own. */
  readonly photo?: boolean;
  /** Mails can be sent to a record. */
  readonly emails?: boolean;
  /** Lists of tasks, meetings and calls that are about a record. */
  readonly activities?: boolean;
  /** Tasks, meetings and calls themselves. */
  readonly activity?: boolean;
  /** When an activity is over. */
  readonly overWhen?: ActivityEnd;
  /** What a record says belongs to another one: nobody locks it, looks it up or adds fields to it. */
  readonly partOfRecord?: boolean;
  /** Calls of their own list the records, not those of records in general. */
  readonly listedApart?: boolean;
  /** Leads: a record becomes records of other modules, and is then no longer among the others. */
  readonly convertible?: boolean;
  /** Quotes and orders: the modules whose records they become. */
  readonly convertsTo?: readonly string[];
  /** Stages in pipelines, and what follows from them (crm-api 5.5, 7.13). */
  readonly stages?: boolean;
  /** Meetings: calendars know a record by its id, and can be given it as a file. */
  readonly calendar?: boolean;
  /** Products: line items name them, and a record says whether it is taxed. */
  readonly sold?: boolean;
  /** The subform of line items, which totals are computed of. */
  readonly lineItems?: string;
  /** What else is computed of a record's values (`records/rules/derive-values.ts`). */
  readonly derives?: Derivation;
  /** The field that numbers records; the number is the record's id. */
  readonly numberField?: string;
  /** The field by which records are ordered when they are ordered by name, when that is not the display field. */
  readonly orderedBy?: string;
  /** How a participant of a meeting names a record of the module. */
  readonly participant?: string;
  /** Records belong to territories: where they say so, how a request calls its criteria, most of one record. */
  readonly territories?: { readonly field: string; readonly criteriaKey: string | null; readonly limit: number };
  /** Most fields that one mass update changes, when that is not one. */
  readonly massUpdateFields?: number;
  /** The number of the view of all records that everybody knows. */
  readonly allRecordsView?: number;
  /** `$` keys that are the same in all records, beside those of all modules (`system-keys.ts`). */
  readonly constantKeys?: Readonly<Record<string, unknown>>;
}

export type ActivityEnd = 'completed' | 'ended' | 'held';

export type Derivation = 'fullName' | 'revenue' | 'closing' | 'repetition' | 'duration' | 'totals' | 'comments';

/** What modules of each origin can do and have, unless their definition says otherwise. */
export const defaultTraits: Readonly<Record<GeneratedType, ModuleTraits>> = {
  default: { owned: true },
  custom: { owned: true, photo: true, emails: true, activities: true },
  subform: { owned: true },
  linking: {},
  web: { owned: true },
};
