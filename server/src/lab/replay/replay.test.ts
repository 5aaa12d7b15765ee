import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { changeClient } from '../../admin/clients.ts';
import { runCommandLine } from '../../cli/program.ts';
import { accountsFailures } from '../../testing/failures/accounts-failures.ts';
import { apiFailures } from '../../testing/failures/api-failures.ts';
import { FailureStage, pageOrigin, redirectUri } from '../../testing/failures/failure-stage.ts';
import type { Lab } from '../lab.ts';

let stage: FailureStage;
let lab: Lab;
beforeAll(async () => {
  stage = await FailureStage.start({ lab: true });
  lab = stage.platform.lab as Lab;
});
afterAll(() => stage?.platform.stop());
// Each has a minute, and so the limits of one, to itself.
beforeEach(() => stage.platform.clock.advance(61));

const requestIdOf = (response: Response) => response.headers.get('x-request-id') ?? '';
const partsOf = ({ steps }: Awaited<ReturnType<Lab['replay']['run']>>) =>
  steps.map(({ before, note, now, same, what }) => ({ what, before, now, same, note }));

test.each([...accountsFailures, ...apiFailures])(
  '$name: it comes out the same, or it is said why not',
  async (failure) => {
    const { response } = await failure.provoke(stage);
    stage.platform.clock.advance(61);
    const replay = await lab.replay.run(requestIdOf(response)).catch((error: Error) => error);
    if (replay instanceof Error) return expect(replay.message).toMatch(/^nothing of the flow \S+ can be done again: ./);
    expect(partsOf(replay).filter(({ same }) => same === false)).toEqual([]);
    for (const step of replay.steps) expect(step.now !== null || step.note !== null, JSON.stringify(step)).toBe(true);
  },
);

test('a good flow, and a call at another data centre: each step with fresh credentials', async () => {
  const code = await stage.code();
  const answer = (await (await stage.exchange(code)).response.json()) as Record<
    'access_token' | 'refresh_token',
    string
  >;
  const list = '/crm/v8/Leads?fields=Last_Name';
  const lead = {
    method: 'POST',
    body: JSON.stringify({ data: [{ Last_Name: 'Private', Email: 'p@private.example' }] }),
  };
  await stage.call(list, answer.access_token);
  await stage.call('/crm/v8/Leads', answer.access_token, lead);
  await stage.refresh(answer.refresh_token, stage.own(stage.web));
  const { response } = await stage.call('/crm/v8/org', answer.access_token, { dataCenter: 'eu' });
  const replay = await lab.replay.run(requestIdOf(response));
  expect(replay.same).toBe(true);
  expect(replay.steps.map(({ data_center, now, what }) => [what, data_center, now?.outcome ?? null])).toEqual([
    ['grant code1', 'us', null],
    ['POST /oauth/v2/token', 'us', 'Success'],
    ['GET /crm/v8/Leads', 'us', 'Success'],
    ['POST /crm/v8/Leads', 'us', 'Success'],
    ['POST /oauth/v2/token', 'us', 'Success'],
    ['GET /crm/v8/org', 'eu', 'TokenOfOtherDataCenter'],
  ]);
  // They are new requests, with tokens of their own, and nothing that a person chose.
  const anew = await lab.replay.run(replay.steps[2]?.request_id ?? '');
  expect(anew.flow_id).not.toBe(replay.flow_id);
  expect(anew.same).toBe(true);
  expect(JSON.stringify(replay)).not.toMatch(/private|100[04]\.[0-9a-f]{32}/i);
});

test('the clock moves on as it did', async () => {
  const code = await stage.code();
  stage.platform.clock.advance(75);
  const { response } = await stage.exchange(code);
  const before = stage.platform.admin.clock.nowMs();
  const replay = await lab.replay.run(requestIdOf(response));
  expect(partsOf(replay).at(-1)).toMatchObject({ now: { outcome: 'CodeExpired' }, same: true });
  expect(stage.platform.admin.clock.nowMs() - before).toBe(75_000);
});

test('what was mended comes out otherwise', async () => {
  const own = 'https://mended.example.com';
  const order = { dataCenter: 'us', clientId: stage.page.client_id, environment: 'production' };
  const { access_token } = await lab.grants.tokens({ ...order, scope: 'ZohoCRM.org.READ' });
  const refused = await stage.call('/crm/v8/org', access_token, { headers: { origin: own } });
  const ask = () => lab.replay.run(requestIdOf(refused.response));
  expect(partsOf(await ask()).at(-1)).toMatchObject({ now: { outcome: 'OriginNotOfClient' }, same: true });
  await changeClient(stage.platform.admin, stage.page.client_id, { javascriptDomains: [pageOrigin, own] });
  const replay = await ask();
  expect(replay.same).toBe(false);
  expect(partsOf(replay).at(-1)).toMatchObject({
    before: { outcome: 'OriginNotOfClient' },
    now: { outcome: 'Success' },
  });
});

/** What `grantway flow …` prints, and its exit code. */
async function commandLine(...args: string[]): Promise<{ code: number; printed: string }> {
  let printed = '';
  vi.stubEnv('GRANTWAY_ADMIN_TOKEN', stage.platform.admin.adminToken);
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    return { code: await runCommandLine(['flow', ...args, '--admin', stage.platform.adminOrigin]), printed };
  } finally {
    output.mockRestore();
    vi.unstubAllEnvs();
  }
}

test('on the command line: exit code 1 and one JSON document where something differs', async () => {
  const slash = `${redirectUri}/`;
  const { response } = await stage.visit(stage.web, { redirect_uri: slash });
  const id = requestIdOf(response);
  expect(await commandLine('replay', id)).toMatchObject({ code: 0, printed: expect.stringContaining('as before') });
  const { printed: source } = await commandLine('to-test', id, '--runner', 'vitest');
  expect(source).toContain("import { test } from 'vitest';");
  expect(source).toContain("'RedirectUriMismatch'");
  await changeClient(stage.platform.admin, stage.web.client_id, { redirectUris: [redirectUri, slash] });
  const { code, printed } = await commandLine('replay', id, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(printed)).toMatchObject({ same: false });
  expect(await commandLine('replay', id)).toMatchObject({ code: 1, printed: expect.stringContaining('DIFFERS') });
  await changeClient(stage.platform.admin, stage.web.client_id, { redirectUris: [redirectUri] });
});

test('a fault and a file are not repeated, and that is said', async () => {
  const { access, refresh } = await stage.tokens('ZohoCRM.org.READ,ZohoFiles.files.ALL,ZohoCRM.bulk.ALL');
  await lab.faults.add({ dataCenter: 'us', component: 'api', endpoint: '/crm/v8/org', times: 1, cut: 'after' });
  await expect(stage.call('/crm/v8/org', access)).rejects.toThrow();
  const body = Buffer.from('PK');
  await stage.call('/crm/v8/upload', access, {
    at: 'content',
    method: 'POST',
    headers: { 'content-type': 'application/zip' },
    body,
  });
  const { response } = await stage.refresh(refresh);
  const parts = partsOf(await lab.replay.run(requestIdOf(response)));
  const notes = new Map(parts.map(({ note, what }) => [what, note]));
  expect(notes.get('GET /crm/v8/org')).toContain('a fault of the lab met it');
  expect(notes.get('POST /crm/v8/upload')).toContain('its body was not recorded');
  expect(parts.at(-1)).toMatchObject({ now: { status: 200, outcome: 'Success' } });
});

test('an unknown flow, and one of which nothing can be done again, are told in a sentence', async () => {
  await expect(lab.replay.run('nowhere')).rejects.toThrow('expected the id of a flow');
  const { response } = await stage.visit(stage.web);
  await expect(lab.replay.run(requestIdOf(response))).rejects.toThrow('what people do in a browser');
});
