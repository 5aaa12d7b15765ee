import { type Command, Option } from 'commander';
import { defaultAlgorithm, signingAlgorithms } from '../../accounts/signing/signing-algorithms.ts';
import { textForms } from '../../foundation/text-forms.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { textOf } from '../option-values.ts';
import { printFacts, printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly json?: boolean;
}

interface Key {
  readonly key_id: string;
  readonly algorithm: string;
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
      ['KEY', 'ALGORITHM', 'STATE', 'CREATED', 'SIGNS FROM', 'SIGNS UNTIL', 'PUBLISHED UNTIL'],
      found.map((key) => [
        key.key_id,
        key.algorithm,
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
      .requiredOption('--dc <id>', 'data centre')
      .addOption(
        new Option('--algorithm <name>', 'of the key').choices([...signingAlgorithms]).default(defaultAlgorithm),
      ),
  ).action(async (options: Options & { readonly algorithm: string }) => {
    const { algorithm } = options;
    const key = await connectAdmin(options)<Key>('POST', `${pathOf(options)}/rotate`, { algorithm });
    if (options.json) printJson(key);
    else printFacts({ ...key });
  });
  addAddressOptions(
    keys
      .command('retire')
      .description(
        'take a signing key away at once, because others may have it: what it has signed is not verified any more',
      )
      .requiredOption('--dc <id>', 'data centre')
      .requiredOption('--key-id <id>', 'the key', textOf(textForms.keyId)),
  ).action(async (options: Options & { readonly keyId: string }) => {
    const left = await connectAdmin(options)<Key[]>('POST', `${pathOf(options)}/retire`, { keyId: options.keyId });
    if (options.json) return printJson(left);
    printFacts({
      retired: options.keyId,
      signing: left.filter((key) => key.state === 'signing').map((key) => key.key_id),
    });
  });
}

function pathOf(options: Options): string {
  return `/data-centers/${pathPart(options.dc)}/signing-keys`;
}
