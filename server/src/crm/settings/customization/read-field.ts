import { creatableTypes, findKind, kindOfType } from '../../fields/field-kinds.ts';
import type { Definition, LengthRule } from '../../fields/model/kind.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { DataType } from '../../kernel/metadata/metadata.ts';
import { buildField, type FieldSource, type ModuleSource } from '../../kernel/metadata/standard-modules.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import { readAttributes } from './field-attributes.ts';
import { readAutoNumber, readLookup } from './field-details.ts';
import { apiNameFor, apiNamePattern, hasField, isApiName } from './field-names.ts';
import { type FieldTask, fail, type ModuleTask, type Reading } from './field-task.ts';
import { readFormula } from './formula-field.ts';
import { readLinking } from './linking-field.ts';
import { readPickList } from './pick-list.ts';
import { readRollup } from './rollup-field.ts';
import { readSubform } from './subform-field.ts';

const label = itemField('field_label', 'text', 100, true);
const plain = [label, itemField('data_type', 'text', 40, true), itemField('api_name', 'text', 80)];

/** A field to be created, without its key, and the module that comes with it. */
export interface NewField {
  readonly source: FieldSource;
  readonly module?: ModuleSource;
}

/** Reads an item of POST /settings/fields. */
export function readNewField(raw: unknown, task: ModuleTask): Reading<NewField> {
  const reading = readPlainItem(raw, plain, task.at, true);
  if (reading.failure) return reading;
  const { values, item } = reading;
  const inRows = task.module.generatedType === 'subform';
  const dataType = String(values.get('data_type')) as DataType;
  const type = findKind(dataType)?.definition;
  if (!type || (inRows && !type.inRows)) {
    const supported_values = creatableTypes.filter((name) => !inRows || kindOfType(name).definition?.inRows);
    return fail('INVALID_DATA', task, 'data_type', { supported_values });
  }
  const named = readNames(values.get('api_name'), String(values.get('field_label')), task);
  if (named.failure) return named;
  const base: FieldSource = { id: task.newId(), type: dataType, length: 0, ui_type: type.uiType, ...named.value };
  const withModule = readModule(type, item, base, task);
  if (withModule.failure) return withModule;
  const source = merged({ ...base, ...withModule.value.field }, [
    () => readLength(item, type, task),
    () => readDecimals(item, type, task),
    () => readDetails(type, dataType, item, task),
    (soFar) => readAttributes(item, buildField({ ...soFar, custom: true }), type, task),
  ]);
  if (source.failure) return source;
  const { module } = withModule.value;
  return { value: { source: source.value, ...(module ? { module } : {}) } };
}

/** The module that a field of this type has, if it has one. */
function readModule(
  { details }: Definition,
  item: JsonObject,
  base: FieldSource,
  task: ModuleTask,
): Reading<{ readonly field: Partial<FieldSource>; readonly module?: ModuleSource }> {
  switch (details) {
    case 'linking':
      return readLinking(item, base.type as DataType, base, task);
    case 'rows':
      return readSubform(base, task);
    default:
      return { value: { field: {} } };
  }
}

/** The definition with the parts that the readers find, or the first failure. */
function merged(base: FieldSource, readers: readonly ((soFar: FieldSource) => Reading)[]): Reading<FieldSource> {
  let value = base;
  for (const read of readers) {
    const part = read(value);
    if (part.failure) return part;
    value = { ...value, ...part.value };
  }
  return { value };
}

function readNames(given: unknown, label: string, task: FieldTask): Reading<{ label: string; api_name: string }> {
  const isTaken = (name: string) => hasField(task.module, name);
  const failure = labelFailure(label, task, null);
  if (failure) return { failure };
  if (given === undefined || given === null) {
    return { value: { label, api_name: apiNameFor(label, 'Custom_Field', isTaken) } };
  }
  const apiName = String(given);
  if (!isApiName(apiName)) return fail('INVALID_DATA', task, 'api_name', { regex: apiNamePattern });
  if (isTaken(apiName)) return fail('DUPLICATE_DATA', task, 'api_name', {});
  return { value: { label, api_name: apiName } };
}

/** Labels are what people tell fields apart by. `self` is the API name of the field that has it already. */
export function labelFailure(label: string, task: FieldTask, self: string | null): ErrorBody | undefined {
  const folded = label.toLowerCase();
  const same = task.module.fields.find((field) => field.label.toLowerCase() === folded && field.apiName !== self);
  return same && fail('DUPLICATE_DATA', task, 'field_label', {}).failure;
}

/** `length` as the type allows it. */
export function readLength(item: JsonObject, { length: rule }: Definition, task: FieldTask): Reading {
  if ('fixed' in rule) return { value: { length: rule.fixed } };
  const given = item.length ?? impliedLength(item, rule);
  if (given === undefined) return { value: { length: rule.otherwise } };
  const length = typeof given === 'string' && /^\d{1,6}$/.test(given) ? Number(given) : given;
  if (typeof length !== 'number' || !Number.isInteger(length)) {
    return fail('INVALID_DATA', task, 'length', { expected_data_type: 'integer' });
  }
  if ('choices' in rule) {
    if (rule.choices.includes(length)) return { value: { length } };
    return fail('INVALID_DATA', task, 'length', { supported_values: rule.choices });
  }
  if (length > rule.to) return fail('INVALID_DATA', task, 'length', { maximum_length: rule.to });
  return length < rule.from
    ? fail('INVALID_DATA', task, 'length', { minimum_length: rule.from })
    : { value: { length } };
}

const areas: Readonly<Record<string, number>> = { small: 2000, large: 32_000, rich_text: 50_000 };

/** Areas of text are named by their size: `textarea:{"type":"large"}`. */
function impliedLength({ textarea }: JsonObject, rule: LengthRule): number | undefined {
  if (!('choices' in rule) || !isJsonObject(textarea)) return undefined;
  return areas[String(textarea.type)];
}

/** Decimals and rounding of numbers; `before` has what the item does not name. */
export function readDecimals(
  item: JsonObject,
  { decimals: rule }: Definition,
  task: FieldTask,
  before?: { readonly decimals: number },
): Reading {
  if (!rule) return { value: {} };
  const currency = isJsonObject(item.currency) ? item.currency : {};
  for (const [name, given] of [
    ['decimal_place', item.decimal_place],
    ['currency.precision', currency.precision],
  ] as const) {
    if (given === undefined || given === null) continue;
    if (!Number.isInteger(given)) return fail('INVALID_DATA', task, name, { expected_data_type: 'integer' });
    if ((given as number) < 0 || (given as number) > rule.most) {
      return fail('INVALID_DATA', task, name, { maximum_length: rule.most });
    }
  }
  const rounding = readRounding(currency, task);
  if (rounding.failure) return rounding;
  const decimals = (currency.precision ?? item.decimal_place ?? before?.decimals ?? rule.otherwise) as number;
  return { value: { decimals, ...rounding.value } };
}

const roundings = ['normal', 'round_off', 'round_up', 'round_down'] as const;

function readRounding({ rounding_option: given }: JsonObject, task: FieldTask): Reading {
  if (given === undefined || given === null) return { value: {} };
  const rounding = roundings.find((each) => each === given);
  if (rounding) return { value: { rounding } };
  return fail('INVALID_DATA', task, 'currency.rounding_option', { supported_values: roundings });
}

/** What only fields of one type have. */
function readDetails({ details }: Definition, type: DataType, item: JsonObject, task: FieldTask): Reading {
  switch (details) {
    case 'choices':
      return readPickList(item, type, task);
    case 'numbering':
      return readAutoNumber(item, task);
    case 'target':
      return readLookup(item, task);
    case 'rollup':
      return readRollup(item, task);
    case 'formula': {
      const formula = readFormula(item, task);
      return formula.failure ? formula : { value: { ...formula.value, read_only: true } };
    }
    default:
      return { value: {} };
  }
}
