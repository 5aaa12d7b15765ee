import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { layoutApiName, layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { answerItemList, success } from '../../wire/item-list.ts';
import { pageOf, pageParameters, pathId, stateParameter } from '../../wire/parameters.ts';
import { computeLater } from '../customization/create-fields.ts';
import {
  changeArea,
  changedSetting,
  createSettings,
  newSetting,
  pathItem,
  removeSettings,
  type SettingList,
  stampsOf,
  updateSettings,
} from '../kept/setting-list.ts';
import { moduleOf, nameLength, readScoringRule, scoringLimits } from './read-rule.ts';

/** Rules that say what records are worth (crm-api 11): `/settings/automation/scoring_rules`. */
export const scoringKey = 'scoring_rules';

type Rule = Setting<'scoring_rule'>;
type Definition = Rule['definition'];

const pathIndex = 3;

const ruleList: SettingList<'scoring_rule'> = {
  area: 'scoring_rule',
  key: scoringKey,
  pathIndex,
  limits: scoringLimits,
  messages: {
    added: 'scoring rule created successfully',
    updated: 'scoring rule updated successfully',
    deleted: 'scoring rule deleted successfully',
  },
  // Its field rules, and the job that scores records.
  parts: (raw) => {
    const rules = isJsonObject(raw) && Array.isArray(raw.field_rules) ? raw.field_rules.length : 0;
    return 1 + Math.min(rules, scoringLimits.fieldRules);
  },
  read: (item) => {
    const reading = readScoringRule(item);
    if (reading.failure || !reading.definition.active) return reading;
    const jobId = item.partId();
    return { ...reading, follow: (transaction) => scoreLater(transaction, item.call, reading.definition, jobId) };
  },
};

/** Lets a job score the records that are there. Scores of rules that are gone or asleep are not shown any more. */
async function scoreLater(
  transaction: Queryable,
  call: CrmCall,
  { module: number }: Definition,
  jobId: string,
): Promise<void> {
  const module = call.space.metadata.byNumber(number);
  const sequence = sequenceOf(call.space.dataSpace, jobId);
  if (module && sequence !== undefined) await computeLater(transaction, call, module, sequence);
}

/** GET /settings/automation/scoring_rules?module=&layout_id=&active=&name= */
export async function listScoringRules(call: CrmCall): Promise<CrmAnswer> {
  const { query, space } = call;
  const name = query.get('module');
  const module = name ? moduleOf(space, name) : undefined;
  if (name && !module) throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
  const keeps = filterOf(call);
  const rules = space
    .list('scoring_rule')
    .filter((rule) => (!module || rule.definition.module === module.number) && keeps(rule));
  const { shown, info } = pageOf(rules, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  return { status: 200, json: { [scoringKey]: shown.map((rule) => ruleAnswer(call, rule)), info } };
}

/** GET /settings/automation/scoring_rules/{id} */
export async function getScoringRule(call: CrmCall): Promise<CrmAnswer> {
  const keeps = filterOf(call);
  const rule = pathItem(ruleList, call);
  return rule && keeps(rule) ? { status: 200, json: { [scoringKey]: [ruleAnswer(call, rule)] } } : { status: 204 };
}

/** POST /settings/automation/scoring_rules */
export const createScoringRules = (call: CrmCall) => createSettings(ruleList, call);

/** PUT /settings/automation/scoring_rules and /{id} */
export const updateScoringRules = (call: CrmCall) => updateSettings(ruleList, call);

/** DELETE /settings/automation/scoring_rules?ids= and /{id} */
export const deleteScoringRules = (call: CrmCall) => removeSettings(ruleList, call);

/** PUT and DELETE /settings/automation/scoring_rules/{id}/actions/activate */
export const activateScoringRule = (active: boolean) => (call: CrmCall) =>
  changeOne(call, async (rule, items, newId, transaction) => {
    const { module } = rule.definition;
    const others = [...items.values()].filter(({ id, definition }) => id !== rule.id && definition.module === module);
    if (active && others.filter(({ definition }) => definition.active).length >= scoringLimits.active) {
      return errorBody('LIMIT_EXCEEDED', { limit: scoringLimits.active });
    }
    if (rule.definition.active !== active) {
      items.set(rule.id, changedSetting(call, rule, { ...rule.definition, active }));
      if (active) await scoreLater(transaction, call, rule.definition, newId());
    }
    return success(`scoring rule ${active ? 'activated' : 'deactivated'} successfully`, { id: rule.id });
  });

/** POST /settings/automation/scoring_rules/{id}/actions/clone: the copy sleeps until it is activated. */
export async function cloneScoringRule(call: CrmCall): Promise<CrmAnswer> {
  return changeOne(call, ({ definition }, items, newId) => {
    const ofModule = [...items.values()].filter((each) => each.definition.module === definition.module);
    if (ofModule.length >= scoringLimits.ofModule || items.size >= scoringLimits.total) {
      return errorBody('LIMIT_EXCEEDED', { limit: scoringLimits.ofModule });
    }
    const name = freeName(definition.name, new Set(ofModule.map((each) => each.definition.name.toLowerCase())));
    const id = newId();
    const fieldRules = definition.fieldRules.map((rule) => ({ ...rule, id: newId() }));
    items.set(id, newSetting(call, id, { ...definition, name, active: false, fieldRules }));
    return success('scoring rule cloned successfully', { id });
  });
}

/** `Copy of Hot`, or `Copy 2 of Hot`, cut to what a name may have. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const copy = `Copy${count === 1 ? '' : ` ${count}`} of ${name}`.slice(0, nameLength).toWellFormed().trimEnd();
    if (!taken.has(copy.toLowerCase())) return copy;
  }
}

async function changeOne(
  call: CrmCall,
  work: (
    rule: Rule,
    items: Map<string, Rule>,
    newId: () => string,
    transaction: Queryable,
  ) => ItemAnswer | Promise<ItemAnswer>,
): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, pathIndex)) as string;
  // A copy and its field rules, or a job.
  const taken = await call.store.ids.take(call.space.dataSpace, 1 + scoringLimits.fieldRules);
  const answer = await changeArea(ruleList, call, (items, transaction) => {
    // The transaction may be begun again.
    const ids = [...taken];
    const newId = () => ids.shift() as string;
    const rule = items.get(id);
    if (rule) return work(rule, items, newId, transaction);
    return errorBody('INVALID_DATA', { resource_path_index: pathIndex }, idInvalid);
  });
  return answerItemList(scoringKey, [answer], 200);
}

/** What `layout_id`, `active` and `name` leave. */
function filterOf({ query }: CrmCall): (rule: Rule) => boolean {
  const layout = query.get('layout_id');
  const name = query.get('name')?.toLowerCase();
  const active = stateParameter(query, 'active', 'both');
  return ({ definition }) =>
    (!layout || definition.layout === null || definition.layout === readId(layout)) &&
    (!name || definition.name.toLowerCase() === name) &&
    (active === 'both' || definition.active === (active === 'true'));
}

function ruleAnswer(call: CrmCall, rule: Rule): object {
  const { space } = call;
  const { id, definition } = rule;
  const module = space.metadata.byNumber(definition.module);
  return {
    id,
    name: definition.name,
    description: definition.description,
    module: module ? { api_name: module.apiName, id: space.moduleId(module) } : null,
    layout: layoutAnswer(call, definition),
    active: definition.active,
    field_rules: definition.fieldRules.map((each) => ({ id: each.id, score: each.score, criteria: each.criteria })),
    signal_rules: [],
    ...stampsOf(call, rule),
  };
}

function layoutAnswer({ space }: CrmCall, { layout: id, module: number }: Definition): object | null {
  const module = space.metadata.byNumber(number);
  if (id === null || !module) return null;
  const layout = layoutsOf(space, module).find((each) => each.id === id);
  return { api_name: layout ? layoutApiName(layout) : null, id };
}
