import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { ScoreFieldRule } from '../../kernel/space/scoring-rule.ts';
import type { Space } from '../../kernel/space/space.ts';
import { checkRuleCriteria } from '../../language/query/read-criteria.ts';
import { isScorable } from '../../records/scores.ts';
import { itemField, moduleIn, readPlainItem, referenceIn } from '../../wire/item-list.ts';
import type { ItemIds, ItemReading, Reading } from '../kept/setting-list.ts';

export const scoringLimits = { total: 1000, items: 10, ofModule: 50, active: 25, fieldRules: 30, score: 10 } as const;
export const nameLength = 25;
export const descriptionLength = 500;

const fields = [
  itemField('name', 'text', nameLength, true),
  itemField('description', 'text', descriptionLength),
  itemField('active', 'boolean', 5),
];

/** A rule as an item of a request says it; module, layout and state of one that is there stay as they are. */
export function readScoringRule({
  call: { space },
  raw,
  jsonPath,
  others,
  self,
  partId,
}: ItemReading<'scoring_rule'> & ItemIds): Reading<'scoring_rule'> {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const before = self?.definition;
  const module = before ? space.metadata.byNumber(before.module) : moduleOf(space, item.module);
  if (!module) {
    const missing = item.module === undefined || item.module === null;
    return { failure: errorBody(missing ? 'MANDATORY_NOT_FOUND' : 'INVALID_DATA', place('module')) };
  }
  // What other products signal never arrives here: such a rule could not add anything.
  const signals = item.signal_rules ?? [];
  if (!Array.isArray(signals)) {
    return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place('signal_rules') }) };
  }
  if (signals.length > 0) {
    const message = 'signals of other products do not reach this platform';
    return { failure: errorBody('NOT_SUPPORTED', place('signal_rules'), message) };
  }
  const name = (values.get('name') ?? before?.name) as string;
  const ofModule = others.filter(({ id, definition }) => id !== self?.id && definition.module === module.number);
  if (ofModule.some(({ definition }) => definition.name.toLowerCase() === name.toLowerCase())) {
    return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  }
  const layout = before ? before.layout : readLayout(space, module, item.layout);
  if (layout === undefined) return { failure: errorBody('INVALID_DATA', place('layout'), idInvalid) };
  const active = before ? before.active : values.get('active') !== false;
  if (!before) {
    const limit = { total: scoringLimits.ofModule, active: scoringLimits.active };
    if (ofModule.length >= limit.total) return { failure: errorBody('LIMIT_EXCEEDED', { limit: limit.total }) };
    if (active && ofModule.filter(({ definition }) => definition.active).length >= limit.active) {
      return { failure: errorBody('LIMIT_EXCEEDED', { limit: limit.active, ...place('active') }) };
    }
  }
  const fieldRules = readFieldRules(wholeModule(module), item, jsonPath, before?.fieldRules ?? [], partId);
  if ('code' in fieldRules) return { failure: fieldRules };
  const description = values.has('description')
    ? (values.get('description') as string | null)
    : (before?.description ?? null);
  return { definition: { module: module.number, name, description, layout, active, fieldRules } };
}

/** The module that `{"api_name"}`, `{"id"}` or a name says, when its records can be scored. */
export function moduleOf(space: Space, raw: unknown): Module | undefined {
  const module = moduleIn(space, raw);
  return module && isScorable(module) ? module : undefined;
}

/** @returns null for all layouts, undefined for one that the module does not have. */
export function readLayout(space: Space, module: Module, raw: unknown): string | null | undefined {
  if (raw === undefined || raw === null) return null;
  const id = referenceIn(raw);
  return layoutsOf(space, module).find((layout) => layout.id === id)?.id;
}

/** Those that are not mentioned stay; `_delete` takes one away. */
function readFieldRules(
  module: Module,
  item: JsonObject,
  path: string,
  before: readonly ScoreFieldRule[],
  newId: () => string,
): readonly ScoreFieldRule[] | ErrorBody {
  const given = item.field_rules ?? [];
  const place = { api_name: 'field_rules', json_path: `${path}.field_rules` };
  const tooMany = errorBody('LIMIT_EXCEEDED', { limit: scoringLimits.fieldRules, ...place });
  if (!Array.isArray(given)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  if (given.length > scoringLimits.fieldRules) return tooMany;
  const rules = [...before];
  for (const [index, raw] of given.entries()) {
    const at = `${place.json_path}[${index}]`;
    if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
    const id = raw.id ?? undefined;
    const known = id === undefined ? -1 : rules.findIndex((rule) => rule.id === readId(id));
    if (id !== undefined && known < 0) {
      return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${at}.id` }, idInvalid);
    }
    if (known >= 0 && Object.hasOwn(raw, '_delete') && raw._delete !== false) {
      rules.splice(known, 1);
      continue;
    }
    const rule = readFieldRule(module, raw, at, rules[known], newId);
    if ('code' in rule) return rule;
    if (known < 0) rules.push(rule);
    else rules[known] = rule;
  }
  if (rules.length === 0) return errorBody('MANDATORY_NOT_FOUND', place);
  return rules.length > scoringLimits.fieldRules ? tooMany : rules;
}

function readFieldRule(
  module: Module,
  raw: JsonObject,
  at: string,
  before: ScoreFieldRule | undefined,
  newId: () => string,
): ScoreFieldRule | ErrorBody {
  const score = raw.score ?? before?.score;
  const place = (key: string) => ({ api_name: key, json_path: `${at}.${key}` });
  if (score === undefined) return errorBody('MANDATORY_NOT_FOUND', place('score'));
  if (typeof score !== 'number' || !Number.isInteger(score)) {
    return errorBody('INVALID_DATA', { expected_data_type: 'integer', ...place('score') });
  }
  if (Math.abs(score) > scoringLimits.score || score === 0) {
    const range = { from: -scoringLimits.score, to: scoringLimits.score, except: 0 };
    return errorBody('INVALID_DATA', { ...place('score'), range });
  }
  const criteria = raw.criteria ?? before?.criteria;
  if (criteria === undefined) return errorBody('MANDATORY_NOT_FOUND', place('criteria'));
  const { failure } = checkRuleCriteria(module, criteria, `${at}.criteria`);
  if (failure) return failure;
  return { id: before?.id ?? newId(), score, criteria: criteria as JsonObject };
}
