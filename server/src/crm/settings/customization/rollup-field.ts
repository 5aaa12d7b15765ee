import { kindOf } from '../../fields/field-kinds.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import { type Field, type Module, type Rollup, rollupFunctions, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { FieldSource } from '../../kernel/metadata/standard-modules.ts';
import { checkRuleCriteria } from '../../language/query/read-criteria.ts';
import { relatedListId, relatedListsOf } from '../../records/list/related-lists.ts';
import { fieldsOf, type RollupSource, rollupSource } from '../../records/rollups.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';

/** Other names that clients use. */
const aliases: Readonly<Record<string, Rollup['function']>> = { avg: 'average', min: 'minimum', max: 'maximum' };

/** What moves without the record being written: nobody would compute the roll-up then. */
const unwritten: ReadonlySet<string> = new Set(['Last_Activity_Time', 'Converted__s', 'Locked__s', 'Record_Status__s']);

const key = 'rollup_summary';

/** `rollup_summary:{related_list, expression:{function, function_parameters, criteria}}`; `self`: what it changes. */
export function readRollup(item: JsonObject, task: FieldTask, self?: Rollup): Reading<Partial<FieldSource>> {
  const given = item[key];
  if (given === undefined || given === null) return fail('MANDATORY_NOT_FOUND', task, key, {});
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, key, { expected_data_type: 'jsonobject' });
  const listed = readList(given, task, self);
  if (listed.failure) return listed;
  const { list, source } = listed.value;
  if (given.rollup_based_on !== undefined && given.rollup_based_on !== 'related_list') {
    return fail('INVALID_DATA', task, `${key}.rollup_based_on`, { supported_values: ['related_list'] });
  }
  const { expression } = given;
  if (expression === undefined || expression === null) {
    return fail('MANDATORY_NOT_FOUND', task, `${key}.expression`, {});
  }
  if (!isJsonObject(expression)) {
    return fail('INVALID_DATA', task, `${key}.expression`, { expected_data_type: 'jsonobject' });
  }
  const named = expression.function;
  if (named === undefined || named === null) return fail('MANDATORY_NOT_FOUND', task, `${key}.expression.function`, {});
  const text = String(named).toLowerCase();
  const used = rollupFunctions.find((each) => each === (aliases[text] ?? text));
  if (!used) return fail('INVALID_DATA', task, `${key}.expression.function`, { supported_values: rollupFunctions });
  const field: Reading<string | null> =
    used === 'count' ? { value: null } : readMeasured(expression, source.child, task);
  if (field.failure) return field;
  const criteria = readCriteria(expression.criteria, source.child, task);
  if (criteria.failure) return criteria;
  const rollup: Rollup = { list, function: used, field: field.value, criteria: criteria.value };
  return { value: { rollup, read_only: true } };
}

/** The related list that `related_list` names by API name or id. */
function readList(
  given: JsonObject,
  task: FieldTask,
  self: Rollup | undefined,
): Reading<{ readonly list: string; readonly source: RollupSource }> {
  const { space, metadata, module } = task;
  const raw = given.related_list;
  if ((raw === undefined || raw === null) && !self) return fail('MANDATORY_NOT_FOUND', task, `${key}.related_list`, {});
  const id = isJsonObject(raw) ? readId(raw.id) : undefined;
  const name = isJsonObject(raw) ? raw.api_name : (raw ?? self?.list);
  const list = relatedListsOf(module, metadata).find(
    (each, place) => each.apiName === name || (id !== undefined && relatedListId(space, module, each, place) === id),
  );
  if (!list) return fail('INVALID_DATA', task, `${key}.related_list`, {});
  const source = rollupSource(metadata, module, { list: list.apiName });
  if (!source) {
    const reason = 'lists of records that a look-up leads from can be rolled up, and those of activities cannot';
    return fail('NOT_SUPPORTED', task, `${key}.related_list`, { reason });
  }
  const based = given.based_on_module;
  const basedOn = isJsonObject(based) ? (based.api_name ?? readId(based.id)) : based;
  if (basedOn !== undefined && basedOn !== null) {
    const { child } = source;
    if (basedOn !== child.apiName && basedOn !== space.moduleId(child)) {
      return fail('INVALID_DATA', task, `${key}.based_on_module`, { supported_values: [child.apiName] });
    }
  }
  return { value: { list: list.apiName, source } };
}

/** What is summed and the like: a number that is written, not computed. */
function readMeasured({ function_parameters: given }: JsonObject, child: Module, task: FieldTask): Reading<string> {
  const place = `${key}.expression.function_parameters`;
  if (given === undefined || given === null) return fail('MANDATORY_NOT_FOUND', task, place, {});
  const [first] = Array.isArray(given) ? given : [];
  if (!isJsonObject(first) || (given as unknown[]).length !== 1) {
    return fail('INVALID_DATA', task, place, { expected_data_type: 'jsonarray', maximum_length: 1 });
  }
  const field = child.field.get(String(first.api_name));
  if (field && isNumber(field)) return { value: field.apiName };
  const supported_values = child.fields.filter(isNumber).map(({ apiName }) => apiName);
  return fail('INVALID_DATA', task, `${place}[0].api_name`, { supported_values });
}

function isNumber(field: Field): boolean {
  const { jsonType, read } = kindOf(field);
  return read !== null && field.formula === null && (jsonType === 'integer' || jsonType === 'double');
}

function readCriteria(raw: unknown, child: Module, task: FieldTask): Reading<object | null> {
  if (raw === undefined || raw === null) return { value: null };
  const place = `${key}.expression.criteria`;
  const { condition, failure } = checkRuleCriteria(wholeModule(child), raw, `${task.at}.${place}`);
  if (failure) return { failure };
  const moving = fieldsOf(condition).find(
    ({ apiName, formula, rollup }) => formula !== null || rollup !== null || unwritten.has(apiName),
  );
  if (!moving) return { value: raw as object };
  const reason = `${moving.apiName} changes without the record being written`;
  return fail('NOT_SUPPORTED', task, place, { reason });
}
