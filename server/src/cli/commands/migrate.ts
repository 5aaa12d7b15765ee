import type { Command } from 'commander';
import { addStartOptions, type StartOptions } from '../start-options.ts';

export function registerMigrateCommand(program: Command): void {
  addStartOptions(
    program.command('migrate').description('bring all databases up to date without starting the platform'),
  ).action(async (options: StartOptions) => {
    const { migrateDatabases } = await import('../migrate-databases.ts');
    await migrateDatabases(options);
  });
}
