import type { Command } from 'commander';
import { textForms } from '../../foundation/text-forms.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { textOf } from '../option-values.ts';
import { printFacts, printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly json?: boolean;
}

type Provider = Record<'id' | 'name' | 'issuer' | 'client_id' | 'scopes' | 'redirect_uri', string>;

export function registerProviderCommands(program: Command): void {
  const provider = program.command('provider').description('outside OpenID providers whose users may sign in');
  const place = (command: Command) => addAddressOptions(command).requiredOption('--dc <id>', 'data centre');
  place(provider.command('list').description('list the outside providers of a data centre')).action(
    async (options: Options) => {
      const found = await connectAdmin(options)<Provider[]>('GET', pathOf(options));
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'NAME', 'ISSUER', 'CLIENT', 'REDIRECT URI'],
        found.map((each) => [each.id, each.name, each.issuer, each.client_id, each.redirect_uri]),
      );
    },
  );
  place(provider.command('put').description('add an outside provider, or replace the one with that id'))
    .requiredOption('--id <id>', 'short id, for addresses', textOf(textForms.outsideProviderId))
    .requiredOption('--name <name>', 'on the button: "Sign in with NAME"')
    .requiredOption('--issuer <url>', 'its issuer; discovery must answer there')
    .requiredOption('--client-id <id>', 'what it knows this platform as')
    .requiredOption('--client-secret <secret>', 'with this secret')
    .option('--scope <scopes>', 'what is asked for', 'openid email profile')
    .action(async (options: Options) => {
      const { clientId, clientSecret, id, issuer, name, scope: scopes } = options;
      const body = { id, name, issuer, clientId, clientSecret, scopes };
      const put = await connectAdmin(options)<Provider>('POST', pathOf(options), body);
      if (options.json) printJson(put);
      else printFacts({ ...put });
    });
  place(provider.command('remove').description('remove an outside provider, with the links of users to it'))
    .requiredOption('--id <id>', 'its id')
    .action(async (options: Options) => {
      const removed = await connectAdmin(options)<Record<string, string>>(
        'DELETE',
        `${pathOf(options)}?provider=${encodeURIComponent(options.id)}`,
      );
      if (options.json) printJson(removed);
      else printFacts(removed);
    });
}

function pathOf({ dc }: Options): string {
  return `/data-centers/${pathPart(dc)}/outside-providers`;
}
