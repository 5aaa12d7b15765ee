import type { Command } from 'commander';
import { addAddressOptions, connectAdmin, type PlatformAddress } from '../admin-client.ts';
import { printFacts, printJson } from '../output.ts';
import { WrongUsage } from '../wrong-usage.ts';

interface Options extends PlatformAddress {
  readonly dc: string;
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly organization?: string;
  readonly unverified?: boolean;
  readonly json?: boolean;
}

interface Move {
  readonly to: string;
  readonly withMembers?: boolean;
}

/** A large organization takes its time. */
const patience = { timeoutMs: 3_600_000 };

export function registerUserCommands(program: Command): void {
  const user = program.command('user').description('users');
  addAddressOptions(
    user
      .command('create')
      .description('create a user with an organization and its three environments')
      .requiredOption('--dc <id>', 'data centre that the user lives in')
      .requiredOption('--email <address>', 'e-mail address, the sign-in name')
      .requiredOption('--password <text>', 'password')
      .option('--unverified', 'the user has to prove the e-mail address first (accounts page "Your e-mail address")')
      .option('--first-name <name>', 'first name', '')
      .option('--last-name <name>', 'last name (default: the part of the e-mail address before the @)')
      .option('--organization <name>', 'name of the organization (default: made from the last name)'),
  ).action(async (options: Options) => {
    const { emailAddressFault } = await import('../../foundation/email-address.ts');
    const fault = emailAddressFault(options.email);
    if (fault !== undefined) throw new WrongUsage(`--email: ${fault}`);
    const lastName = options.lastName ?? (options.email.split('@')[0] || 'User');
    const created = await connectAdmin(options)<Record<string, unknown>>('POST', '/users', {
      dataCenter: options.dc,
      email: options.email,
      password: options.password,
      ...(options.unverified && { emailVerified: false }),
      firstName: options.firstName,
      lastName,
      // Cut between two halves of a character, the name would be refused.
      organization: options.organization ?? `${lastName} Organization`.slice(0, 100).replace(/[\ud800-\udbff]$/, ''),
    });
    const { userId, email, dataCenter, organizationId, organization, environments } = created;
    const shown = {
      user_id: userId,
      email,
      data_center: dataCenter,
      organization_id: organizationId,
      organization,
      environments,
    };
    if (options.json) printJson(shown);
    else printFacts(shown);
  });

  const change = async (options: Pick<Options, 'dc' | 'email' | 'json' | 'data' | 'admin'>, body: object) => {
    const { dc, email } = options;
    const changed = await connectAdmin(options)<Record<string, unknown>>('PATCH', '/users', {
      dataCenter: dc,
      email,
      ...body,
    });
    if (options.json) printJson(changed);
    else printFacts(changed);
  };
  const existing = (name: string, description: string) =>
    addAddressOptions(user.command(name))
      .description(description)
      .requiredOption('--dc <id>', 'data centre that the user lives in')
      .requiredOption('--email <address>', 'sign-in name');

  existing('set-password', 'give the user a new password; all sessions end')
    .requiredOption('--password <text>', 'the new password')
    .option('--end-tokens', 'end all API tokens too')
    .action((options: Options & { endTokens?: boolean }) =>
      change(options, { password: options.password, endTokens: options.endTokens ?? false }),
    );
  existing('deactivate', 'no sign-in, and no token of the user works').action((options: Options) =>
    change(options, { active: false }),
  );
  existing('activate', 'let the user sign in again').action((options: Options) => change(options, { active: true }));
  existing('promote', 'give the user the operator role: in the console operators see and change everything')
    .option('--demote', 'take the role back')
    .action((options: Options & { demote?: boolean }) => change(options, { operator: options.demote !== true }));
  existing(
    'reset-factors',
    'remove authenticator app, passkeys and recovery codes of a user who has lost them; the password stays',
  ).action((options: Options) => change(options, { resetFactors: true }));
  existing('move', 'move the user, with the organization, to another data centre; sessions and tokens end')
    .requiredOption('--to <id>', 'data centre to live in from now on, of the same realm')
    .option('--with-members', 'everybody else who works in the organization moves, too')
    .action(async ({ dc, email, to, withMembers = false, ...options }: Options & Move) => {
      const body = { dataCenter: dc, email, to, withMembers };
      const moved = await connectAdmin(options, patience)<Record<string, unknown>>('POST', '/users/move', body);
      if (options.json) printJson(moved);
      else printFacts(moved);
    });
  existing('end-tokens', 'end all API tokens and grants of the user').action((options: Options) =>
    change(options, { endTokens: true }),
  );
}
