import { kindOf } from '../../fields/field-kinds.ts';
import type { RecordView } from '../../fields/model/view.ts';
import { type Field, isFieldOf, type Module } from '../../kernel/metadata/metadata.ts';
import { constantsOf, systemFields, type VariableKey } from '../../kernel/metadata/system-keys.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { currencyOf } from '../../kernel/space/currencies.ts';
import type { Version } from '../../kernel/versions.ts';
import { approvalState, isApproved } from '../../store/records/approval.ts';
import { isCancelled } from '../cancelled.ts';
import { isLocked } from '../locked.ts';
import { lineTaxes } from '../rules/line-totals.ts';
import { mostRowsShown, showField } from './record-view.ts';

/**
 * Records as JSON text. What does not depend on the record is prepared once for each module: the keys, the `$` keys
 * that are constant, and how each field is shown.
 */
interface Member {
  readonly name: string;
  /** `"Company":` */
  readonly key: string;
  readonly show: (record: StoredRecord, view: RecordView) => unknown;
  readonly field: Field | null;
}

/** What a call wants to see of a module's records. */
export interface RecordShape {
  readonly members: readonly Member[];
  /** JSON of keys that are the same for all records, with a comma before each; may be empty. */
  readonly constants: string;
  /** Fields that point to other records or hold rows that do. */
  readonly referring: readonly Field[];
}

/** `$` keys that depend on the record, the module or the organization; undefined for modules that lack them. */
const variableKeys: Readonly<Record<VariableKey, (module: Module) => Member['show'] | undefined>> = {
  $currency_symbol:
    () =>
    (record, { space }) =>
      (typeof record.data.Currency === 'string' ? currencyOf(space, record.data.Currency)?.symbol : undefined) ??
      space.contents.settings.currencySymbol,
  $converted: () => (record) => record.converted,
  $approved: () => isApproved,
  $approval_state: () => approvalState,
  // Nobody may change a locked record, whoever locked it.
  $locked_for_me: () => isLocked,
  $has_more: (module) => {
    const fields = module.fields.filter(holdsRows);
    return (record, view) =>
      Object.fromEntries(fields.map((field) => [field.apiName, rowCount(record, field, view) > mostRowsShown]));
  },
  $se_module: ofActivities((record) => (record.data.What_Id as { module?: string } | undefined)?.module ?? null),
  $event_cancelled: ofActivities(isCancelled),
  // By which calendars know the event again.
  $u_id: ({ traits }) => (traits.calendar ? ({ id }) => id : undefined),
  $taxable: ({ traits }) => (traits.sold ? ({ data }) => data.Taxable === true : undefined),
  $line_tax: ({ traits: { lineItems: items } }) => {
    return items === undefined ? undefined : (record) => lineTaxes(record.data[items]);
  },
};

function ofActivities(show: Member['show']): (module: Module) => Member['show'] | undefined {
  return ({ traits }) => (traits.activity ? show : undefined);
}

function rowCount({ data }: StoredRecord, { key, linking }: Field, { links }: RecordView): number {
  if (linking) return links?.get(key)?.length ?? 0;
  const rows = data[key];
  return Array.isArray(rows) ? rows.length : 0;
}

/** Where records are shown: since v3 their rows are in the answer to a single record only. */
type Place = 'alone' | 'list';

/** Shapes that were asked for last, by module: a client asks for the same ones again and again. */
const shapes = new WeakMap<Module, Map<string, RecordShape>>();
const maxShapes = 200;

/** The shape of a single record: the named fields and `$` keys, and the id; without names, everything. */
export function recordShape(module: Module, version: Version, names?: readonly string[]): RecordShape {
  return shapeFor(module, version, 'alone', names);
}

/** The same for a record among others. */
export function listShape(module: Module, version: Version, names?: readonly string[]): RecordShape {
  return shapeFor(module, version, 'list', names);
}

function shapeFor(module: Module, version: Version, place: Place, names: readonly string[] | undefined): RecordShape {
  let known = shapes.get(module);
  if (!known) {
    known = new Map();
    shapes.set(module, known);
  }
  const key = `${version.name}/${place}/${names?.join(',') ?? ''}`;
  let shape = known.get(key);
  if (!shape) {
    if (known.size >= maxShapes) known.clear();
    const shown = (field: Field) => isShown(field, version, place);
    shape = names ? namedShape(module, version, names, shown) : wholeShape(module, version, shown, place);
    if (place === 'list') shape = { ...shape, members: shape.members.map(shortened) };
    known.set(key, shape);
  }
  return shape;
}

function isShown(field: Field, version: Version, place: Place): boolean {
  if (!isFieldOf(version, field)) return false;
  return place === 'alone' || !holdsRows(field) || (version.number < 3 && !field.linking);
}

function holdsRows(field: Field): boolean {
  const { holds } = kindOf(field);
  return holds === 'rows' || holds === 'links';
}

const longestInLists = 500;
/** Longer texts are rich texts. */
const longestPlainText = 32_000;

export function isRichText(field: Field): boolean {
  return kindOf(field).multiline && field.length > longestPlainText;
}

/** Lists show the beginning of rich texts; the whole is asked for record by record, or as `fetch_full_data`. */
function shortened(member: Member): Member {
  const { field, show } = member;
  if (!field || !isRichText(field)) return member;
  return {
    ...member,
    show: (record, view) => {
      const value = show(record, view);
      return typeof value === 'string' ? value.slice(0, longestInLists).toWellFormed() : value;
    },
  };
}

type IsShown = (field: Field) => boolean;

function wholeShape(module: Module, version: Version, shown: IsShown, place: Place): RecordShape {
  const isRecord = place === 'alone' && !module.traits.partOfRecord;
  const missing = isRecord ? systemFields.filter(({ apiName }) => !module.field.has(apiName)) : [];
  const shape = shapeOf([
    ...[...module.fields, ...missing].filter(shown).map((field) => fieldPart(module, field, version)),
    ...Object.keys(variableKeys).flatMap((key) => variablePart(module, key)),
  ]);
  const constants = JSON.stringify(constantsOf(module)).slice(1, -1);
  return { ...shape, constants: `,${constants}` };
}

function namedShape(module: Module, version: Version, names: readonly string[], shown: IsShown): RecordShape {
  const constants = constantsOf(module);
  const members = [...new Set(['id', ...names])].flatMap((name): Member[] => {
    const field = module.field.get(name);
    if (field) return shown(field) ? [fieldPart(module, field, version)] : [];
    if (Object.hasOwn(variableKeys, name)) return variablePart(module, name);
    if (Object.hasOwn(constants, name)) return [{ ...keyed(name), show: () => constants[name], field: null }];
    return [];
  });
  return shapeOf(members);
}

/** Whether values of a field name other records, or hold rows that do. */
function pointsToRecords(field: Field): boolean {
  const { references, holds } = kindOf(field);
  return references !== null || holds === 'rows';
}

function shapeOf(members: readonly Member[]): RecordShape {
  const referring = members
    .map((member) => member.field)
    .filter((field) => field !== null)
    .filter(pointsToRecords);
  return { members, constants: '', referring };
}

function keyed(name: string): { name: string; key: string } {
  return { name, key: `${JSON.stringify(name)}:` };
}

function fieldPart(module: Module, field: Field, version: Version): Member {
  return { ...keyed(field.apiName), show: showField(module, field, version), field };
}

function variablePart(module: Module, name: string): Member[] {
  const show = variableKeys[name as VariableKey]?.(module);
  return show ? [{ ...keyed(name), show, field: null }] : [];
}

/** One record as JSON text. */
export function renderRecord(shape: RecordShape, record: StoredRecord, view: RecordView): string {
  let text = '';
  for (const { key, show } of shape.members) {
    const value = show(record, view);
    text += text === '' ? key : `,${key}`;
    text += value === null || value === undefined ? 'null' : JSON.stringify(value);
  }
  return `{${text}${shape.constants}}`;
}
