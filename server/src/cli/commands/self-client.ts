import { type Command, Option } from 'commander';
import { textForms } from '../../foundation/text-forms.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { textOf } from '../option-values.ts';
import { printFacts, printJson } from '../output.ts';
import { environmentOption } from './organization.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly clientId: string;
  readonly scope: string;
  readonly minutes: string;
  readonly environment: string;
  readonly organization?: string;
  readonly description?: string;
  readonly json?: boolean;
}

export function registerSelfClientCommands(program: Command): void {
  const selfClient = program.command('self-client').description('self clients');
  addAddressOptions(
    selfClient
      .command('code')
      .description('make a code for a self client; exchange it at the token endpoint of the data centre')
      .requiredOption('--dc <id>', 'data centre of the client')
      .requiredOption('--client-id <id>', 'id of the self client')
      .requiredOption('--scope <scopes>', 'scopes, separated by commas')
      .addOption(new Option('--minutes <n>', 'how long the code is valid').choices(['3', '5', '7', '10']).default('3'))
      .addOption(environmentOption())
      .option('--organization <id>', 'organization, when the owner has several', textOf(textForms.id))
      .option('--description <text>', 'what the code is for; kept in its event'),
  ).action(async (options: Options) => {
    const code = await connectAdmin(options)<Record<string, unknown>>('POST', '/self-client-codes', {
      dataCenter: options.dc,
      clientId: options.clientId,
      scope: options.scope,
      minutes: Number(options.minutes),
      environment: options.environment,
      ...(options.organization !== undefined && { organizationId: options.organization }),
      ...(options.description !== undefined && { description: options.description }),
    });
    if (options.json) printJson(code);
    else printFacts(code);
  });
}
