import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOn } from './testing/commands.ts';
import { type PlatformProcess, throwaway, Workshop } from './testing/platform-process.ts';

const shop = new Workshop();
let platform: PlatformProcess;
const owner = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';

beforeAll(async () => {
  platform = await shop.start({ dataDirectory: shop.folder('platform'), dataCenters: 'us,eu,cn', settings: throwaway });
});
afterAll(() => shop[Symbol.asyncDispose]());

const { run, json, failure } = commandsOn(shop, () => platform.dataDirectory);

describe('help', () => {
  const commands = [
    'start',
    'demo',
    'migrate',
    'crm import',
    ...['create', 'list', 'delete'].map((name) => `crm assignment-rule ${name}`),
    'crm territories',
    'crm types',
    'mail list',
    'mail show',
    'user create',
    'session list',
    'session end',
    ...['create', 'list', 'show', 'update', 'rotate-secret', 'delete'].map((name) => `client ${name}`),
    'self-client code',
    'token inspect',
    'dc list',
    'event list',
    'limits list',
    'keys rotate',
    ...['set-password', 'promote', 'deactivate', 'activate', 'end-tokens'].map((name) => `user ${name}`),
  ];
  test.each(commands)('%s --help', async (command) => {
    const { code, stdout, stderr } = await shop.run([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: grantway ${command} `));
    expect(stdout).toContain('--json');
  });

  test('no command, an unknown one, and an unknown option are usage errors', async () => {
    for (const [args, said] of [
      [[], /^Usage: grantway/],
      [['nonsense'], /^error: unknown command 'nonsense'\n/],
      [['client'], /^Usage: grantway client/],
      [['client', 'nonsense'], /^error: unknown command 'nonsense'\n/],
      [['dc', 'list', '--nonsense'], /^error: unknown option '--nonsense'\n\(add --help/],
    ] as const) {
      const { code, stdout, stderr } = await shop.run(args);
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(said);
    }
    const inJson = await shop.run(['dc', 'list', '--nonsense', '--json']);
    expect(inJson.code).toBe(2);
    expect(JSON.parse(inJson.stdout).error.code).toBe('USAGE');
  });
});

describe('against a running platform', () => {
  test('dc list', async () => {
    const dataCenters = await json('dc list');
    expect(dataCenters.map((each: { id: string; realm: string }) => [each.id, each.realm])).toEqual([
      ['us', 'global'],
      ['eu', 'global'],
      ['cn', 'cn'],
    ]);
    const origins = platform.ready.dataCenters.us ?? {};
    expect(dataCenters[0]).toEqual({ id: 'us', realm: 'global', ...origins });
    expect((await run('dc list')).stdout).toContain(`us  global  ${origins.accounts}`);
  });

  test('from user to token: user, clients, self-client code, exchange, inspect, events', async () => {
    const named = ['--first-name', 'Anna', '--last-name', 'Smith', '--organization', 'Smith & Söhne'];
    const user = await json(`user create --dc us --email ${owner} --password`, 'correct horse', ...named);
    expect(user).toMatchObject({ email: owner, data_center: 'us', organization: 'Smith & Söhne' });
    expect(user.environments).toEqual({
      production: expect.stringMatching(/^\d+$/),
      sandbox: expect.stringMatching(/^\d+$/),
      developer: expect.stringMatching(/^\d+$/),
    });

    const web = ['--name', 'Web app', '--homepage', 'https://app.example.com/', '--redirect-uri', redirectUri];
    const client = await json(`client create --dc us --owner ${owner} --type server --enable-dc eu`, ...web);
    expect(client).toEqual({
      client_id: expect.stringMatching(/^1000\.[0-9A-Z]{30}$/),
      client_secret: expect.stringMatching(/^[0-9a-f]{42}$/),
      secrets: { us: client.client_secret, eu: expect.stringMatching(/^[0-9a-f]{42}$/) },
    });
    const id = ['--client-id', client.client_id];
    expect(await json('client show', ...id)).toMatchObject({ redirect_uris: [redirectUri], type: 'server' });
    expect(await json('client update', ...id, '--name', 'New name', '--disable-dc', 'eu')).toMatchObject({
      name: 'New name',
      data_centers: { us: true, eu: false },
    });
    const rotated = await json('client rotate-secret', ...id, '--dc', 'us');
    expect(rotated.client_secret).not.toBe(client.client_secret);
    expect(Object.keys(rotated.secrets)).toEqual(['us']);
    await json('client rotate-secret', ...id, '--overlap', '7d');
    expect((await failure(2, 'client rotate-secret --overlap 2h', ...id)).message).toContain('0, 1h, 24h, 7d');
    const shared = ['--same-secret', '--overlap', '1h', '--show-once'];
    expect(await json('client update', ...id, ...shared)).toMatchObject({
      ...{ same_secret: true, secrets_shown_once: true, secrets: {} },
    });
    const split = await json('client update', ...id, '--no-same-secret', '--no-show-once');
    expect(split).toMatchObject({ same_secret: false, secrets_shown_once: false });
    expect(Object.keys(split.secrets)).toEqual(['eu']);
    const listed = await json('client list');
    expect(listed.map((each: { client_id: string }) => each.client_id)).toEqual([client.client_id]);
    expect(JSON.stringify(listed)).not.toContain(rotated.client_secret);

    const self = await json(`client create --dc us --owner ${owner} --type self`);
    expect((await json('client list --dc eu')).map((each: { type: string }) => each.type)).toEqual([]);
    expect((await json('client list --dc us')).map((each: { type: string }) => each.type).sort()).toEqual([
      'self',
      'server',
    ]);
    const wrong = await failure(
      1,
      `client create --dc us --owner ${owner} --type server --name <> --homepage x --redirect-uri y`,
    );
    expect(wrong.message).toMatch(/client name.*; .*homepage URL.*; .*redirect URI/);
    const { code, expires_at } = await json(
      `self-client code --dc us --client-id ${self.client_id} --scope ZohoCRM.modules.ALL --minutes 10`,
    );
    expect(Date.parse(expires_at) - Date.now()).toBeGreaterThan(9 * 60_000);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: self.client_id,
      client_secret: self.client_secret,
      code,
    });
    const token = await fetch(`${platform.ready.dataCenters.us?.accounts}/oauth/v2/token`, { method: 'POST', body });
    const { access_token } = (await token.json()) as { access_token: string };

    const inspected = await json('token inspect', access_token);
    expect(inspected.verdict).toMatch(/access token/i);
    expect(JSON.stringify(inspected)).not.toContain(access_token);
    expect((await json('token inspect', code)).verdict).toMatch(/code/i);
    const [event] = await json('event list --dc us --kind token --limit 1');
    expect(event).toMatchObject({ kind: 'token', outcome: 'Success', clientId: self.client_id });

    expect(await json('client delete', ...id, '--yes')).toEqual({ client_id: client.client_id, deleted: true });
    expect((await failure(1, 'client show', ...id)).code).toBe('NOT_FOUND');
  });

  test('mail: what the CRM sends is in the outbox', async () => {
    const email = 'mail@us.example';
    await json(`user create --dc us --email ${email} --password correct-horse`);
    const self = await json(`client create --dc us --owner ${email} --type self`);
    const scope = 'ZohoCRM.modules.ALL,ZohoCRM.send_mail.ALL';
    const { code } = await json(`self-client code --dc us --client-id ${self.client_id} --scope ${scope}`);
    const { accounts, api } = platform.ready.dataCenters.us as { accounts: string; api: string };
    const grant = {
      grant_type: 'authorization_code',
      client_id: self.client_id,
      client_secret: self.client_secret,
      code,
    };
    const answer = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body: new URLSearchParams(grant) });
    const { access_token } = (await answer.json()) as { access_token: string };
    const post = async (path: string, data: object) => {
      const headers = { authorization: `Zoho-oauthtoken ${access_token}` };
      const body = JSON.stringify({ data: [data] });
      const sent = await fetch(`${api}/crm/v8/${path}`, { method: 'POST', headers, body });
      return ((await sent.json()) as { data: { details: Record<string, string> }[] }).data[0]?.details ?? {};
    };
    const { id } = await post('Leads', { Last_Name: 'x', Company: 'y' });
    const mail = { from: { email }, to: [{ email: 'zed@example.com' }], subject: 'a \u{1f642} b', content: '<p>\nhi' };
    const { message_id } = await post(`Leads/${id}/actions/send_mail`, mail);
    const [listed] = await json('mail list --dc us --limit 1');
    expect(listed).toMatchObject({ message_id, to: ['zed@example.com'], subject: 'a \u{1f642} b' });
    expect(await json(`mail show ${message_id} --dc us`)).toEqual({ ...listed, content: '<p>\nhi' });
    expect((await run('mail list --dc us')).stdout).toContain('a \u{1f642} b');
    expect((await run(`mail show ${message_id} --dc us`)).stdout).toMatch(/subject +a \u{1f642} b[\s\S]*<p>\nhi\n$/u);
    expect((await failure(1, 'mail show nothing --dc us')).code).toBe('NOT_FOUND');
    expect((await failure(2, 'mail list --dc us --limit 0')).message).toContain('--limit');
    expect(await json('mail list --dc eu')).toEqual([]);
  });

  test('crm: assignment rules come from files, territories are switched on and off', async () => {
    const email = 'rules@us.example';
    const user = await json(`user create --dc us --email ${email} --password correct-horse`);
    const of = `--dc us --organization ${user.organization_id}`;
    const fileOf = (rule: unknown) => {
      const file = shop.folder('rule.json');
      writeFileSync(file, JSON.stringify(rule));
      return ['--file', file];
    };
    const rule = {
      name: 'Northport',
      module: 'Leads',
      default_assignee: email,
      entries: [{ criteria: { field: { api_name: 'City' }, comparator: 'equal', value: 'Northport' }, users: [email] }],
    };
    const { id } = await json(`crm assignment-rule create ${of}`, ...fileOf(rule));
    expect(await json(`crm assignment-rule list ${of}`)).toEqual([{ id, description: null, ...rule }]);
    expect(await json(`crm assignment-rule list ${of} --environment sandbox`)).toEqual([]);
    expect((await run(`crm assignment-rule list ${of}`)).stdout).toContain(`${id}  Leads   Northport  ${email}`);
    const wrong = { ...rule, name: 'Other', entries: [{ users: ['nobody@us.example'] }] };
    const refused = await failure(1, `crm assignment-rule create ${of}`, ...fileOf(wrong));
    expect(refused.message).toMatch(
      /rule\.json: entries\[0\]\.users\[0\]: invalid data \(expected data type: email of an active user\)$/,
    );
    expect((await failure(1, `crm assignment-rule create ${of} --file /nowhere`)).message).toBe(
      'cannot read the file "/nowhere": it does not exist',
    );
    expect((await failure(1, `crm assignment-rule create ${of} --file /`)).message).toMatch(/: it is a folder$/);
    for (const kind of ['assignment-rule', 'template', 'layout', 'blueprint']) {
      const { message } = await failure(1, `crm ${kind} create ${of}`, ...fileOf({ name: 'Half' }));
      expect(message, kind).toMatch(/rule\.json: module is missing$/);
    }
    expect(await json(`crm assignment-rule delete ${id} ${of}`)).toEqual({ id, deleted: true });
    expect((await failure(1, `crm assignment-rule delete ${id} ${of}`)).code).toBe('NOT_FOUND');
    expect((await failure(1, 'crm assignment-rule list --dc us --organization 1')).code).toBe('NOT_FOUND');

    expect(await json(`crm territories off ${of}`)).toMatchObject({ territories: false });
    expect(await json(`crm territories on ${of}`)).toMatchObject({ territories: true });
    expect((await failure(2, `crm territories away ${of}`)).message).toContain("'away'");
  });

  test('crm types: the fields of an organization as TypeScript', async () => {
    const user = await json('user create --dc us --email types@us.example --password correct-horse');
    const of = `--dc us --organization ${user.organization_id}`;
    const { stdout } = await run(`crm types --module Leads Deals ${of}`);
    expect(stdout).toContain('export interface Leads {');
    expect(stdout).toContain('  /** Last Name (text, mandatory) */\n  readonly Last_Name?: string | null;');
    expect(stdout).toContain('readonly Owner?: Reference | null;');
    expect(stdout).toContain('export type Modules = {\n  readonly Leads: Leads;\n  readonly Deals: Deals;\n};');
    expect((await json(`crm types ${of}`)).types).toContain('readonly Contacts: Contacts;');
    expect(await failure(1, `crm types --module Nothing ${of}`)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each<[1 | 2, string, RegExp]>([
    [2, 'user create --dc us --email x@us.example', /--password/],
    [1, 'user create --dc xx --email x@us.example --password 12345678', /"xx" is not one of this platform: us, eu, cn/],
    [2, 'user create --dc us --email nonsense --password 12345678', /^--email: the e-mail address must/],
    [1, 'user create --dc us --email x@us.example --password short', /password/],
    [2, 'client create --dc us --owner nobody@us.example --type nonsense', /Allowed choices/],
    [1, 'client create --dc us --owner nobody@us.example --type self', /no user "nobody@us.example"/],
    [1, 'client list --dc xx', /"xx" is not one of this platform/],
    [2, 'client show', /--client-id/],
    [1, 'client show --client-id 1000.NOBODY', /1000\.NOBODY/],
    [2, 'client update --client-id 1000.NOBODY', /expected an option that says what to change/],
    [1, 'client update --client-id 1000.NOBODY --name New', /1000\.NOBODY/],
    [1, 'client rotate-secret --client-id 1000.NOBODY', /1000\.NOBODY/],
    [1, 'client delete --client-id 1000.NOBODY', /1000\.NOBODY/],
    [2, 'self-client code --dc us --client-id 1000.NOBODY', /--scope/],
    [2, 'self-client code --dc us --client-id 1000.NOBODY --scope a --minutes many', /3, 5, 7, 10/],
    [2, 'self-client code --dc us --client-id 1000.NOBODY --scope a --minutes 4', /3, 5, 7, 10/],
    [1, 'self-client code --dc us --client-id 1000.NOBODY --scope ZohoCRM.modules.ALL', /1000\.NOBODY/],
    [2, 'token inspect', /token/],
    [1, 'token inspect nonsense', /token/],
    [1, 'event list --dc xx', /"xx"/],
    [2, 'event list --dc us --limit 0', /--limit <n>.*'0'.* from 1 to 1000\./],
    [2, 'event list --dc us --kind tokens', /--kind <kind>.*'tokens'.* Expected one of authorize,/],
    [2, 'dc list surplus', /too many arguments/],
    [2, 'start --base-port many', /--base-port/],
    [2, 'start --base-port 70000', /--base-port <n>.*'70000'.* from 1 to 65000\./],
    [2, 'start --workers 0', /--workers <n>.*'0'.* from 1 to 256\./],
    [2, 'start --lab --workers 2', /'--workers <n>' cannot be used with option '--lab'/],
    [2, 'start --data-centers ,', /--data-centers <ids>.*','.* Expected ids of data centres/],
    [2, 'serve --role api,foo', /--role <roles>.*'api,foo'.* Expected parts \(accounts, api, /],
    [2, 'audit list --dc us --limit -1', /--limit <n>.*'-1'.* from 1 to 1000\./],
    [2, 'audit list --dc us --since yesterday', /^--since: expected a time like .*, got "yesterday"$/],
    [2, 'audit verify --dc us --head 5', /--head <number:hash>.*'5'.* a colon and 64 hexadecimal digits/],
    [2, 'flow show', /expected the id .*, or --file .*; got neither/],
    [2, 'flow watch --seconds 0', /--seconds <n>.*'0'.* a number above 0/],
    [2, 'flow list --user anna', /--user <id>.*'anna'.* an id of up to 19 digits/],
    [2, 'keys rotate --dc us --algorithm FOO', /'FOO' is invalid. Allowed choices are RS256, ES256/],
    [2, 'keys retire --dc us --key-id x', /--key-id <id>.*'x'.* 32 lower-case hexadecimal digits/],
    [2, 'cors check --dc us --client-id x --origin x --method (', /--method <method>.*'\('.* an HTTP method like GET/],
    [2, 'client show --client-id ..', /--client-id <id>.*'\.\.' is invalid/],
    [
      2,
      'client create --dc us --owner a --type server',
      /^--type server: expected --name, --homepage, --redirect-uri /,
    ],
    [2, 'client registration-token --dc us --owner a --ttl 5', /--ttl <seconds>.*'5'.* from 60 to 31536000/],
    [2, 'client update --client-id x --jwks a --jwks-uri b', /'--jwks-uri <url>' cannot be used with option '--jwks/],
    [2, 'lab clock advance 61', /the duration: expected a number with a unit .*, got "61"/],
    [2, 'lab clock set now', /the time: expected ISO 8601 .*, got "now"/],
    [2, 'lab fault add --dc us --status 999', /^--status: expected 200 to 599, got 999$/],
    [2, 'lab fault remove', /expected the id of a fault, or --all; got neither/],
    [
      2,
      'crm territories maybe --dc us --organization 1',
      /'maybe' is invalid for argument 'switch'. Allowed choices are on, off/,
    ],
    [1, 'start --config /nowhere/config.json', /cannot read the config file/],
  ])('exit code %i: %s', async (code, line, message) => {
    expect((await failure(code, line)).message).toMatch(message);
  });
});

describe('finding the platform', () => {
  test('none runs there, the token is wrong or missing, or something else answers', async () => {
    const stranger = createServer((_request, response) => response.end('<html>hello')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const { origin } = platform.ready.admin;
    const env = { GRANTWAY_ADMIN_TOKEN: 'wrong' };
    for (const [args, options, message] of [
      [[], {}, /no platform runs on the data directory "data"; start one/],
      [['--data', 'elsewhere'], {}, /no platform runs on the data directory "elsewhere"/],
      [['--admin', origin], {}, /expected the admin token in GRANTWAY_ADMIN_TOKEN/],
      [['--admin', origin], { env }, /the admin token is missing or wrong/],
      [['--admin', 'http://127.0.0.1:1'], { env }, /no platform answers at http:\/\/127.0.0.1:1; check --admin/],
      [
        [],
        { env: { GRANTWAY_ADMIN_ORIGIN: origin } },
        /GRANTWAY_ADMIN_TOKEN, which GRANTWAY_ADMIN_ORIGIN needs; got none/,
      ],
      [
        [],
        { env: { ...env, GRANTWAY_ADMIN_ORIGIN: 'no' } },
        /^grantway: GRANTWAY_ADMIN_ORIGIN: expected an origin like/,
      ],
      [
        ['--admin', `${platform.ready.dataCenters.us?.api}`],
        { env },
        /no admin API answers at .*, but something else; check --admin/,
      ],
      [['--admin', strange], { env }, /no admin API answers at/],
    ] as const) {
      const { code, stdout, stderr } = await shop.run(['dc', 'list', ...args], options);
      expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd()).not.toContain('\n');
    }
    stranger.close();
    const { code, stderr } = await shop.run(['dc', 'list', '--admin', 'nonsense'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--admin: expected an origin like http:.*, got "nonsense"/);
  });

  test('by GRANTWAY_DATA, and by origin and token', async () => {
    const byData = await shop.run(['dc', 'list'], { env: { GRANTWAY_DATA: platform.dataDirectory } });
    expect(byData.code).toBe(0);
    const remote = await shop.start({
      dataDirectory: shop.folder('remote'),
      env: { GRANTWAY_ADMIN_TOKEN: 'given-by-the-environment' },
    });
    const env = {
      GRANTWAY_ADMIN_ORIGIN: remote.ready.admin.origin,
      GRANTWAY_ADMIN_TOKEN: 'given-by-the-environment',
    };
    const byOrigin = await shop.run(['dc', 'list', '--json'], { env });
    expect(JSON.parse(byOrigin.stdout)).toHaveLength(1);
  });
});

test('migrate brings the databases up to date, and refuses while the platform runs', async () => {
  const args = ['migrate', '--data', shop.folder('migrated'), '--data-centers', 'us', '--json'];
  for (let time = 0; time < 2; time++) {
    const { code, stdout, stderr } = await shop.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ migrated: ['directory', 'us'] });
  }
  expect((await failure(1, 'migrate')).message).toMatch(/in use by the platform/);
  expect((await failure(1, 'migrate --distribute citus')).message).toMatch(/in use by the platform/);
  const distribute = await shop.run([...args, '--distribute', 'citus']);
  expect({ code: distribute.code, stderr: distribute.stderr }).toEqual({ code: 1, stderr: '' });
  expect(JSON.parse(distribute.stdout).error.message).toContain(
    'the database of "us" cannot be distributed: expected the extension citus',
  );
  expect((await shop.run([...args, '--distribute', 'sharding'])).code).toBe(2);
});

describe('user set-password, promote, deactivate, activate, end-tokens', () => {
  test('for a user that exists, and a clear word for one that does not', async () => {
    await json('user create --dc us --email change@us.example --password', 'correct horse');
    const who = '--dc us --email change@us.example';
    expect(await json(`user set-password ${who} --password`, 'another good one')).toMatchObject({
      email: 'change@us.example',
      active: true,
    });
    expect((await failure(1, `user set-password ${who} --password short`)).message).toContain('8 to 128');
    expect((await failure(1, `user set-password ${who} --password change@us.example`)).message).toBe(
      "the password must not be the user's own name or e-mail address",
    );
    expect(await json(`session list ${who}`)).toEqual([]);
    expect((await json(`session end ${who}`)).ended).toEqual([]);
    expect((await failure(1, `session end ${who} --session 1`)).message).toContain('16 hexadecimal digits');
    expect((await json(`user deactivate ${who}`)).active).toBe(false);
    expect((await json(`user activate ${who}`)).active).toBe(true);
    expect((await json(`user promote ${who}`)).operator).toBe(true);
    expect((await json(`user promote ${who} --demote`)).operator).toBe(false);
    expect((await json(`user end-tokens ${who}`)).ended_grants).toBe(0);
    expect((await failure(1, 'user deactivate --dc us --email nobody@us.example')).message).toContain('has no user');
  });
});
