import { always, found } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { id, moduleReference, named, orNull, reference, shape, text, time } from '../../kernel/schema.ts';
import { moduleParameter } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { getAssignmentRule, listAssignmentRules } from './read-rules.ts';

const path = 'settings/automation/assignment_rules';
const scopes = settings('assignment_rules', 'READ');
const module = { ...moduleParameter, description: 'Only rules of this module.', required: false };
const rule = named(
  'AssignmentRule',
  shape({
    id,
    name: text,
    api_name: text,
    module: moduleReference,
    description: orNull(text),
    default_assignee: orNull(reference),
    created_time: time,
    modified_time: time,
    created_by: reference,
    modified_by: reference,
  }),
);

/** Rules that say who gets new records. */
export const assignmentOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes,
    handle: listAssignmentRules,
    about: {
      summary: 'List assignment rules',
      text: 'A rule gives new records their owners: create or upsert them with its id as lar_id.',
      query: [module],
      answers: found('assignment_rules', rule),
    },
  },
  {
    method: 'GET',
    path: `${path}/{rule}`,
    scopes,
    handle: getAssignmentRule,
    about: { summary: 'Get an assignment rule', query: [module], answers: always('assignment_rules', rule) },
  },
];
