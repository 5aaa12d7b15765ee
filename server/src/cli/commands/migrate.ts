import { type Command, Option } from 'commander';
import type { MigrateOptions } from '../migrate-databases.ts';
import { addStartOptions } from '../start-options.ts';

export function registerMigrateCommand(program: Command): void {
  addStartOptions(
    program.command('migrate').description('bring all databases up to date without starting the platform'),
  )
    .addOption(
      new Option(
        '--distribute <engine>',
        'spread the tables of the data centres over the machines of a cluster',
      ).choices(['citus']),
    )
    .action(async (options: MigrateOptions) => {
      const { migrateDatabases } = await import('../migrate-databases.ts');
      await migrateDatabases(options);
    });
}
