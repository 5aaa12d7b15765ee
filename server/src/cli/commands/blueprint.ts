import type { Command } from 'commander';
import { connectAdmin, pathPart } from '../admin-client.ts';
import { printFacts, printJson, printTable } from '../output.ts';
import { addDefinition, addOrganizationOptions, type OrganizationOptions, queryOf } from './organization.ts';

interface ShownBlueprint {
  readonly id: string;
  readonly module: string | null;
  readonly name: string;
  readonly field: string;
  readonly transitions: readonly { readonly id: string; readonly name: string }[];
}

export function registerBlueprintCommands(crm: Command): void {
  const blueprints = crm.command('blueprint').description('processes that records go through, state by state');
  addDefinition(blueprints.command('create').description('define a blueprint by a JSON file'), {
    path: '/blueprints',
    key: 'blueprint',
    form: '{"name", "module", "field", "criteria", "transitions": [{"name", "from", "to", "fields", "color"}]}',
  });
  addOrganizationOptions(blueprints.command('list').description('list the blueprints of an organization')).action(
    async (options: OrganizationOptions) => {
      const found = await connectAdmin(options)<ShownBlueprint[]>('GET', `/blueprints?${queryOf(options)}`);
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'MODULE', 'NAME', 'FIELD', 'TRANSITIONS'],
        found.map(({ id, module, name, field, transitions }) => [
          ...[id, module ?? '-', name, field],
          transitions.map((transition) => transition.name).join(', '),
        ]),
      );
    },
  );
  addOrganizationOptions(
    blueprints.command('delete').description('delete a blueprint').argument('<id>', 'id of the blueprint'),
  ).action(async (id: string, options: OrganizationOptions) => {
    const done = await connectAdmin(options)<object>('DELETE', `/blueprints/${pathPart(id)}?${queryOf(options)}`);
    if (options.json) printJson(done);
    else printFacts({ ...done });
  });
}
