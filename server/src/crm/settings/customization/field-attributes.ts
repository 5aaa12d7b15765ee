import { kindOf } from '../../fields/field-kinds.ts';
import type { Definition } from '../../fields/model/kind.ts';
import { readValue } from '../../fields/read-value.ts';
import { isStorable } from '../../fields/values/texts.ts';
import { readTruth } from '../../fields/values/truth.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Field, FieldRestriction } from '../../kernel/metadata/metadata.ts';
import type { FieldSource } from '../../kernel/metadata/standard-modules.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';

const longestTooltip = 255;

/** What fields of all types may have: uniqueness, external ids, tooltip, default, and what profiles may do with it. */
export function readAttributes(item: JsonObject, field: Field, type: Definition, task: FieldTask): Reading {
  if (item.crypt !== undefined && item.crypt !== null && item.crypt !== false) {
    // Values that were said to be encrypted and are not would be worse than a refusal.
    return fail('NOT_SUPPORTED', task, 'crypt', {});
  }
  let value: Partial<FieldSource> = {};
  for (const read of [readUnique, readExternal, readTooltip, readDefault, readRestrictions]) {
    const part = read(item, field, type, task);
    if (part.failure) return part;
    value = { ...value, ...part.value };
  }
  // Two new records that say nothing would have the same value.
  if (value.unique && (value.default_value ?? field.defaultValue) !== null) {
    return fail('NOT_SUPPORTED', task, 'default_value', {});
  }
  return { value };
}

type Reader = (item: JsonObject, field: Field, type: Definition, task: FieldTask) => Reading;

/** `unique:{case_sensitive}`; `{}` and null are what other fields have, `{_disable:null}` ends it. */
const readUnique: Reader = ({ unique: given }, field, type, task) => {
  if (given === undefined || given === null || given === false) return { value: {} };
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, 'unique', { expected_data_type: 'jsonobject' });
  if (Object.hasOwn(given, '_disable')) {
    // External ids tell records apart, whatever else is asked for.
    return field.external
      ? fail('NOT_SUPPORTED', task, 'unique._disable', {})
      : { value: { unique: false, case_sensitive: false } };
  }
  const sensitive = given.case_sensitive ?? given.casesensitive;
  if (sensitive === undefined || sensitive === null) return { value: {} };
  const flag = readTruth(sensitive) ?? sensitive;
  if (typeof flag !== 'boolean') {
    return fail('INVALID_DATA', task, 'unique.case_sensitive', { expected_data_type: 'boolean' });
  }
  if (!type.unique || task.module.generatedType === 'subform') return fail('NOT_SUPPORTED', task, 'unique', {});
  return { value: { unique: true, case_sensitive: flag } };
};

const owners = ['org', 'user'] as const;

/** `external:{type, show}`: values of the field may stand for ids, so they are unique. */
const readExternal: Reader = ({ external: given }, field, type, task) => {
  if (given === undefined) return { value: {} };
  if (given === null || (isJsonObject(given) && Object.hasOwn(given, '_disable'))) {
    return { value: field.external ? { external: null } : {} };
  }
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, 'external', { expected_data_type: 'jsonobject' });
  if (given.type === undefined || given.type === null) return fail('MANDATORY_NOT_FOUND', task, 'external.type', {});
  const owner = owners.find((each) => each === given.type);
  if (!owner) return fail('INVALID_DATA', task, 'external.type', { supported_values: owners });
  const show = given.show ?? false;
  if (typeof show !== 'boolean') {
    return fail('INVALID_DATA', task, 'external.show', { expected_data_type: 'boolean' });
  }
  if (!type.unique || task.module.generatedType === 'subform') return fail('NOT_SUPPORTED', task, 'external', {});
  return { value: { external: { type: owner, show }, unique: true } };
};

const tooltips = ['static_text', 'info_icon'] as const;

const readTooltip: Reader = ({ tooltip: given }, _field, _type, task) => {
  if (given === undefined) return { value: {} };
  if (given === null) return { value: { tooltip: null } };
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, 'tooltip', { expected_data_type: 'jsonobject' });
  const name = tooltips.find((each) => each === given.name);
  if (!name) return fail('INVALID_DATA', task, 'tooltip.name', { supported_values: tooltips });
  const { value } = given;
  if (typeof value !== 'string' || value === '' || !isStorable(value)) {
    return fail('INVALID_DATA', task, 'tooltip.value', { expected_data_type: 'text' });
  }
  if (value.length > longestTooltip) {
    return fail('INVALID_DATA', task, 'tooltip.value', { maximum_length: longestTooltip });
  }
  return { value: { tooltip: { name, value } } };
};

/** A default must be a value of the field; the official clients write all of them as text. */
const readDefault: Reader = ({ default_value: given }, field, type, task) => {
  if (given === undefined) return { value: {} };
  if (given === null || given === '') return { value: { default_value: null } };
  if (!type.hasDefault || field.unique) return fail('NOT_SUPPORTED', task, 'default_value', {});
  const value = typeof given === 'string' ? kindOf(field).fromText(given) : given;
  const reading = readValue(value, field, { item: {} });
  if (reading.problem) return fail('INVALID_DATA', task, 'default_value', reading.problem.details);
  return { value: { default_value: value } };
};

const permissions = ['read_write', 'read_only', 'hidden'] as const;

/** `profiles:[{id, permission_type}]`: profiles that are not named keep what they have. */
const readRestrictions: Reader = ({ profiles: given }, field, _type, task) => {
  if (given === undefined || given === null) return { value: {} };
  if (!Array.isArray(given)) return fail('INVALID_DATA', task, 'profiles', { expected_data_type: 'jsonarray' });
  // Records cannot do without what the platform itself needs of them.
  if (!field.custom && (field.mandatory || field.readOnly || !kindOf(field).definition || field.apiName === 'Tag')) {
    return fail('NOT_SUPPORTED', task, 'profiles', {});
  }
  const restrictions = new Map<string, FieldRestriction>(field.restrictions);
  for (const [index, raw] of given.entries()) {
    const at = `profiles[${index}]`;
    const id = isJsonObject(raw) ? readId(raw.id) : undefined;
    const profile = task.space.contents.profiles.find((each) => each.id === id);
    if (!isJsonObject(raw) || !profile) return fail('INVALID_DATA', task, `${at}.id`, {});
    const permission = permissions.find((each) => each === raw.permission_type);
    if (!permission) return fail('INVALID_DATA', task, `${at}.permission_type`, { supported_values: permissions });
    if (permission === 'read_write') restrictions.delete(profile.id);
    else restrictions.set(profile.id, permission);
  }
  return { value: { restrictions: Object.fromEntries(restrictions) } };
};
