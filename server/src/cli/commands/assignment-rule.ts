import type { Command } from 'commander';
import { connectAdmin, pathPart } from '../admin-client.ts';
import { printFacts, printJson, printTable } from '../output.ts';
import { addDefinition, addOrganizationOptions, type OrganizationOptions, queryOf } from './organization.ts';

interface Rule {
  readonly id: string;
  readonly module: string | null;
  readonly name: string;
  readonly default_assignee: string | null;
  readonly entries: readonly { readonly users: readonly string[] }[];
}

export function registerAssignmentRuleCommands(crm: Command): void {
  const rules = crm.command('assignment-rule').description('rules that give new records their owners');
  addDefinition(rules.command('create').description('make a rule from a JSON file'), {
    path: '/assignment-rules',
    key: 'rule',
    form: '{"name", "module", "default_assignee", "entries": [{"criteria", "users"}]}',
  });
  addOrganizationOptions(rules.command('list').description('list the rules of an organization')).action(
    async (options: OrganizationOptions) => {
      const found = await connectAdmin(options)<Rule[]>('GET', `/assignment-rules?${queryOf(options)}`);
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'MODULE', 'NAME', 'DEFAULT', 'USERS'],
        found.map(({ id, module, name, default_assignee, entries }) => [
          id,
          module ?? '-',
          name,
          default_assignee ?? '-',
          [...new Set(entries.flatMap(({ users }) => users))].join(', '),
        ]),
      );
    },
  );
  addOrganizationOptions(
    rules.command('delete').description('delete a rule').argument('<id>', 'id of the rule'),
  ).action(async (id: string, options: OrganizationOptions) => {
    const path = `/assignment-rules/${pathPart(id)}?${queryOf(options)}`;
    const done = await connectAdmin(options)<object>('DELETE', path);
    if (options.json) printJson(done);
    else printFacts({ ...done });
  });
}
