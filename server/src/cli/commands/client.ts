import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { registrationTokenTtlSeconds } from '../../admin/bounds.ts';
import {
  accessTokenFormats,
  type ClientType,
  clientProfiles,
  clientTypeRules,
  clientTypes,
} from '../../oauth/client.ts';
import { secretOverlaps } from '../../oauth/client-secret.ts';
import { addAddressOptions, connectAdmin, type PlatformAddress, pathPart } from '../admin-client.ts';
import { moreTexts, namesOf, someText, wholeNumber } from '../option-values.ts';
import { printFacts, printJson, printLine, printTable } from '../output.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { readJsonFile } from './read-json-file.ts';

interface Options extends PlatformAddress {
  readonly clientId: string;
  readonly json?: boolean;
}

interface FieldOptions extends Options {
  readonly dc?: string;
  readonly owner: string;
  readonly type: ClientType;
  readonly name?: string;
  readonly homepage?: string;
  readonly redirectUri?: readonly string[];
  readonly jsDomain?: readonly string[];
  readonly enableDc?: readonly string[];
  readonly disableDc?: readonly string[];
  readonly sameSecret?: boolean;
  readonly resourceServer?: boolean;
  readonly showOnce?: boolean;
  readonly overlap?: keyof typeof secretOverlaps;
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly yes?: boolean;
  readonly profile?: string;
  readonly jwks?: string | false;
  readonly jwksUri?: string;
  readonly dpopBound?: boolean;
  readonly accessTokenFormat?: string;
  readonly postLogoutRedirectUri?: readonly string[];
  readonly backchannelLogoutUri?: string | false;
}

interface ListedClient extends Record<string, unknown> {
  readonly client_id: string;
  readonly type: string;
  readonly name: string;
  readonly data_center: string;
  readonly data_centers: Readonly<Record<string, boolean>>;
}

interface ProfileCheck {
  readonly profile: string;
  readonly looked: number;
  readonly since: string | null;
  readonly more: boolean;
  readonly unreachable_data_centers: readonly string[];
  readonly findings: readonly (Record<'id' | 'what' | 'effect' | 'mend' | 'rule', string> & {
    readonly count: number;
    readonly last_at: string | null;
  })[];
}

const resourceServer = 'an API that checks tokens: it may introspect the access tokens of every client';

const dataCenters = namesOf('ids of data centres');

export function registerClientCommands(program: Command): void {
  const client = program.command('client').description('registered clients');

  addFieldOptions(
    addAddressOptions(client.command('create'))
      .description('register a client; prints its secrets')
      .requiredOption('--dc <id>', 'data centre to register it in')
      .requiredOption('--owner <email>', 'its owner, a user of that data centre')
      .addOption(new Option('--type <type>', 'type of client').choices([...clientTypes]).makeOptionMandatory())
      .option('--enable-dc <ids>', 'further data centres to enable, separated by commas', dataCenters)
      .option('--same-secret', 'one secret for all data centres instead of one for each')
      .option('--resource-server', resourceServer)
      .option('--show-once', 'keep its secrets as hashes only: nobody can be told them again'),
  ).action(async (options: FieldOptions) => {
    checkFields(options);
    show(
      options,
      await connectAdmin(options)('POST', '/clients', {
        dataCenter: options.dc,
        owner: options.owner,
        type: options.type,
        name: options.name ?? '',
        homepageUrl: options.homepage ?? null,
        redirectUris: options.redirectUri ?? [],
        javascriptDomains: options.jsDomain ?? [],
        enabledDataCenters: options.enableDc ?? [],
        sameSecret: options.sameSecret ?? false,
        resourceServer: options.resourceServer ?? false,
        secretsShownOnce: options.showOnce ?? false,
        standards: await readStandards(options),
      }),
    );
  });

  const { minimum, maximum } = registrationTokenTtlSeconds;
  addAddressOptions(client.command('registration-token'))
    .description('make an initial access token: whoever has it registers clients at /oauth2/register')
    .requiredOption('--dc <id>', 'data centre to register them in')
    .requiredOption('--owner <email>', 'their owner, a user of that data centre')
    .option('--ttl <seconds>', 'how long it lives', wholeNumber(minimum, maximum), 86_400)
    .action(async (options: FieldOptions & { readonly ttl: number }) => {
      const { dc: dataCenter, owner, ttl: ttlSeconds } = options;
      const body = { dataCenter, owner, ttlSeconds };
      show(options, await connectAdmin(options)('POST', '/registration-tokens', body));
    });

  addAddressOptions(
    client
      .command('list')
      .description('list all clients')
      .option('--dc <id>', 'only those that are enabled in this data centre', someText),
  ).action(async (options: Options & { readonly dc?: string }) => {
    const query = options.dc === undefined ? '' : `?${new URLSearchParams({ dataCenter: options.dc })}`;
    const clients = await connectAdmin(options)<ListedClient[]>('GET', `/clients${query}`);
    if (options.json) return printJson(clients);
    printTable(
      ['CLIENT ID', 'TYPE', 'NAME', 'REGISTERED IN', 'ENABLED IN'],
      clients.map((each) => [each.client_id, each.type, each.name, each.data_center, enabledIn(each)]),
    );
  });

  addAddressOptions(withClientId(client.command('show').description('show a client; never its secrets'))).action(
    async (options: Options) => show(options, await connectAdmin(options)('GET', pathOf(options))),
  );

  addAddressOptions(withClientId(client.command('check-profile')))
    .description('what the strict profile would break, by the recorded traffic of the client')
    .action(async (options: Options) => {
      const check = await connectAdmin(options)<ProfileCheck>('GET', `${pathOf(options)}/profile-check`);
      if (options.json) printJson(check);
      else printProfileCheck(check);
    });

  addFieldOptions(addAddressOptions(withClientId(client.command('update'))))
    .description('change a client; lists that are named replace the old ones')
    .option('--enable-dc <ids>', 'data centres to enable, separated by commas', dataCenters)
    .option('--disable-dc <ids>', 'data centres to disable, separated by commas', dataCenters)
    .option(
      '--set <name=value>',
      "a setting of its own (see limits list), empty for the platform's; may be repeated",
      moreTexts,
    )
    .option('--unset <name>', "back to the platform's setting; may be repeated", moreTexts)
    .option('--resource-server', resourceServer)
    .option('--no-jwks', 'it authenticates by its secret again')
    .option('--no-dpop-bound', 'its access tokens need not be bound to a key any more')
    .option('--no-backchannel-logout-uri', 'it is not told any more when a user signs out')
    .option('--no-resource-server', 'it may introspect its own tokens only')
    .option('--same-secret', 'one secret for all data centres: that of the one where it was registered')
    .option('--no-same-secret', 'a secret for each data centre; the others get new ones')
    .addOption(overlapOption('how long secrets that this replaces stay valid', '24h'))
    .option('--show-once', 'keep its secrets as hashes only: nobody can be told them again')
    .option('--no-show-once', 'let secrets that are made from now on be told again')
    .action(async (options: FieldOptions) => {
      const standards = await readStandards(options);
      const change = {
        ...(options.name !== undefined && { name: options.name }),
        ...(options.homepage !== undefined && { homepageUrl: options.homepage }),
        ...(options.redirectUri && { redirectUris: options.redirectUri }),
        ...(options.jsDomain && { javascriptDomains: options.jsDomain }),
        ...(options.enableDc && { enable: options.enableDc }),
        ...(options.disableDc && { disable: options.disableDc }),
        ...(options.resourceServer !== undefined && { resourceServer: options.resourceServer }),
        ...(options.sameSecret !== undefined && {
          sameSecret: options.sameSecret,
          overlapSeconds: secretOverlaps[options.overlap ?? '24h'],
        }),
        ...(options.showOnce !== undefined && { secretsShownOnce: options.showOnce }),
        ...(Object.keys(standards).length > 0 && { standards }),
        ...((options.set || options.unset) && { overrides: readOverrides(options.set ?? [], options.unset ?? []) }),
      };
      if (Object.keys(change).length === 0)
        throw new WrongUsage('expected an option that says what to change, got none');
      show(options, await connectAdmin(options)('PATCH', pathOf(options), change));
    });

  addAddressOptions(withClientId(client.command('rotate-secret')))
    .description('replace the secret; the old one ends at once, or after the overlap')
    .option('--dc <id>', 'only the secret of this data centre')
    .addOption(overlapOption('how long the old secret stays valid beside the new one', '0'))
    .action(async (options: FieldOptions) => {
      const overlapSeconds = secretOverlaps[options.overlap ?? '0'];
      const body = { overlapSeconds, ...(options.dc !== undefined && { dataCenter: options.dc }) };
      show(options, await connectAdmin(options)('POST', `${pathOf(options)}/rotate-secret`, body));
    });

  addAddressOptions(withClientId(client.command('delete')))
    .description('delete a client; all its tokens end')
    .option('--yes', 'do not ask')
    .action(async (options: FieldOptions) => {
      const call = connectAdmin(options);
      const { name } = await call<ListedClient>('GET', pathOf(options));
      // Asks only where somebody can answer.
      if (
        !options.yes &&
        !options.json &&
        process.stdin.isTTY &&
        !(await confirmed(`Delete "${name}" (${options.clientId}) and end all its tokens? [y/N] `))
      ) {
        printLine('Nothing was deleted.');
        return;
      }
      show(options, await call('DELETE', pathOf(options)));
    });
}

function printProfileCheck({ findings, looked, more, profile, since, unreachable_data_centers }: ProfileCheck): void {
  const met = findings.filter(({ count }) => count > 0);
  const where = since === null ? '' : ` since ${since}${more ? ', the newest' : ''}`;
  printLine(
    `The client is ${profile}. ${looked} recorded requests${where}; ${met.length} kinds of what strict breaks.`,
  );
  if (unreachable_data_centers.length > 0) printLine(`Not reached: ${unreachable_data_centers.join(', ')}.`);
  if (met.length === 0) return;
  printLine();
  printTable(
    ['FINDING', 'COUNT', 'LAST', 'THE APP', 'STRICT', 'MEND', 'RULE'],
    met.map((each) => [each.id, String(each.count), each.last_at ?? '-', each.what, each.effect, each.mend, each.rule]),
  );
}

function overlapOption(description: string, value: keyof typeof secretOverlaps): Option {
  return new Option('--overlap <time>', description).choices(Object.keys(secretOverlaps)).default(value);
}

function withClientId(command: Command): Command {
  return command.requiredOption('--client-id <id>', 'id of the client');
}

function addFieldOptions(command: Command): Command {
  return command
    .option('--name <name>', 'name that users see on the consent page')
    .option('--homepage <url>', 'homepage of the app')
    .option('--redirect-uri <uri>', 'redirect URI; may be repeated', moreTexts)
    .option('--js-domain <origin>', 'JavaScript domain, like https://app.example.com; may be repeated', moreTexts)
    .addOption(new Option('--profile <profile>', 'rules that it is served by').choices([...clientProfiles]))
    .option('--jwks <file>', 'its public keys as a JWK set: it then authenticates by private_key_jwt only')
    .addOption(
      new Option('--jwks-uri <url>', 'where it publishes them instead, so that it can change them by itself').conflicts(
        'jwks',
      ),
    )
    .option('--dpop-bound', 'its access tokens are always bound to a key (DPoP)')
    .addOption(
      new Option(
        '--access-token-format <format>',
        'access tokens as random texts, or as signed JWTs (RFC 9068)',
      ).choices([...accessTokenFormats]),
    )
    .option(
      '--post-logout-redirect-uri <uri>',
      'where users may come back to after signing out; may be repeated',
      moreTexts,
    )
    .option('--backchannel-logout-uri <uri>', 'address of its server that is told when a user signs out');
}

/** What a client of the type needs is named whole; the rules themselves are the platform's. @throws WrongUsage */
function checkFields({ type, name, homepage, redirectUri, jsDomain }: FieldOptions): void {
  const rules = clientTypeRules[type];
  const missing = [
    ...(type !== 'self' && !name ? ['--name'] : []),
    ...(rules.homepage && !homepage ? ['--homepage'] : []),
    ...(rules.redirectUris && !redirectUri ? ['--redirect-uri'] : []),
    ...(rules.javascriptDomains && !jsDomain ? ['--js-domain'] : []),
  ];
  if (missing.length > 0) throw new WrongUsage(`--type ${type}: expected ${missing.join(', ')} beside it, got none`);
}

async function readStandards(options: FieldOptions): Promise<Record<string, unknown>> {
  return {
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.jwks !== undefined && {
      jwks: options.jwks === false ? null : await readJsonFile(options.jwks, 'the key set'),
    }),
    ...(options.jwksUri !== undefined && { jwksUri: options.jwksUri }),
    ...(options.dpopBound !== undefined && { dpopBound: options.dpopBound }),
    ...(options.accessTokenFormat !== undefined && { accessTokenFormat: options.accessTokenFormat }),
    ...(options.postLogoutRedirectUri && { postLogoutRedirectUris: options.postLogoutRedirectUri }),
    ...(options.backchannelLogoutUri !== undefined && { backchannelLogoutUri: options.backchannelLogoutUri || null }),
  };
}

function readOverrides(set: readonly string[], unset: readonly string[]): Record<string, string | null> {
  const overrides: Record<string, string | null> = {};
  for (const text of set) {
    const [name = '', value] = text.split(/=(.*)/s);
    if (name === '' || value === undefined) {
      throw new WrongUsage(`--set: expected NAME=VALUE, as limits.codesPerUserAndClientPerWindow=0, got "${text}"`);
    }
    overrides[name] = value.trim();
  }
  for (const name of unset) overrides[name] = null;
  return overrides;
}

function pathOf(options: Options): string {
  return `/clients/${pathPart(options.clientId)}`;
}

function show(options: Options, result: unknown): void {
  if (options.json) printJson(result);
  else printFacts(result as Record<string, unknown>);
}

function enabledIn(client: ListedClient): string {
  return Object.entries(client.data_centers)
    .filter(([, enabled]) => enabled)
    .map(([id]) => id)
    .join(',');
}

async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
