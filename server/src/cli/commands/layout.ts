import type { Command } from 'commander';
import { connectAdmin } from '../admin-client.ts';
import { printFacts, printJson } from '../output.ts';
import { addOrganizationOptions, type OrganizationOptions, targetOf } from './organization.ts';
import { readJsonFile } from './read-json-file.ts';

export function registerLayoutCommands(crm: Command): void {
  const layouts = crm.command('layout').description('forms that records are shown in, beside the standard one');
  addOrganizationOptions(
    layouts
      .command('create')
      .description('define a layout by a JSON file; the API lists, changes and deletes it')
      .requiredOption('--file <path>', '{"name", "module", "profiles": [{"id"}]}'),
  ).action(async (options: OrganizationOptions & { readonly file: string }) => {
    const body = { ...targetOf(options), layout: readJsonFile(options.file) };
    const made = await connectAdmin(options)<{ id: string }>('POST', '/layouts', body);
    if (options.json) printJson(made);
    else printFacts({ ...made });
  });
}
