import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printFacts, printJson, printLine } from '../output.ts';

interface Options extends PlatformAddress {
  readonly json?: boolean;
}

export function registerTokenCommands(program: Command): void {
  const token = program.command('token').description('codes and tokens');
  addAddressOptions(
    token
      .command('inspect')
      .description('explain a code or token: what it is, which data centre has it, whether it works and why not')
      .argument('<token>', 'the code or token'),
  ).action(async (text: string, options: Options) => {
    const { verdict, ...facts } = await connectAdmin(options)<Record<string, unknown>>('POST', '/tokens/inspect', {
      token: text,
    });
    if (options.json) return printJson({ verdict, ...facts });
    printLine(String(verdict));
    printFacts(facts);
  });
}
