import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { LockingConfiguration, LockingRule, LockType } from '../../kernel/space/locking-configuration.ts';
import { checkRuleCriteria } from '../../language/query/read-criteria.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';

export const lockingLimits = { rules: 20, fields: 100, profiles: 100 } as const;
export const lockTypes: readonly LockType[] = ['manual', 'automatic', 'both'];

const ruleFields = [itemField('name', 'text', 100, true), itemField('lock_existing_records', 'boolean', 5)];

/** What of the original this platform does not have; what asks for it is refused. */
const absent = ['lock_for_portal_users', 'restricted_custom_buttons', 'restricted_communications'] as const;

/** A configuration as an item asks for it; without `before` a new one. Rules that are not mentioned stay. */
export function readConfiguration(
  call: CrmCall,
  module: Module,
  raw: unknown,
  path: string,
  before: LockingConfiguration | undefined,
  newIds: readonly string[],
): LockingConfiguration | ErrorBody {
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path });
  const at = (key: string) => ({ api_name: key, json_path: `${path}.${key}` });
  const given = raw.lock_type ?? before?.lockType ?? undefined;
  if (given === undefined) return errorBody('MANDATORY_NOT_FOUND', at('lock_type'));
  const lockType = lockTypes.find((each) => each === given);
  if (!lockType) return errorBody('INVALID_DATA', { ...at('lock_type'), supported_values: lockTypes });
  for (const key of absent) {
    const value = raw[key] ?? false;
    if (value !== false && !(Array.isArray(value) && value.length === 0)) return errorBody('NOT_SUPPORTED', at(key));
  }
  const names = new Map([...module.field.values()].map(({ apiName, idSuffix }) => [call.space.id(idSuffix), apiName]));
  const excludedFields = readReferences(raw, 'excluded_fields', path, lockingLimits.fields, ({ api_name, id }) =>
    typeof api_name === 'string' ? module.field.get(api_name)?.apiName : names.get(readId(id) ?? ''),
  );
  if (excludedFields && !Array.isArray(excludedFields)) return excludedFields as ErrorBody;
  const excludedProfiles = readReferences(raw, 'lock_excluded_profiles', path, lockingLimits.profiles, ({ id }) =>
    call.space.contents.profiles.map((profile) => profile.id).find((each) => each === readId(id)),
  );
  if (excludedProfiles && !Array.isArray(excludedProfiles)) return excludedProfiles as ErrorBody;
  const rules = readRules(module, raw, path, before?.rules ?? [], newIds);
  if (!Array.isArray(rules)) return rules as ErrorBody;
  if (lockType !== 'manual' && rules.length === 0) return errorBody('MANDATORY_NOT_FOUND', at('locking_rules'));
  return {
    lockType,
    excludedFields: (excludedFields as string[] | undefined) ?? before?.excludedFields ?? [],
    excludedProfiles: (excludedProfiles as string[] | undefined) ?? before?.excludedProfiles ?? [],
    rules,
  };
}

/** What a list of references names; undefined when the item says nothing of it. */
function readReferences(
  raw: JsonObject,
  key: string,
  path: string,
  maximum: number,
  find: (item: JsonObject) => string | undefined,
): readonly string[] | ErrorBody | undefined {
  const items = raw[key] ?? undefined;
  if (items === undefined) return undefined;
  const place = { api_name: key, json_path: `${path}.${key}` };
  if (!Array.isArray(items)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (items.length > maximum) return errorBody('LIMIT_EXCEEDED', { limit: maximum, ...place });
  const found: string[] = [];
  for (const [index, item] of items.entries()) {
    const one = isJsonObject(item) ? find(item) : undefined;
    if (one === undefined) {
      return errorBody('INVALID_DATA', { api_name: key, json_path: `${place.json_path}[${index}]` }, idInvalid);
    }
    found.push(one);
  }
  return found;
}

function readRules(
  module: Module,
  raw: JsonObject,
  path: string,
  before: readonly LockingRule[],
  newIds: readonly string[],
): LockingRule[] | ErrorBody {
  const items = raw.locking_rules ?? undefined;
  if (items === undefined) return [...before];
  const place = { api_name: 'locking_rules', json_path: `${path}.locking_rules` };
  if (!Array.isArray(items)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (items.length > lockingLimits.rules) return errorBody('LIMIT_EXCEEDED', { limit: lockingLimits.rules, ...place });
  const rules = [...before];
  for (const [index, item] of items.entries()) {
    const at = `${place.json_path}[${index}]`;
    const id = isJsonObject(item) ? (item.id ?? undefined) : undefined;
    const known = id === undefined ? -1 : rules.findIndex((rule) => rule.id === readId(id));
    if (id !== undefined && known < 0)
      return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${at}.id` }, idInvalid);
    if (isJsonObject(item) && known >= 0 && item._delete === true) {
      rules.splice(known, 1);
      continue;
    }
    const rule = readRule(module, item, at, rules[known], newIds[index] as string);
    if ('code' in rule) return rule;
    if (known < 0) rules.push(rule);
    else rules[known] = rule;
  }
  if (rules.length <= lockingLimits.rules) return rules;
  return errorBody('LIMIT_EXCEEDED', { limit: lockingLimits.rules, ...place });
}

function readRule(
  module: Module,
  raw: unknown,
  path: string,
  before: LockingRule | undefined,
  newId: string,
): LockingRule | ErrorBody {
  const reading = readPlainItem(raw, ruleFields, path, before === undefined);
  if (reading.failure) return reading.failure;
  const { item, values } = reading;
  const criteria = item.criteria ?? before?.criteria ?? undefined;
  if (criteria === undefined)
    return errorBody('MANDATORY_NOT_FOUND', { api_name: 'criteria', json_path: `${path}.criteria` });
  const { failure } = checkRuleCriteria(module, criteria, `${path}.criteria`);
  if (failure) return failure;
  return {
    id: before?.id ?? newId,
    name: (values.get('name') ?? before?.name) as string,
    criteria: criteria as object,
    locksExisting: (values.get('lock_existing_records') ?? before?.locksExisting) === true,
  };
}
