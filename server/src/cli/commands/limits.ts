import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

interface ListedSetting {
  readonly name: string;
  readonly value: unknown;
  readonly default: unknown;
  readonly description: string;
  readonly per_client: boolean;
}

export function registerLimitsCommands(program: Command): void {
  const limits = program.command('limits').description('lifetimes, limits and compatibility switches');
  addAddressOptions(
    limits
      .command('list')
      .description('list them all: value in force, documented default, whether a client may have its own'),
  ).action(async (options: Options) => {
    const settings = await connectAdmin(options)<ListedSetting[]>('GET', '/settings');
    if (options.json) return printJson(settings);
    printTable(
      ['NAME', 'VALUE', 'DEFAULT', 'PER CLIENT', 'WHAT IT IS'],
      settings.map((each) => [
        each.name,
        String(each.value),
        String(each.default),
        each.per_client ? 'yes' : 'no',
        each.description,
      ]),
    );
  });
}
