import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Literal, Operator } from '../../fields/model/comparison.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { Condition } from '../../language/query/condition.ts';
import { readLiteral } from '../../language/query/read-literal.ts';
import type { Criteria } from './criteria-tree.ts';
import { invalidQuery } from './parse-criteria.ts';

const maxListValues = 100;
/** Shown of a value that is refused. */
const shownLength = 100;

const known: Readonly<Record<string, { readonly operator: Operator; readonly negated?: true }>> = {
  equals: { operator: 'equals' },
  not_equal: { operator: 'equals', negated: true },
  // Clients of old write it so.
  not_equals: { operator: 'equals', negated: true },
  starts_with: { operator: 'starts_with' },
  in: { operator: 'in' },
  greater_than: { operator: 'greater' },
  greater_equal: { operator: 'greater_equal' },
  less_than: { operator: 'less' },
  less_equal: { operator: 'less_equal' },
  between: { operator: 'between' },
};

type WrittenCondition = Extract<Criteria, { kind: 'condition' }>;

/**
 * Criteria as a condition on the records of a module.
 * @param equalsContains whether `equals` finds texts that contain the value, as in the original (crm-api 14.3).
 * @throws Refusal INVALID_QUERY that names the field and what is wrong with it.
 */
export function checkCriteria(criteria: Criteria, module: Module, equalsContains = false): Condition {
  if (criteria.kind !== 'condition') {
    return { kind: criteria.kind, parts: criteria.parts.map((part) => checkCriteria(part, module, equalsContains)) };
  }
  const field = module.field.get(criteria.name);
  const comparison = field && comparisonOf(field);
  if (!field || !comparison) {
    throw invalidQuery({ reason: 'the field is not available for search', api_name: criteria.name });
  }
  const operator = Object.hasOwn(known, criteria.operator) ? known[criteria.operator] : undefined;
  if (!operator || !comparison.searchOperators.includes(criteria.operator)) {
    throw invalidQuery({ reason: 'invalid operator found', api_name: field.apiName, operator: criteria.operator });
  }
  return {
    kind: 'test',
    column: { module, field, path: [] },
    operator: equalsContains && comparison.freeText && criteria.operator === 'equals' ? 'contains' : operator.operator,
    negated: operator.negated ?? false,
    values: readValues(criteria, field, operator.operator),
  };
}

function readValues(criteria: WrittenCondition, field: Field, operator: Operator): Literal[] {
  const list = operator === 'in' || operator === 'between';
  const texts = list ? criteria.values.map((value) => value.trim()) : [criteria.value];
  const invalid = (reason: string, more: object = {}) =>
    invalidQuery({
      reason,
      api_name: field.apiName,
      value: criteria.value.slice(0, shownLength),
      ...more,
    });
  if (operator === 'in' && texts.length > maxListValues) {
    throw invalid(`Only ${maxListValues} values are allowed in "IN" criteria`);
  }
  if (texts.some((text) => text.trim() === '') || (operator === 'between' && texts.length !== 2)) {
    throw invalid('invalid value for search');
  }
  return texts.map((text) => {
    const reading = readLiteral(text, field);
    if ('value' in reading) return reading.value;
    throw invalid('Please check the value of the field', { expected_data_type: reading.expected });
  });
}
