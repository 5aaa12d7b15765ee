import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { printFacts, printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly json?: boolean;
}

interface Key {
  readonly key_id: string;
  readonly state: string;
  readonly created_at: string;
  readonly signs_from: string;
  readonly signs_until: string | null;
  readonly published_until: string | null;
}

export function registerKeyCommands(program: Command): void {
  const keys = program.command('keys').description('keys that sign ID tokens');
  addAddressOptions(
    keys
      .command('list')
      .description('list the signing keys of a data centre, newest first')
      .requiredOption('--dc <id>', 'data centre'),
  ).action(async (options: Options) => {
    const found = await connectAdmin(options)<Key[]>('GET', pathOf(options));
    if (options.json) return printJson(found);
    printTable(
      ['KEY', 'STATE', 'CREATED', 'SIGNS FROM', 'SIGNS UNTIL', 'PUBLISHED UNTIL'],
      found.map((key) => [
        key.key_id,
        key.state,
        key.created_at,
        key.signs_from,
        key.signs_until ?? '-',
        key.published_until ?? '-',
      ]),
    );
  });
  addAddressOptions(
    keys
      .command('rotate')
      .description('make a new signing key: published at once, signs after the lead time, the old one stays published')
      .requiredOption('--dc <id>', 'data centre'),
  ).action(async (options: Options) => {
    const key = await connectAdmin(options)<Key>('POST', `${pathOf(options)}/rotate`);
    if (options.json) printJson(key);
    else printFacts({ ...key });
  });
}

function pathOf(options: Options): string {
  return `/data-centers/${pathPart(options.dc)}/signing-keys`;
}
