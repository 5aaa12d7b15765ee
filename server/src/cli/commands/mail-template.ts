import type { Command } from 'commander';
import { connectAdmin, pathPart } from '../admin-client.ts';
import { printFacts, printJson, printTable } from '../output.ts';
import { addDefinition, addOrganizationOptions, type OrganizationOptions, queryOf } from './organization.ts';

interface ShownTemplate {
  readonly id: string;
  readonly module: string | null;
  readonly kind: string;
  readonly name: string;
  readonly subject: string;
}

export function registerTemplateCommands(crm: Command): void {
  const templates = crm.command('template').description('templates of mails to records');
  addDefinition(templates.command('create').description('define a template by a JSON file'), {
    path: '/mail-templates',
    key: 'template',
    form: '{"name", "module", "kind", "subject", "content", "format", "folder", "active"}',
  });
  addOrganizationOptions(templates.command('list').description('list the templates of an organization')).action(
    async (options: OrganizationOptions) => {
      const found = await connectAdmin(options)<ShownTemplate[]>('GET', `/mail-templates?${queryOf(options)}`);
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'MODULE', 'KIND', 'NAME', 'SUBJECT'],
        found.map(({ id, module, kind, name, subject }) => [id, module ?? '-', kind, name, subject]),
      );
    },
  );
  addOrganizationOptions(
    templates.command('delete').description('delete a template').argument('<id>', 'id of the template'),
  ).action(async (id: string, options: OrganizationOptions) => {
    const done = await connectAdmin(options)<object>('DELETE', `/mail-templates/${pathPart(id)}?${queryOf(options)}`);
    if (options.json) printJson(done);
    else printFacts({ ...done });
  });
}
