import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printFacts, printJson, printTable } from '../output.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly email: string;
  readonly session?: string;
  readonly json?: boolean;
}

interface ListedSession {
  readonly session_id: string;
  readonly signed_in_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly user_agent: string | null;
}

export function registerSessionCommands(program: Command): void {
  const session = program.command('session').description('browsers that users are signed in with');
  const ofUser = (name: string, description: string) =>
    addAddressOptions(session.command(name))
      .description(description)
      .requiredOption('--dc <id>', 'data centre that the user lives in')
      .requiredOption('--email <address>', 'sign-in name');

  ofUser('list', 'list the sessions of a user, newest first').action(async (options: Options) => {
    const found = await connectAdmin(options)<ListedSession[]>('GET', pathOf(options));
    if (options.json) return printJson(found);
    printTable(
      ['SESSION', 'SIGNED IN', 'LAST USED', 'ENDS', 'BROWSER'],
      found.map((each) => [
        each.session_id,
        each.signed_in_at,
        each.last_used_at,
        each.expires_at,
        each.user_agent ?? '-',
      ]),
    );
  });
  ofUser('end', 'end the sessions of a user, or one of them; API tokens stay')
    .option('--session <id>', 'only this one, as "session list" shows it')
    .action(async (options: Options) => {
      const ended = await connectAdmin(options)<Record<string, unknown>>('DELETE', pathOf(options));
      if (options.json) printJson(ended);
      else printFacts(ended);
    });
}

function pathOf({ dc, email, session }: Options): string {
  const query = new URLSearchParams({ dataCenter: dc, email, ...(session !== undefined && { session }) });
  return `/sessions?${query}`;
}
