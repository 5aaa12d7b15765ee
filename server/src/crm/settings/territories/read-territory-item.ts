import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Space } from '../../kernel/space/space.ts';
import { type PermissionType, permissionTypes, type Territory } from '../../kernel/space/territory.ts';
import { territoryModules, withBelow } from '../../kernel/space/territory-rules.ts';
import { checkRuleCriteria } from '../../language/query/read-criteria.ts';
import { territoryApiName } from '../../store/load-territories.ts';
import { itemField, readPlainItem, referenceIn } from '../../wire/item-list.ts';

const fields = [
  itemField('name', 'text', 100, true),
  itemField('description', 'textarea', 3000),
  itemField('permission_type', 'text', 30),
];

/** What an item says of a territory; what is absent stays as it is. */
export type TerritoryChanges = Partial<
  Pick<Territory, 'name' | 'apiName' | 'reportsTo' | 'managerId' | 'description' | 'permissionType' | 'criteria'>
>;

/** Reads an item of a write; `self` is the territory that it changes, null for a new one. */
export function readTerritoryItem(
  call: CrmCall,
  raw: unknown,
  jsonPath: string,
  territories: readonly Territory[],
  self: Territory | null,
): { readonly changes: TerritoryChanges } | { readonly failure: ErrorBody } {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return { failure: reading.failure };
  const { item, values } = reading;
  const place = (key: string) => ({ api_name: key.split('.')[0], json_path: `${jsonPath}.${key}` });
  const name = values.get('name') as string | undefined;
  const folded = name?.toLowerCase();
  if (territories.some((each) => each !== self && each.name.toLowerCase() === folded)) {
    return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  }
  const permissionType = values.get('permission_type') as PermissionType | undefined | null;
  if (permissionType && !permissionTypes.includes(permissionType)) {
    return {
      failure: errorBody('INVALID_DATA', { ...place('permission_type'), supported_values: permissionTypes }),
    };
  }
  const above = readAbove(item, territories, self);
  if (typeof above === 'object' && above !== null) return { failure: errorBody(above.code, place(above.at)) };
  const manager = readManager(call, item.manager);
  if (manager === false) return { failure: errorBody('INVALID_DATA', place('manager.id'), idInvalid) };
  const criteria = readCriteriaOf(call.space, item, jsonPath, self);
  if ('failure' in criteria) return criteria;
  const description = values.get('description') as string | null | undefined;
  return {
    changes: {
      ...(name === undefined ? {} : { name, apiName: territoryApiName(name) }),
      ...(above === undefined ? {} : { reportsTo: above }),
      ...(manager === undefined ? {} : { managerId: manager }),
      ...(description === undefined ? {} : { description }),
      ...(permissionType ? { permissionType } : {}),
      criteria: criteria.criteria,
    },
  };
}

/** The territory that it is to report to; undefined leaves that as it is. */
function readAbove(
  { reporting_to: raw }: JsonObject,
  territories: readonly Territory[],
  self: Territory | null,
): string | null | undefined | { readonly code: 'MANDATORY_NOT_FOUND' | 'INVALID_DATA'; readonly at: string } {
  if (raw === undefined && self !== null) return undefined;
  if (self?.reportsTo === null) return raw === null ? undefined : { code: 'INVALID_DATA', at: 'reporting_to' };
  if (raw === undefined || raw === null) return { code: 'MANDATORY_NOT_FOUND', at: 'reporting_to' };
  const id = referenceIn(raw);
  const known = id !== undefined && territories.some((each) => each.id === id);
  // A territory cannot report to itself, however far below.
  const circle = known && self !== null && withBelow(territories, self.id).has(id);
  return known && !circle ? id : { code: 'INVALID_DATA', at: isJsonObject(raw) ? 'reporting_to.id' : 'reporting_to' };
}

/** The manager's id, null for none, undefined to leave it, false when there is no such user. */
function readManager({ space }: CrmCall, raw: unknown): string | null | undefined | false {
  if (raw === undefined || raw === null) return raw;
  const id = referenceIn(raw);
  return id !== undefined && space.user(id)?.status === 'active' ? id : false;
}

function readCriteriaOf(
  space: Space,
  item: JsonObject,
  jsonPath: string,
  self: Territory | null,
): { readonly criteria: Territory['criteria'] } | { readonly failure: ErrorBody } {
  const criteria: Record<string, unknown> = { ...self?.criteria };
  for (const [name, { criteriaKey }] of territoryModules) {
    const raw = criteriaKey === null ? undefined : item[criteriaKey];
    const module = space.metadata.find(name);
    if (raw === undefined || !module) continue;
    if (raw === null) {
      delete criteria[name];
      continue;
    }
    const { failure } = checkRuleCriteria(module, raw, `${jsonPath}.${criteriaKey}`);
    if (failure) return { failure };
    criteria[name] = plainCriteria(space, module, raw as JsonObject);
  }
  return { criteria };
}

/** Criteria that were read, without what says nothing, and with the ids of their fields. */
function plainCriteria(space: Space, module: Module, raw: JsonObject): JsonObject {
  if (Array.isArray(raw.group)) {
    return {
      group_operator: String(raw.group_operator).toLowerCase(),
      group: raw.group.map((part: JsonObject) => plainCriteria(space, module, part)),
    };
  }
  const apiName = String(isJsonObject(raw.field) ? raw.field.api_name : raw.api_name);
  const field = { api_name: apiName, id: space.id(module.field.get(apiName)?.idSuffix ?? 0) };
  return { comparator: raw.comparator, field, value: raw.value ?? null };
}
