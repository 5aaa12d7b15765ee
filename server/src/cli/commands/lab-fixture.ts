import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UsableFailure } from '../../foundation/failure.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printFacts, printJson } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

export function registerLabFixtureCommands(lab: Command): void {
  const fixture = lab.command('fixture').description('users, organizations, clients and records from files');
  addAddressOptions(
    fixture
      .command('apply')
      .description('make what the file names and the platform lacks; docs/lab.md has its form')
      .argument('<file>', 'YAML, or JSON'),
  ).action(async (file: string, options: Options) => {
    const yaml = read(file);
    const call = connectAdmin(options, { timeoutMs: 600_000 });
    const counts = await call<Record<string, number>>('POST', '/lab/fixtures', { yaml });
    if (options.json) printJson(counts);
    else printFacts(counts);
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsableFailure(`cannot read the fixture ${file}: ${(error as Error).message}`);
  }
}
