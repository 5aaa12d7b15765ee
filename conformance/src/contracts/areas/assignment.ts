import type { Stage } from '../stage.ts';
import { area } from '../table.ts';

async function setUp(stage: Stage) {
  const entries = [{ criteria: { comparator: 'equal', field: { api_name: 'City' }, value: 'Northport' } }];
  const rule = { name: 'By city', module: 'Leads', default_assignee: stage.ownerEmail };
  const users = entries.map((each) => ({ ...each, users: [stage.ownerEmail] }));
  return { rule: await stage.assignmentRule({ ...rule, entries: users }), nobody: stage.id(999_999_999_999) };
}

export const assignmentRules = area('assignment_rules.json', setUp, {
  'GET settings/automation/assignment_rules': [
    [200, {}],
    [200, { query: { module: 'Leads' } }],
    [204, { query: { module: 'Deals' } }],
    ['INVALID_MODULE', { query: { module: 'Nope' } }],
  ],
  'GET settings/automation/assignment_rules/{rule}': [
    [200, ({ rule }) => ({ at: { rule }, query: { module: 'Leads' } })],
    [200, ({ rule }) => ({ at: { rule } })],
    ['INVALID_DATA', ({ nobody }) => ({ at: { rule: nobody } })],
    ['INVALID_DATA', { at: { rule: 'abc' } }],
    ['INVALID_MODULE', ({ rule }) => ({ at: { rule }, query: { module: 'Nope' } })],
  ],
});
