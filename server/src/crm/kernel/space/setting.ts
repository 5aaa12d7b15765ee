import type { Blueprint } from './blueprint.ts';
import type { DuplicateCheck } from './duplicate-check.ts';
import type { GlobalPickList } from './global-pick-list.ts';
import type { LayoutDefinition } from './layout.ts';
import type { LockingConfiguration } from './locking-configuration.ts';
import type { MailTemplate } from './mail-template.ts';
import type { MapDependency } from './map-dependency.ts';
import type { ScoringRule } from './scoring-rule.ts';
import type { ViewSort } from './view-sort.ts';

/** What an organization sets up in short lists (crm-api 11): one area for each list, and what its items are made of. */

export interface CurrencyDefinition {
  readonly name: string;
  readonly symbol: string;
  readonly isoCode: string;
  /** How much of it is one of the home currency; the home currency's own is 1. */
  readonly exchangeRate: number;
  readonly prefixSymbol: boolean;
  readonly format: {
    readonly decimal_separator: 'Period' | 'Comma';
    readonly thousand_separator: 'Period' | 'Comma' | 'Space';
    readonly decimal_places: '0' | '2' | '3';
  };
  readonly isActive: boolean;
  /** The home currency. */
  readonly isBase: boolean;
}

export interface TaxDefinition {
  readonly name: string;
  readonly displayLabel: string;
  /** Percent. */
  readonly value: number;
  readonly sequenceNumber: number;
}

export interface TaxPreference {
  readonly autoPopulate: boolean;
  readonly modifyRates: boolean;
}

export interface ContactRole {
  readonly name: string;
  readonly sequenceNumber: number;
}

/** Who is in a group of users: a user, or all users of a role, of a territory or of another group. */
export interface GroupSource {
  readonly type: 'users' | 'roles' | 'territories' | 'groups';
  readonly id: string;
  /** The roles below the role, too. */
  readonly subordinates: boolean;
  /** The territories below the territory, too. */
  readonly subTerritories: boolean;
}

export interface UserGroup {
  readonly name: string;
  readonly description: string | null;
  readonly sources: readonly GroupSource[];
}

/** Whose records, or with whom. */
export interface SharingSide {
  readonly type: 'roles' | 'groups' | 'all_users';
  /** The role or the group. */
  readonly id: string | null;
  readonly subordinates: boolean;
}

export type SharingPermission = 'read' | 'read_write_delete';

export interface SharingRule {
  readonly module: number;
  readonly name: string;
  readonly type: 'Record_Owner_Based' | 'Criteria_Based';
  /** The owners whose records are shared; null for a rule with criteria. */
  readonly from: SharingSide | null;
  /** Conditions of the records, in the form of the wire; null for a rule over owners. */
  readonly criteria: Readonly<Record<string, unknown>> | null;
  readonly to: SharingSide;
  readonly permission: SharingPermission;
  /** Those above in the hierarchy of roles see them, too. */
  readonly superiorsAllowed: boolean;
  readonly active: boolean;
}

export const shareTypes = ['private', 'public_read_only', 'public_read_write', 'public'] as const;

/** How far records of a module are open to everybody; its id is the module's. */
export interface DataSharing {
  readonly shareType: (typeof shareTypes)[number];
}

/** From and to, as hours of the day: `["09:00","18:00"]`. */
export type Hours = readonly [from: string, to: string];

/** The hours of each of some days. */
export interface WeekHours {
  readonly sameAsEveryday: boolean;
  /** Of every day; null where days differ. */
  readonly dailyTiming: Hours | null;
  readonly customTiming: readonly { readonly days: string; readonly hours: Hours }[];
}

export interface BusinessHours extends WeekHours {
  readonly type: '24_by_7' | '24_by_5' | 'custom';
  readonly weekStartsOn: string;
  readonly timeZone: string;
  readonly businessDays: readonly string[];
}

/** When some users work; a shift whose end is not after its beginning ends on the next day. */
export interface ShiftHours extends WeekHours {
  readonly name: string;
  readonly timeZone: string;
  readonly days: readonly string[];
  readonly breaks: readonly ShiftBreak[];
  readonly users: readonly ShiftUser[];
}

export interface ShiftBreak extends WeekHours {
  readonly id: string;
  readonly days: readonly string[];
}

export interface ShiftUser {
  readonly id: string;
  /** The first day on which the user works in the shift: `2026-12-25`. */
  readonly effectiveFrom: string;
}

export interface Holiday {
  readonly name: string;
  /** `2026-12-25` */
  readonly date: string;
  /** The shift that does not work on it; absent: nobody does. */
  readonly shift?: string;
}

/** When a user does not work. */
export interface Unavailability {
  readonly user: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly allDay: boolean;
  readonly title: string | null;
  readonly comments: string | null;
  /** Where it comes from, when a program keeps it in step with a calendar. */
  readonly service: string | null;
  readonly calendarId: string | null;
  readonly eventId: string | null;
}

/** What users put under their mails. */
export interface EmailSignature {
  readonly user: string;
  readonly name: string;
  readonly content: string;
  readonly editorMode: 'plain_text' | 'rich_text';
  /** It goes with mails of the user's address. */
  readonly isDefault: boolean;
}

export const composeTypes = ['default', 'emailin', 'mass_mail'] as const;

/** How a user's mails begin; its id is the user's. */
export type EmailCompose = Readonly<Partial<Record<(typeof composeTypes)[number], ComposeSettings>>>;

export interface ComposeSettings {
  readonly font: { readonly size: number; readonly family: string };
  readonly from: ComposeAddress;
  readonly replyTo: ComposeAddress;
}

export interface ComposeAddress {
  readonly type: 'primary' | 'org_email';
  readonly name: string | null;
  readonly email: string;
}

export interface FiscalYear {
  readonly startMonth: string;
  readonly displayBasedOn: 'start_month' | 'end_month';
}

/** The areas, and what an item of each is made of; values of fields stand in their stored form. */
export interface SettingAreas {
  readonly currency: CurrencyDefinition;
  readonly tax: TaxDefinition;
  readonly tax_preference: TaxPreference;
  readonly contact_role: ContactRole;
  readonly user_group: UserGroup;
  readonly data_sharing: DataSharing;
  readonly sharing_rule: SharingRule;
  readonly business_hours: BusinessHours;
  readonly holiday: Holiday;
  readonly shift_hours: ShiftHours;
  readonly users_unavailability: Unavailability;
  readonly fiscal_year: FiscalYear;
  readonly email_signature: EmailSignature;
  readonly email_compose: EmailCompose;
  readonly blueprint: Blueprint;
  readonly duplicate_check: DuplicateCheck;
  readonly global_pick_list: GlobalPickList;
  readonly layout: LayoutDefinition;
  readonly locking_configuration: LockingConfiguration;
  readonly mail_template: MailTemplate;
  readonly map_dependency: MapDependency;
  readonly scoring_rule: ScoringRule;
  readonly view_sort: ViewSort;
}
export type SettingArea = keyof SettingAreas;

/** An item of an area. */
export interface Setting<Area extends SettingArea = SettingArea> {
  readonly id: string;
  /** Number of the module that it is about; 0 where it is about none, or about several. */
  readonly module: number;
  readonly definition: SettingAreas[Area];
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
}

/** The items of all areas. */
export type Settings = { readonly [Area in SettingArea]?: readonly Setting<Area>[] };
