import type { DataType, Field } from '../kernel/metadata/metadata.ts';
import { valueType } from '../kernel/metadata/metadata.ts';
import { id } from './comparisons/ids.ts';
import { kind as ALARM } from './kinds/ALARM.ts';
import { kind as autonumber } from './kinds/autonumber.ts';
import { kind as bigint } from './kinds/bigint.ts';
import { kind as boolean } from './kinds/boolean.ts';
import { kind as consent_lookup } from './kinds/consent_lookup.ts';
import { kind as currency } from './kinds/currency.ts';
import { kind as date } from './kinds/date.ts';
import { kind as datetime } from './kinds/datetime.ts';
import { kind as double } from './kinds/double.ts';
import { kind as email } from './kinds/email.ts';
import { kind as event_reminder } from './kinds/event_reminder.ts';
import { kind as fileupload } from './kinds/fileupload.ts';
import { kind as formula } from './kinds/formula.ts';
import { kind as imageupload } from './kinds/imageupload.ts';
import { kind as integer } from './kinds/integer.ts';
import { kind as layout } from './kinds/layout.ts';
import { kind as linetax } from './kinds/linetax.ts';
import { kind as lookup } from './kinds/lookup.ts';
import { kind as multi_module_lookup } from './kinds/multi_module_lookup.ts';
import { kind as multireminder } from './kinds/multireminder.ts';
import { kind as multiselectlookup } from './kinds/multiselectlookup.ts';
import { kind as multiselectpicklist } from './kinds/multiselectpicklist.ts';
import { kind as multiuserlookup } from './kinds/multiuserlookup.ts';
import { kind as ownerlookup } from './kinds/ownerlookup.ts';
import { kind as participants } from './kinds/participants.ts';
import { kind as percent } from './kinds/percent.ts';
import { kind as phone } from './kinds/phone.ts';
import { kind as picklist } from './kinds/picklist.ts';
import { kind as profileimage } from './kinds/profileimage.ts';
import { kind as RRULE } from './kinds/RRULE.ts';
import { kind as rollup_summary } from './kinds/rollup_summary.ts';
import { kind as subform } from './kinds/subform.ts';
import { kind as territories } from './kinds/territories.ts';
import { kind as text } from './kinds/text.ts';
import { kind as textarea } from './kinds/textarea.ts';
import { kind as userlookup } from './kinds/userlookup.ts';
import { kind as website } from './kinds/website.ts';
import type { Comparison } from './model/comparison.ts';
import type { FieldKind } from './model/kind.ts';

/** The kind of each data type, those first that organizations make fields of, in the order in which answers list them. */
const kinds: Readonly<Record<DataType, FieldKind>> = {
  text,
  textarea,
  email,
  phone,
  website,
  picklist,
  multiselectpicklist,
  integer,
  bigint,
  double,
  currency,
  percent,
  boolean,
  date,
  datetime,
  lookup,
  userlookup,
  multiselectlookup,
  multiuserlookup,
  subform,
  autonumber,
  formula,
  fileupload,
  imageupload,
  multi_module_lookup,
  ownerlookup,
  consent_lookup,
  layout,
  profileimage,
  rollup_summary,
  territories,
  linetax,
  ALARM,
  RRULE,
  event_reminder,
  multireminder,
  participants,
};

export const fieldKinds: ReadonlyMap<DataType, FieldKind> = new Map(Object.entries(kinds) as [DataType, FieldKind][]);

/** The types that fulfil something, in the order in which answers list them. */
function typesThat(fulfil: (kind: FieldKind) => unknown): readonly DataType[] {
  return [...fieldKinds].flatMap(([name, kind]) => (fulfil(kind) ? [name] : []));
}

/** The types of fields that organizations make, of those that name records, and that formulas return (crm-api 7.2). */
export const creatableTypes = typesThat(({ definition }) => definition);
export const namingTypes = typesThat(({ definition }) => definition?.names);
export const returnTypes = typesThat(({ formula: by }) => by?.result);

export function kindOfType(type: DataType): FieldKind {
  return kinds[type];
}

/** The kind of this name, which may be any text. */
export function findKind(name: string): FieldKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name as DataType] : undefined;
}

/** The kind of a field. */
export function kindOf({ dataType }: Pick<Field, 'dataType'>): FieldKind {
  return kinds[dataType];
}

/** The kind of a field's values: what a formula of an organization computes is a value like others. */
export function valueKindOf(field: Field): FieldKind {
  return kinds[valueType(field)];
}

/** How values of a field are held against each other; null: not at all. */
export function comparisonOf(field: Field): Comparison | null {
  if (field.apiName === 'id') return id;
  return field.apiName === 'Tag' ? null : kinds[field.formula?.returnType ?? field.dataType].comparison;
}

/** What a field's values are in JSON. */
export function jsonTypeOf({ jsonType, formula, dataType }: Field): string {
  return jsonType ?? kinds[formula?.returnType ?? dataType].jsonType;
}

/** Decimals that a field's numbers are rounded to. */
export function decimalsOf(field: Field): number {
  return field.decimals ?? kindOf(field).decimals ?? 0;
}

/** How a field without a value is shown. */
export function emptyOf(field: Field): [] | false | null {
  if (jsonTypeOf(field) === 'jsonarray') return [];
  return valueKindOf(field).comparison?.whenEmpty === false ? false : null;
}
