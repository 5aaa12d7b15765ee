import { isOnFor } from '../../../config/settings.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { type Field, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { allOf, type Condition } from '../../language/query/condition.ts';
import { convertedCondition } from '../../language/query/converted.ts';
import { readLiteral } from '../../language/query/read-literal.ts';
import { approvedCondition } from '../../store/records/approval.ts';
import { visibleOnly } from '../../store/records/visibility.ts';
import { stateParameter } from '../../wire/parameters.ts';
import { checkCriteria } from './check-criteria.ts';
import { parseCriteria } from './parse-criteria.ts';

/** The parameters that say what to search for; of several the first in this order counts. */
export const searchParameters = ['criteria', 'email', 'phone', 'word'] as const;
const maxWordLength = 500;

/** What a call searches for; undefined when it names nothing. @throws Refusal */
export function searchCondition({ query, store, space }: CrmCall, module: Module): Condition | undefined {
  const name = searchParameters.find((each) => query.get(each));
  if (name === undefined) return undefined;
  const text = query.get(name) as string;
  if (name === 'criteria') {
    const { searchEqualsContains } = store.compatibility;
    return checkCriteria(parseCriteria(text), module, isOnFor(searchEqualsContains, space.contents.organizationId));
  }
  if (name === 'word') return wordCondition(text, module);
  return anyField(module, text.trim(), (field) => field.dataType === name, name);
}

function wordCondition(text: string, module: Module): Condition {
  if (/[\p{L}\p{N}].*[\p{L}\p{N}]/su.test(text) && text.length <= maxWordLength && text.isWellFormed()) {
    const words = text.trim();
    const without = wholeModule(module).fields.filter(({ apiName }) => !module.field.has(apiName));
    return { kind: 'words', text: words, ...(without.length === 0 ? {} : { without: without.map(({ key }) => key) }) };
  }
  throw new Refusal('INVALID_DATA', {
    details: { param_name: 'word' },
    message: 'The search value contains special characters or does not contain at least two characters',
  });
}

/** Records that have the text in one of the module's fields of a type. */
function anyField(module: Module, text: string, fits: (field: Field) => boolean, parameter: string): Condition {
  const parts = module.fields.filter(fits).map((field): Condition => {
    const reading = readLiteral(text, field);
    if ('expected' in reading) {
      throw new Refusal('INVALID_DATA', { details: { param_name: parameter, expected_data_type: reading.expected } });
    }
    const column = { module, field, path: [] };
    return { kind: 'test', column, operator: 'equals', negated: false, values: [reading.value] };
  });
  return { kind: 'any', parts };
}

/** The condition with what the user sees, and what `converted` and `approved` ask for: leads that became contacts are left out by default. */
export function withStates(call: CrmCall, module: Module, condition: Condition): Condition {
  const converted = stateParameter(call.query, 'converted', 'false');
  const approved = stateParameter(call.query, 'approved', 'both');
  const state = convertedCondition(module, converted);
  const parts = [
    condition,
    ...(state ? [state] : []),
    ...(approved === 'both' ? [] : [approvedCondition(module, approved === 'true')]),
  ];
  return visibleOnly(call, module, allOf(parts));
}

/** Whether no record can fulfil the condition. */
export function isImpossible(condition: Condition): boolean {
  if (condition.kind === 'any') return condition.parts.every(isImpossible);
  return condition.kind === 'all' && condition.parts.some(isImpossible);
}
