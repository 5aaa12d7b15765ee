/** Ids on the wire are decimal strings: the data space's 7-digit prefix and a 12-digit sequence number. */

const maxId = 9_223_372_036_854_775_807n;

/** Prefixes fit a bigint together with their sequence; each data space of the platform has its own. */
export const idPrefixRange = { lowest: 1_000_001, highest: 9_223_371 } as const;

/** Sequence numbers of system data, the same in every data space. */
export const systemIds = {
  /** Roles of contacts in deals that every organization begins with. */
  contactRoles: 6_801,
  organization: 20_005,
  roleCeo: 26_005,
  roleManager: 26_008,
  profileAdministrator: 26_011,
  profileStandard: 26_014,
  topTerritory: 33_001,
  /** Forecast categories: pipeline, closed, omitted. */
  forecastCategories: 34_001,
  defaultPipeline: 34_501,
  homeCurrency: 35_001,
  businessHours: 36_001,
  fiscalYear: 36_002,
  taxPreference: 36_003,
  /** Layout "Standard" of a standard module and of a custom one: this plus the module's number. */
  standardLayout: 5_000_000,
  customLayout: 100_000_000_000,
  /** Permissions: four for each module, by its number, and those of no module. */
  permissions: 8_000_000,
  generalPermissions: 8_990_000,
  customPermissions: 200_000_000_000,
  /** Related lists: a hundred for each module. */
  relatedLists: 7_000_000,
  customRelatedLists: 300_000_000_000,
  /** Views of custom modules: a hundred for each. */
  customViews: 500_000_000_000,
  /** Values of pick lists: a thousand for each field. */
  pickListValues: 1_000_000,
  firstField: 300_001,
  /** Where users, records and rows of subforms begin. */
  firstRecord: 10_000_001,
} as const;

export function idOf(dataSpace: number, sequence: number): string {
  return `${dataSpace}${String(sequence).padStart(12, '0')}`;
}

/** Modules with numbers from here on are an organization's own. */
export const firstCustomModule = 1_000_000;

export function layoutId(dataSpace: number, moduleNumber: number): string {
  // Leads has the number that everybody knows; it would not follow from the rule.
  if (moduleNumber === 2175) return idOf(dataSpace, 91_055);
  const base = moduleNumber < firstCustomModule ? systemIds.standardLayout : systemIds.customLayout;
  return idOf(dataSpace, base + moduleNumber);
}

/** The sequence number of an id of this data space, or undefined. */
export function sequenceOf(dataSpace: number, id: string): number | undefined {
  const prefix = String(dataSpace);
  return id.length === prefix.length + 12 && id.startsWith(prefix) ? Number(id.slice(prefix.length)) : undefined;
}

/** Whether `text` is written like an id: digits that fit 64 bits. */
export function isId(text: string): boolean {
  return /^[0-9]{1,19}$/.test(text) && (text.length < 19 || BigInt(text) <= maxId);
}

/** An id as a request may write it: a string of digits, or a JSON number. */
export function readId(raw: unknown): string | undefined {
  if (typeof raw === 'bigint') return readId(String(raw));
  if (typeof raw === 'string') return isId(raw) ? raw.replace(/^0+(?=.)/, '') : undefined;
  return typeof raw === 'number' && Number.isSafeInteger(raw) && raw > 0 ? String(raw) : undefined;
}
