import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOn } from './testing/commands.ts';
import { type PlatformProcess, throwaway, Workshop } from './testing/platform-process.ts';

const shop = new Workshop();
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await shop.start({ dataDirectory: shop.folder('platform'), dataCenters: 'us', settings: throwaway });
});
afterAll(() => shop[Symbol.asyncDispose]());

const { run, json, failure } = commandsOn(shop, () => platform.dataDirectory);

describe('limits and settings of a client', () => {
  test('limits list names every setting with its default, its value and what it is', async () => {
    const settings = (await json('limits list')) as {
      name: string;
      value: unknown;
      default: unknown;
      description: string;
    }[];
    const code = settings.find((each) => each.name === 'lifetimes.codeTtlSeconds');
    expect(code).toMatchObject({ value: 60, default: 60, per_client: true });
    for (const each of settings) expect(each.description, each.name).not.toBe('');
    expect(settings.map((each) => each.name)).toContain('compatibility.strictRfc');
  });

  test('a client may have its own, checked against the same schema', async () => {
    await json('user create --dc us --email settings@us.example --password', 'correct horse');
    const { client_id } = await json(
      'client create --dc us --owner settings@us.example --type device --name Own --homepage https://app.example.com',
    );
    const update = ['client', 'update', '--client-id', client_id].join(' ');
    expect(
      (await json(update, '--set', 'lifetimes.accessTokenTtlSeconds=60', '--set', 'compatibility.strictRfc=true'))
        .settings,
    ).toEqual({
      'lifetimes.accessTokenTtlSeconds': 60,
      'compatibility.strictRfc': true,
    });
    expect((await json(update, '--unset', 'compatibility.strictRfc')).settings).toEqual({
      'lifetimes.accessTokenTtlSeconds': 60,
    });
    expect((await failure(1, update, '--set', 'lifetimes.accessTokenTtlSeconds=0')).message).toContain(
      'accessTokenTtlSeconds',
    );
    expect((await failure(1, update, '--set', 'limits.windowSeconds=5')).message).toContain('whole platform');
    expect((await failure(2, update, '--set', 'nonsense')).message).toContain('--set: expected NAME=VALUE');
    expect((await failure(1, update, '--set', 'lifetimes.accessTokenTtlSeconds=soon')).message).toBe(
      'lifetimes.accessTokenTtlSeconds: expected a whole number from 1 to 315360000, got "soon"',
    );
    for (const name of ['searchWithoutScope', 'compatibility.searchWithoutScope']) {
      expect((await json(update, '--set', `${name}=true`)).settings).toMatchObject({
        'compatibility.searchWithoutScope': true,
      });
      const shown = await run(`client show --client-id ${client_id}`);
      expect(shown.stdout).toMatch(/settings .*"compatibility\.searchWithoutScope":true/);
      expect((await json(update, '--set', `${name}=`)).settings).toEqual({ 'lifetimes.accessTokenTtlSeconds': 60 });
    }
    expect((await failure(1, update, '--set', 'searchWithoutScope=["601000001"]')).message).toBe(
      'compatibility.searchWithoutScope: expected true or false, got "["601000001"]"',
    );
    expect((await failure(1, update, '--set', 'searchWithoutScopes=true')).message).toMatch(
      /^there is no setting "searchWithoutScopes" of a client: expected one of lifetimes\.codeTtlSeconds, .*searchWithoutScope$/,
    );
  });
});

test('a client is declared as a resource server, and the events tell of it', async () => {
  await json('user create --dc us --email resource@us.example --password', 'correct horse');
  const fields = '--dc us --owner resource@us.example --type server --name Orders --homepage https://a.example';
  const redirect = '--redirect-uri https://a.example/cb';
  const { client_id } = await json(`client create ${fields} ${redirect} --resource-server`);
  expect((await json(`client show --client-id ${client_id}`)).resource_server).toBe(true);
  const update = (option: string) => json(`client update --client-id ${client_id} ${option}`);
  expect((await update('--name Renamed')).resource_server).toBe(true);
  expect((await update('--no-resource-server')).resource_server).toBe(false);
  expect((await update('--resource-server')).resource_server).toBe(true);
  const events = (await json(`event list --dc us --kind client --client-id ${client_id}`)) as unknown as {
    detail: { action: string; changed?: string[] };
  }[];
  expect(events.map(({ detail }) => detail.changed ?? detail.action)).toEqual([
    ['resource_server'],
    ['resource_server'],
    ['name'],
    'register',
  ]);
});

describe('cors check', () => {
  test('answers as a browser would act, and names what decides', async () => {
    await json('user create --dc us --email cors@us.example --password', 'correct horse');
    const { client_id } = await json(
      'client create --dc us --owner cors@us.example --type browser --name Page --homepage https://page.example',
      '--redirect-uri',
      'https://page.example/redirect',
      '--js-domain',
      'https://page.example',
    );
    const check = `cors check --dc us --client-id ${client_id} --method POST --header x-zoho-sdk --origin`;
    const allowed = await json(check, 'https://page.example');
    expect(allowed).toEqual({
      allowed: true,
      preflight: {
        status: 204,
        headers: expect.objectContaining({ 'access-control-allow-headers': 'authorization,x-zoho-sdk' }),
      },
      request: { headers: expect.objectContaining({ 'access-control-allow-origin': 'https://page.example' }) },
      reason: expect.stringContaining('https://page.example'),
      mend: null,
    });
    const refused = await json(check, 'https://elsewhere.example');
    expect(refused).toMatchObject({ allowed: false, preflight: { status: 403 }, request: { headers: {} } });
    expect(refused.mend).toContain('--js-domain https://page.example --js-domain https://elsewhere.example');
    expect((await run(check, 'https://elsewhere.example')).stdout).toContain('The browser does not allow it.');
    expect((await failure(1, `cors check --dc zz --client-id ${client_id} --origin`, 'https://a.b')).message).toContain(
      '"zz"',
    );
    expect((await failure(1, 'cors check --dc us --client-id 1000.NONE --origin', 'https://a.b')).message).toContain(
      '1000.NONE',
    );
  });
});

test('flow list, show and watch tell what happened, by the id of a request, too', async () => {
  await json('user create --dc us --email flows@us.example --password', 'correct horse');
  const { client_id } = await json('client create --dc us --owner flows@us.example --type self');
  const { accounts } = platform.ready.dataCenters.us ?? {};
  const watching = run('flow watch --seconds 8 --json');
  // The watch tells what comes after its first look.
  const fields = { grant_type: 'authorization_code', client_id, client_secret: 'wrong', code: '1000.a.b' };
  const refuse = async () => {
    const answer = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body: new URLSearchParams(fields) });
    return answer.headers.get('x-request-id') ?? '';
  };
  const requestIds = [await refuse()];
  const done = watching.then(() => true);
  while (!(await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500, false))]))) {
    requestIds.push(await refuse());
  }
  const { flows } = await json(`flow list --outcome failed --client-id ${client_id}`);
  expect(flows[0]).toMatchObject({ client_id, outcome: 'failed', data_centers: ['us'] });
  const flow = await json(`flow show ${requestIds[0]}`);
  expect(flow.steps[0]).toMatchObject({
    component: 'accounts',
    data_center: 'us',
    request: { method: 'POST', path: '/oauth/v2/token' },
    outcome: 'SecretWrong',
    expected: expect.any(String),
    came: expect.any(String),
    rule: expect.any(String),
    mend: expect.any(String),
  });
  expect((await json(`flow show ${flow.flow_id}`)).flow_id).toBe(flow.flow_id);
  const drawn = await run(`flow show ${flow.flow_id}`);
  expect(drawn.stdout).toMatch(/POST \/oauth\/v2\/token[\s\S]*✗ SecretWrong[\s\S]*Mend/);
  const watched = (await watching).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(watched[0]).toMatchObject({ outcome: 'SecretWrong', flow_id: expect.any(String) });
  expect((await failure(1, 'flow show nothing')).message).toContain('x-request-id');
  expect((await failure(1, 'flow list --dc xx')).message).toContain('"xx"');
  expect((await failure(2, 'flow list --outcome good')).message).toContain('Allowed choices are failed');
}, 60_000);
