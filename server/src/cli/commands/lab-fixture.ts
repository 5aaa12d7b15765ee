import type { Command } from 'commander';
import { readTextFile } from '../../foundation/text-file.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printFacts, printJson, printLine, printTable } from '../output.ts';

interface Applied extends Record<string, unknown> {
  readonly grants?: readonly Readonly<Record<'user' | 'client_id' | 'dc' | 'scope' | 'refresh_token', string>>[];
}

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

export function registerLabFixtureCommands(lab: Command): void {
  const fixture = lab.command('fixture').description('users, organizations, clients, records and grants from files');
  addAddressOptions(
    fixture
      .command('apply')
      .description('make what the file names and the platform lacks; docs/lab.md has its form')
      .argument('<file>', 'YAML, or JSON'),
  ).action(async (file: string, options: Options) => {
    const yaml = readTextFile(file, 'the fixture');
    const call = connectAdmin(options, { timeoutMs: 600_000 });
    const applied = await call<Applied>('POST', '/lab/fixtures', { yaml });
    if (options.json) return printJson(applied);
    const { grants = [], ...counts } = applied;
    printFacts(counts);
    if (grants.length === 0) return;
    printLine();
    printTable(
      ['USER', 'CLIENT', 'DATA CENTRE', 'SCOPE', 'REFRESH TOKEN'],
      grants.map((each) => [each.user, each.client_id, each.dc, each.scope, each.refresh_token]),
    );
  });
}
