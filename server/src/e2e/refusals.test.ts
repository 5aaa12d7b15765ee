import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { changeClient } from '../admin/clients.ts';
import { createBrowserLeads } from '../demo/browser-leads.ts';
import { dataCenterIds, type Stage, startStage } from './stage.ts';
import {
  addLead,
  callFromPage,
  chooseEnvironment,
  giveName,
  givePassword,
  openSample,
  signIn,
  signInToSample,
  stored,
  windowOf,
} from './steps.ts';

let stage: Stage;
/** The sample app's files on an origin that nobody has registered. */
let strangerOrigin: string;
let closeStranger: () => Promise<unknown>;

beforeAll(async () => {
  stage = await startStage();
  const client = async () => ({ clientId: stage.clients.browser ?? '', dataCenter: 'us', secrets: {} });
  const stranger = createBrowserLeads({ client }, stage.platform.admin);
  // Listens on 127.0.0.1, which is another origin than localhost on top of the other port.
  strangerOrigin = await stranger.listen({ host: '127.0.0.1', port: 0 });
  closeStranger = () => stranger.close();
});
afterAll(async () => {
  await stage?.close();
  await closeStranger?.();
});
afterEach(() => stage.reset());

const leads = (dataCenter: 'us' | 'in') => `${stage.origin(dataCenter, 'api')}/crm/v8/Leads`;
const nowhere = Object.fromEntries(dataCenterIds.map((id) => [id, 0]));
const countLeads = (lastName: string) => stage.count("crm_record WHERE data->>'Last_Name' = $1", [lastName]);
const openWindow = (page: Parameters<typeof windowOf>[0]) =>
  windowOf(page, () => page.getByRole('button', { name: 'Sign in' }).click());

describe('the sign-in', () => {
  test('a rejected consent is told to the app, and nothing is stored', async () => {
    const { page } = await stage.open();
    const clientId = [stage.clients.browser];
    const before = await stage.count('user_grant WHERE client_id = $1', clientId);
    await openSample(page, stage, 'us');
    const opened = await windowOf(page, () => addLead(page, 'Rejected'));
    await signIn(opened, stage.user('eu'));
    await chooseEnvironment(opened);
    await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Reject' }).click()]);
    await page.getByText('You did not allow access').waitFor();
    expect([await stored(page, 'access_token'), await stored(page, 'error')]).toEqual([null, 'access_denied']);
    expect(await countLeads('Rejected')).toEqual(nowhere);
    expect(await stage.count('user_grant WHERE client_id = $1', clientId)).toEqual(before);
    expect(await stage.event('eu', 'consent', 'AccessDenied')).toBeDefined();
  });

  test('a name that nobody has gets as far as the password, and looks like a wrong password', async () => {
    const { page, context } = await stage.open();
    await openSample(page, stage, 'us');
    const opened = await openWindow(page);
    await giveName(opened, stage.platform.unknownName('us'));
    expect(new URL(opened.url()).origin).toBe(stage.origin('us'));
    await givePassword(opened, 'anything');
    const refusal = await opened.getByRole('alert').textContent();
    expect(await stage.event('us', 'sign-in', 'CredentialsWrong')).toEqual({ reason: 'unknown name' });
    await opened.getByRole('link', { name: 'Not you?' }).click();
    await giveName(opened, stage.user('us').email);
    await givePassword(opened, 'wrong');
    await expect.poll(() => opened.getByRole('alert').textContent()).toBe(refusal);
    expect(await stage.event('us', 'sign-in', 'CredentialsWrong')).toEqual({ reason: 'wrong password' });
    expect((await context.cookies()).filter(({ name }) => name.includes('session'))).toEqual([]);
    expect(await stored(page, 'access_token')).toBeNull();
  });

  test('at a data centre for which the client is not enabled ends there, on error page E1', async () => {
    const clientId = stage.clients.browser ?? '';
    await changeClient(stage.platform.admin, clientId, { disable: ['au'] });
    try {
      const { page } = await stage.open();
      await openSample(page, stage, 'us');
      const opened = await openWindow(page);
      await opened.getByLabel('E-mail address').fill(stage.user('au').email);
      await opened.getByRole('button', { name: 'Next' }).click();
      await opened.getByRole('heading', { name: 'Invalid Client' }).waitFor();
      expect(new URL(opened.url()).origin).toBe(stage.origin('au'));
      await expect
        .poll(() => opened.locator('meta[name="accounts-error"]').getAttribute('content'))
        .toBe('invalid_client');
      await expect.poll(() => opened.getByRole('main').textContent()).toContain('not enabled for this data centre');
      expect(await stage.event('au', 'authorize', 'ClientNotEnabled')).toMatchObject({ dataCenter: 'au' });
    } finally {
      await changeClient(stage.platform.admin, clientId, { enable: ['au'] });
    }
  });
});

describe('T26 a page from an origin that is not registered', () => {
  test('cannot sign in', async () => {
    const { page } = await stage.open();
    await page.goto(strangerOrigin);
    const opened = await openWindow(page);
    await opened.getByRole('heading', { name: 'Invalid Redirect Uri' }).waitFor();
    await expect.poll(() => opened.getByRole('main').textContent()).toContain(`${strangerOrigin}/app/redirect.html`);
    expect(await stage.event('us', 'authorize', 'RedirectUriMismatch')).toMatchObject({
      came: `${strangerOrigin}/app/redirect.html`,
      closest: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/app\/redirect\.html$/),
    });
  });

  test('cannot use a token of the app, and the reason is recorded with both origins', async () => {
    const { page } = await stage.open();
    const token = await signInToSample(page, stage, 'us');
    await page.goto(strangerOrigin);
    await page.evaluate(
      `Object.assign(localStorage, ${JSON.stringify({
        access_token: token,
        api_domain: stage.origin('us', 'api'),
        __token_init: String(Date.now()),
      })})`,
    );
    await page.reload();
    await addLead(page, 'Stranger');
    await page.getByText(`refuses calls from ${strangerOrigin}`).waitFor();
    expect(await stage.event('us', 'cors', 'OriginUnknown')).toMatchObject({ origin: strangerOrigin });

    // Once some other client has the origin, the preflight passes and the call itself is refused.
    const { platform } = stage;
    const other = await platform.addClient({
      type: 'browser',
      owner: stage.user('us').email,
      redirectUris: [`${strangerOrigin}/app/redirect.html`],
      javascriptDomains: [strangerOrigin],
    });
    expect(await callFromPage(page, leads('us'), { token, body: { data: [{ Last_Name: 'Stranger' }] } })).toEqual({
      status: 0,
      body: expect.stringContaining('Failed to fetch'),
    });
    expect(await stage.event('us', 'api', 'OriginNotOfClient')).toMatchObject({
      origin: strangerOrigin,
      javascriptDomains: [stage.sampleOrigin('browser'), expect.any(String)],
    });
    await platform.admin.clients.delete(other.client_id);
    expect(await countLeads('Stranger')).toEqual(nowhere);
  });
});

describe('the API', () => {
  const invalidToken = {
    status: 401,
    body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' },
  };

  test('refuses a token of another data centre', async () => {
    const { page } = await stage.open();
    const token = await signInToSample(page, stage, 'us');
    const body = { data: [{ Last_Name: 'Elsewhere' }] };
    expect(await callFromPage(page, leads('in'), { token, body })).toEqual(invalidToken);
    expect(await countLeads('Elsewhere')).toEqual(nowhere);
    expect((await callFromPage(page, leads('us'), { token, body })).status).toBe(201);
  });

  test('refuses an expired token; the app gets another one without asking and goes on', async () => {
    const { page } = await stage.open();
    const token = await signInToSample(page, stage, 'in');
    stage.platform.clock.advance(3601);
    expect(await callFromPage(page, `${leads('in')}?fields=Last_Name`, { token })).toEqual(invalidToken);
    expect(await stage.event('in', 'api', 'TokenExpired')).toBeDefined();
    const opened = await windowOf(page, () => addLead(page, 'Renewed'));
    await opened.waitForEvent('close');
    await page.getByText('Ana Renewed was added.').waitFor();
    expect(await stored(page, 'access_token')).not.toBe(token);
    expect((await countLeads('Renewed')).in).toBe(1);
  });

  test('refuses to insert with a scope that only reads', async () => {
    const { page, context } = await stage.open();
    await context.route('**/js/config.js', async (route) => {
      const response = await route.fetch();
      const text = (await response.text()).replace(/"scopes":"[^"]*"/, '"scopes":"ZohoCRM.modules.READ"');
      await route.fulfill({ response, body: text });
    });
    await signInToSample(page, stage, 'eu');
    await addLead(page, 'Read only');
    await page.getByText('OAUTH_SCOPE_MISMATCH: invalid oauth scope to access this URL').waitFor();
    expect(await stage.event('eu', 'api', 'ScopeMissing')).toMatchObject({ held: 'ZohoCRM.modules.READ' });
    expect(await countLeads('Read only')).toEqual(nowhere);
  });

  test('takes at most 100 records, and of some good and one bad record the good ones', async () => {
    const { page } = await stage.open();
    const token = await signInToSample(page, stage, 'us');
    const records = (count: number) => Array.from({ length: count }, () => ({ Last_Name: 'Many' }));
    expect(await callFromPage(page, leads('us'), { token, body: { data: records(101) } })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_DATA', details: { api_name: 'data', json_path: '$.data', maximum_length: 100 } },
    });
    expect(await countLeads('Many')).toEqual(nowhere);

    const mixed = await callFromPage(page, leads('us'), {
      token,
      body: { data: [{ Last_Name: 'Many' }, { Company: 'No name' }, { Last_Name: 'Many' }] },
    });
    expect(mixed).toMatchObject({
      status: 207,
      body: {
        data: [
          { code: 'SUCCESS' },
          { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Last_Name', json_path: '$.data[1].Last_Name' } },
          { code: 'SUCCESS' },
        ],
      },
    });
    expect(await countLeads('Many')).toEqual({ ...nowhere, us: 2 });
  });
});
