import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import {
  type Condition,
  type Literal,
  type Operator,
  type ValueKind,
  valueKind,
} from '../../language/query/condition.ts';
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

const equality = ['equals', 'not_equal', 'not_equals'];
const ordered = [...equality, 'greater_than', 'greater_equal', 'less_than', 'less_equal', 'between', 'in'];

/** Operators by type of field (crm-api 6.10). */
const operatorsOf: Readonly<Record<ValueKind, readonly string[]>> = {
  text: [...equality, 'starts_with', 'in'],
  choice: [...equality, 'in'],
  id: [...equality, 'in'],
  choices: [...equality, 'in', 'starts_with'],
  number: ordered,
  long: ordered,
  date: ordered,
  datetime: ordered,
  boolean: equality,
};

function allowedOperators(field: Field, kind: ValueKind): readonly string[] {
  if (field.dataType === 'autonumber') return operatorsOf.choice;
  if (field.dataType === 'textarea') return [...equality, 'starts_with'];
  return operatorsOf[kind];
}

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
  const kind = field && valueKind(field);
  if (!field || !kind) {
    throw invalidQuery({ reason: 'the field is not available for search', api_name: criteria.name });
  }
  const operator = Object.hasOwn(known, criteria.operator) ? known[criteria.operator] : undefined;
  if (!operator || !allowedOperators(field, kind).includes(criteria.operator)) {
    throw invalidQuery({ reason: 'invalid operator found', api_name: field.apiName, operator: criteria.operator });
  }
  return {
    kind: 'test',
    column: { module, field, path: [] },
    operator: equalsContains && kind === 'text' && criteria.operator === 'equals' ? 'contains' : operator.operator,
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
