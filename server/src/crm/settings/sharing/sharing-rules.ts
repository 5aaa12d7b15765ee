import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody, writeJson } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { Setting, SharingRule, SharingSide } from '../../kernel/space/setting.ts';
import type { Space } from '../../kernel/space/space.ts';
import { checkRuleCriteria } from '../../language/query/read-criteria.ts';
import { filterParameter } from '../../wire/filters.ts';
import { answerItemList, itemField, readPlainItem, referenceIn, success } from '../../wire/item-list.ts';
import { pageOf, pageParameters, pathId } from '../../wire/parameters.ts';
import {
  changeArea,
  changedSetting,
  createSettings,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';
import { sharedModule } from './data-sharing.ts';

/** Rules that open records to more users (crm-api 11): `/settings/data_sharing/rules?module=`. */
export const ruleLimits = { total: 1000, items: 100 } as const;
export const ruleTypes = ['Record_Owner_Based', 'Criteria_Based'] as const;
export const sideTypes = ['roles', 'groups', 'all_users'] as const;
export const rulePermissions = ['read', 'read_write_delete'] as const;

type Rule = Setting<'sharing_rule'>;

const fields = [itemField('name', 'text', 100, true), itemField('superiors_allowed', 'boolean', 5)];
const sideFields = [itemField('subordinates', 'boolean', 5)];

const ruleList: SettingList<'sharing_rule'> = {
  area: 'sharing_rule',
  key: 'sharing_rules',
  pathIndex: 3,
  limits: ruleLimits,
  messages: {
    added: 'sharing rule is created successfully',
    updated: 'sharing rule is updated successfully',
    deleted: 'Sharing Rule deleted',
  },
  read: readRule,
};

const filterable = {
  name: ({ definition }: Rule) => definition.name,
  type: ({ definition }: Rule) => definition.type,
  status: ({ definition }: Rule) => statusOf(definition),
  permission_type: ({ definition }: Rule) => definition.permission,
};

/** GET /settings/data_sharing/rules?module= */
export async function listSharingRules(call: CrmCall): Promise<CrmAnswer> {
  return page(call, rulesOf(call, moduleParameter(call)));
}

/** POST /settings/data_sharing/rules/search?module= with `filters` */
export async function searchSharingRules(call: CrmCall): Promise<CrmAnswer> {
  const found = rulesOf(call, moduleParameter(call)).filter(bodyFilter(call));
  return page(call, found);
}

/** GET /settings/data_sharing/rules/{id}?module= */
export async function getSharingRule(call: CrmCall): Promise<CrmAnswer> {
  moduleParameter(call);
  const rule = pathItem(ruleList, call);
  return rule ? { status: 200, json: { sharing_rules: [ruleAnswer(call, rule)] } } : { status: 204 };
}

/** Checks `module` before anything is written. */
const withModule =
  (write: (list: typeof ruleList, call: CrmCall) => Promise<CrmAnswer>) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    moduleParameter(call);
    return write(ruleList, call);
  };
export const createSharingRules = withModule(createSettings);
export const updateSharingRules = withModule(updateSettings);
export const deleteSharingRule = withModule(removeSettings);

/** PUT and DELETE /settings/data_sharing/rules/{id}/actions/activate */
export const activateSharingRule =
  (active: boolean) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    moduleParameter(call);
    const id = readId(pathId(call.path[0] as string, ruleList.pathIndex)) as string;
    const answer = await changeArea(ruleList, call, (items) => {
      const rule = items.get(id);
      if (!rule) return errorBody('INVALID_DATA', { resource_path_index: ruleList.pathIndex }, idInvalid);
      items.set(id, changedSetting(call, rule, { ...rule.definition, active }));
      return success(`sharing rule is ${active ? 'activated' : 'deactivated'} successfully`, { id });
    });
    return answerItemList('sharing_rules', [answer], 200);
  };

/** GET /settings/data_sharing/rules/actions/summary?module=, and POST with `filters` */
export const summarizeSharingRules =
  (filtered: boolean) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    const module = call.query.get('module') ? moduleParameter(call) : undefined;
    const rules = call.space.list('sharing_rule').filter(filtered ? bodyFilter(call) : () => true);
    const counts = Map.groupBy(rules, ({ definition }) => definition.module);
    const sharing_rules_summary = [...counts].flatMap(([number, each]) => {
      const of = call.space.metadata.byNumber(number);
      if (!of || (module && of.number !== module.number)) return [];
      const named = { api_name: of.apiName, name: of.pluralLabel, id: call.space.moduleId(of) };
      return [{ module: named, rule_count: each.length, rule_computation_status: false }];
    });
    return sharing_rules_summary.length === 0 ? { status: 204 } : { status: 200, json: { sharing_rules_summary } };
  };

/** POST /settings/data_sharing/rules/actions/run?module=: rules hold from the moment on in which they are written. */
export async function runSharingRules(call: CrmCall): Promise<CrmAnswer> {
  const module = moduleParameter(call);
  const details = { module: { api_name: module.apiName, id: call.space.moduleId(module) } };
  return answerItemList('sharing_rules', [success('sharing rules are in effect', details)], 200);
}

function moduleParameter(call: CrmCall): Module {
  const name = call.query.get('module');
  if (!name) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'module' } });
  const module = sharedModule(call, name);
  if (module) return module;
  throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
}

const rulesOf = ({ space }: CrmCall, { number }: Module): readonly Rule[] =>
  space.list('sharing_rule').filter(({ definition }) => definition.module === number);

/** What `filters` of a body leaves: all of them have to hold. */
function bodyFilter(call: CrmCall): (rule: Rule) => boolean {
  const { filters } = readJsonBody(call.body);
  const place = { api_name: 'filters', json_path: '$.filters' };
  if (filters === undefined || filters === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  const group = Array.isArray(filters) ? filters : [filters];
  const query = new URLSearchParams({ filters: writeJson({ group_operator: 'and', group }) });
  return filterParameter(query, filterable);
}

function page(call: CrmCall, rules: readonly Rule[]): CrmAnswer {
  const { shown, info } = pageOf(rules, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  return { status: 200, json: { sharing_rules: shown.map((rule) => ruleAnswer(call, rule)), info } };
}

const statusOf = ({ active }: SharingRule) => (active ? 'active' : 'inactive');

function ruleAnswer({ space }: CrmCall, { id, definition }: Rule): object {
  const module = space.metadata.byNumber(definition.module);
  return {
    id,
    name: definition.name,
    type: definition.type,
    module: module ? { api_name: module.apiName, name: module.pluralLabel, id: space.moduleId(module) } : null,
    shared_from: definition.from && sideAnswer(space, definition.from),
    shared_to: sideAnswer(space, definition.to),
    criteria: definition.criteria,
    permission_type: definition.permission,
    superiors_allowed: definition.superiorsAllowed,
    status: statusOf(definition),
    match_limit_exceeded: false,
  };
}

function sideAnswer(space: Space, { type, id, subordinates }: SharingSide): object {
  if (id === null) return { type, resource: null, subordinates };
  return { type, resource: { name: nameOf(space, type, id) ?? null, id }, subordinates };
}

function nameOf(space: Space, type: SharingSide['type'], id: string): string | undefined {
  if (type === 'groups') return space.list('user_group').find((group) => group.id === id)?.definition.name;
  return space.contents.roles.find((role) => role.id === id)?.name;
}

function readRule({ call, raw, jsonPath, others, self }: ItemReading<'sharing_rule'>): Reading<'sharing_rule'> {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const before = self?.definition;
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const module = self ? call.space.metadata.byNumber(self.definition.module) : moduleParameter(call);
  if (!module) return { failure: errorBody('INVALID_DATA', place('module')) };
  const name = (values.get('name') ?? before?.name) as string;
  const isTaken = ({ id, definition }: Rule) =>
    id !== self?.id && definition.module === module.number && definition.name.toLowerCase() === name.toLowerCase();
  if (others.some(isTaken)) return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  const type = wordOf(item, 'type', ruleTypes, before?.type, place('type'));
  if (typeof type !== 'string') return { failure: type };
  const permission = wordOf(item, 'permission_type', rulePermissions, before?.permission, place('permission_type'));
  if (typeof permission !== 'string') return { failure: permission };
  const byOwner = type === 'Record_Owner_Based';
  const from = byOwner ? readSide(call.space, item, 'shared_from', before?.from ?? null, jsonPath) : null;
  if (from && 'code' in from) return { failure: from };
  const to = readSide(call.space, item, 'shared_to', before?.to ?? null, jsonPath);
  if ('code' in to) return { failure: to };
  const criteria = byOwner ? null : readCriteria(module, item.criteria, before?.criteria ?? null, place('criteria'));
  if (criteria && 'code' in criteria && 'details' in criteria) return { failure: criteria as ErrorBody };
  const superiors =
    (values.get('superiors_allowed') as boolean | null | undefined) ?? before?.superiorsAllowed ?? false;
  const active = item.status === undefined ? (before?.active ?? true) : item.status === 'active';
  const definition = { module: module.number, name, type, from, to, permission, superiorsAllowed: superiors, active };
  return { definition: { ...definition, criteria: criteria as JsonObject | null } };
}

function wordOf<Word extends string>(
  item: JsonObject,
  key: string,
  words: readonly Word[],
  before: Word | undefined,
  place: Record<string, string>,
): Word | ErrorBody {
  const given = item[key];
  if (given === undefined || given === null) return before ?? errorBody('MANDATORY_NOT_FOUND', place);
  return words.find((word) => word === given) ?? errorBody('INVALID_DATA', { ...place, supported_values: words });
}

function readSide(
  space: Space,
  item: JsonObject,
  key: string,
  before: SharingSide | null,
  jsonPath: string,
): SharingSide | ErrorBody {
  const raw = item[key];
  const at = `${jsonPath}.${key}`;
  if (raw === undefined || raw === null) {
    return before ?? errorBody('MANDATORY_NOT_FOUND', { api_name: key, json_path: at });
  }
  const reading = readPlainItem(raw, sideFields, at, false);
  if (reading.failure) return reading.failure;
  const type = wordOf(reading.item, 'type', sideTypes, undefined, { api_name: 'type', json_path: `${at}.type` });
  if (typeof type !== 'string') return type;
  const subordinates = reading.values.get('subordinates') === true;
  if (type === 'all_users') return { type, id: null, subordinates: false };
  const id = referenceIn(reading.item.resource);
  if (id !== undefined && nameOf(space, type, id) !== undefined) return { type, id, subordinates };
  return errorBody('INVALID_DATA', { api_name: 'resource', json_path: `${at}.resource.id` }, idInvalid);
}

/** Criteria over the module's own fields, checked; kept as they came. */
function readCriteria(
  module: Module,
  raw: unknown,
  before: SharingRule['criteria'],
  place: Record<string, string>,
): SharingRule['criteria'] | ErrorBody {
  if (raw === undefined || raw === null) return before ?? errorBody('MANDATORY_NOT_FOUND', place);
  const { failure } = checkRuleCriteria(wholeModule(module), raw, place.json_path as string);
  if (failure) return failure;
  return isJsonObject(raw) ? raw : errorBody('INVALID_DATA', place);
}
