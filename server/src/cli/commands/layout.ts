import type { Command } from 'commander';
import { addDefinition } from './organization.ts';

export function registerLayoutCommands(crm: Command): void {
  const layouts = crm.command('layout').description('forms that records are shown in, beside the standard one');
  addDefinition(
    layouts.command('create').description('define a layout by a JSON file; the API lists, changes and deletes it'),
    {
      path: '/layouts',
      key: 'layout',
      form: '{"name", "module", "profiles": [{"id"}]}',
    },
  );
}
