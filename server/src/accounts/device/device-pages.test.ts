import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpBrowser, type Page, signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { DeviceStage } from './testing/device-flow.ts';

let stage: DeviceStage;

beforeAll(async () => {
  stage = await DeviceStage.start();
});
afterAll(() => stage?.platform.stop());

const entryPage = (dataCenter = 'us') => `${stage.accounts(dataCenter)}/oauth/v3/device`;
const wrong = 'This code is not correct, has expired or was used before.';

function expectSafe(page: Page): void {
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('access-control-allow-origin')).toBeNull();
  expect(page.html).not.toContain('<script');
}

describe('the way through the pages (reference §6.2)', () => {
  test('without a session: sign in, type the code, choose, compare, accept', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    const browser = stage.newBrowser();
    const entry = await signIn(browser, await browser.get(entryPage()), 'anna@us.example', testPassword);
    expect(entry.url).toBe(entryPage());
    expectSafe(entry);
    const choice = await browser.submit(entry, 'user_code', { user_code: userCode });
    expectSafe(choice);
    expect(choice.html).toContain('Choose an organization');
    const consent = await stage.chooseOrganization(browser, choice, 'sandbox');
    expectSafe(consent);
    for (const text of [
      'Test device',
      'https://app.example.com/',
      userCode,
      'in data centre US',
      'Organization of anna@us.example',
      'Sandbox',
      'ZohoCRM.modules.ALL',
      'ZohoCRM.users.READ',
    ]) {
      expect(consent.html).toContain(text);
    }
    // Nothing is granted by looking.
    expect((await stage.poll(deviceCode)).json).toEqual({ error: 'authorization_pending' });
    const done = await browser.submit(consent, 'decision', { decision: 'accept' });
    expectSafe(done);
    expect(await stage.lastEvent('device-consent')).toMatchObject({
      outcome: 'Success',
      clientId: stage.client.client_id,
      detail: { askedIn: 'us', environment: 'sandbox' },
    });
  });

  test('with a session and the code in the address: the same question, and only a POST answers it (DEV-03)', async () => {
    const browser = await stage.signedIn();
    for (const again of [false, true]) {
      const { userCode, deviceCode } = await stage.newCodes({ scope: 'aaaserver.profile.READ' });
      // Also when the same was granted before.
      const consent = await browser.get(`${entryPage()}?user_code=${userCode}`);
      expect(consent.html, String(again)).toContain('name="decision"');
      expect(consent.html).toContain(userCode);
      expect(consent.html).not.toContain('Organization');
      await browser.submit(consent, 'decision', { decision: 'accept' });
      expect((await stage.poll(deviceCode)).json.refresh_token).toBeDefined();
    }
  });

  test.each<[string, (code: string) => string]>([
    ['lower case', (code) => code.toLowerCase()],
    ['no dash', (code) => code.replace('-', '')],
    ['blanks around and between', (code) => `  ${code.replace('-', ' ')} `],
    ['another dash', (code) => code.replace('-', '\u2013')],
  ])('the code is taken with %s', async (_name, typed) => {
    const { userCode } = await stage.newCodes();
    const browser = await stage.signedIn();
    const page = await browser.submit(await browser.get(entryPage()), 'user_code', { user_code: typed(userCode) });
    expect(page.html).toContain('Choose an organization');
  });

  test('a user of another data centre is sent there, and the next time at once', async () => {
    const first = await stage.newCodes();
    const browser = stage.newBrowser();
    const done = await stage.answer(first.userCode, { email: 'eva@eu.example', browser });
    expect(done.url.startsWith(stage.accounts('eu'))).toBe(true);
    const second = await stage.newCodes();
    const page = await browser.get(`${entryPage()}?user_code=${second.userCode}`);
    expect(page.url.startsWith(`${stage.accounts('eu')}/oauth/v3/device/organization`)).toBe(true);
    // Cookies that name each other lead into no circle.
    browser.setCookie('grantway_home_eu', 'us');
    await browser.submit(page, 'continue');
    expect((await browser.get(entryPage())).html).toContain('name="email"');
  });

  test('where the client is not enabled: E1 at the home of the user, and nothing for the device (§1.4)', async () => {
    const owner = 'anna@us.example';
    const { client_id, client_secret } = await stage.platform.addClient({ type: 'device', owner });
    const { userCode, deviceCode } = await stage.newCodes({ client_id });
    const browser = await stage.signedIn('eva@eu.example', 'eu');
    const page = await browser.get(`${entryPage('eu')}?user_code=${userCode}`);
    expect(page.html).toContain('content="invalid_client"');
    stage.platform.clock.advance(6);
    const parameters = stage.pollParameters(deviceCode, 'us', { client_id, client_secret });
    const { json } = await stage.post('/oauth/v3/device/token', parameters);
    expect(json).toEqual({ error: 'authorization_pending' });
  });

  test('cn is an island: codes of the other realm do not exist there (§1.4)', async () => {
    const { userCode } = await stage.newCodes();
    const browser = await stage.signedIn('li@cn.example', 'cn');
    expect((await browser.get(`${entryPage('cn')}?user_code=${userCode}`)).html).toContain(wrong);
    expect((await stage.lastEvent('device-code', 'cn'))?.outcome).toBe('UserCodeUnknown');
  });
});

describe('wrong codes', () => {
  async function type(browser: HttpBrowser, text: string): Promise<Page> {
    return browser.submit(await browser.get(entryPage()), 'user_code', { user_code: text });
  }

  test('unknown, malformed, expired and used codes look the same; the events tell them apart', async () => {
    const browser = await stage.signedIn();
    const seen: unknown[] = [];
    const used = await stage.newCodes();
    await stage.answer(used.userCode);
    const expired = await stage.newCodes();
    const look = async (text: string) => {
      const page = await type(browser, text);
      expectSafe(page);
      expect(page.html).toContain(wrong);
      seen.push((await stage.lastEvent('device-code'))?.outcome);
    };
    await look('CCCC-CCCC');
    await look('"><script>alert(1)</script>');
    await look('');
    await look(used.userCode);
    stage.platform.clock.advance(300);
    await look(expired.userCode);
    expect(seen).toEqual([
      'UserCodeUnknown',
      'UserCodeUnknown',
      'UserCodeUnknown',
      'UserCodeAnswered',
      'UserCodeExpired',
    ]);
  });

  test('a code that expires before the answer grants nothing', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    const browser = await stage.signedIn();
    const choice = await browser.get(`${entryPage()}?user_code=${userCode}`);
    const consent = await stage.chooseOrganization(browser, choice);
    stage.platform.clock.advance(300);
    expect((await browser.submit(consent, 'decision', { decision: 'accept' })).html).toContain(wrong);
    expect((await stage.poll(deviceCode)).json).toEqual({ error: 'expired' });
  });
});

describe('forms (SES-03, RED-05)', () => {
  test.each<[string, Record<string, string>]>([
    ['', { user_code: 'CCCC-CCCC' }],
    ['/organization', { organization: '-:production' }],
    ['/consent', { organization: '-:production', decision: 'accept' }],
    ['/consent', { organization: '-:production', decision: 'reject' }],
  ])('POST /oauth/v3/device%s without its token, or from another site: 303 to the beginning', async (path, fields) => {
    const { userCode, deviceCode } = await stage.newCodes({ scope: 'aaaserver.profile.READ' });
    const browser = await stage.signedIn();
    const page = await browser.get(
      `${entryPage()}${path}?${path && `user_code=${userCode}&organization=-:production`}`,
    );
    const own = Object.fromEntries(browser.fieldsOf(page, 'user_code'));
    const { csrf = '' } = own;
    const ofOtherForm = browser.fieldsOf(page, 'continue').get('csrf') ?? '';
    expect([csrf === '', ofOtherForm === '', csrf === ofOtherForm]).toEqual([false, false, false]);
    const cookie = ['browser', 'session']
      .map((name) => `grantway_${name}_us=${browser.cookie(`grantway_${name}_us`)}`)
      .join('; ');
    const post = (body: Record<string, string>, headers: Record<string, string>) =>
      fetch(`${entryPage()}${path}`, {
        method: 'POST',
        body: new URLSearchParams({ user_code: userCode, ...fields, ...body }),
        headers: { cookie, ...headers },
        redirect: 'manual',
      });
    for (const refused of [
      await post({}, {}),
      await post({ csrf: ofOtherForm }, {}),
      await post({ csrf }, { 'sec-fetch-site': 'cross-site' }),
    ]) {
      expect([refused.status, refused.headers.get('location')]).toEqual([303, '/oauth/v3/device?error=expired']);
    }
    expect((await stage.lastEvent('device-code'))?.outcome).toBe('FormExpired');
    expect((await stage.poll(deviceCode)).json).toEqual({ error: 'authorization_pending' });
    const taken = await post({ ...own, user_code: userCode, ...fields }, {});
    expect(taken.status).toBe(303);
    if (fields.decision) expect(taken.headers.get('location')).toMatch(/\/done\?decision=(accepted|rejected)$/);
    expect(taken.headers.get('location')).not.toContain('error=');
  });

  test('without a session, or with a target that is not the user’s, the pages begin again', async () => {
    const { userCode } = await stage.newCodes();
    for (const page of ['organization', 'consent']) {
      const stranger = await stage.newBrowser().get(`${entryPage()}/${page}?user_code=${userCode}`);
      expect(stranger.html).toContain('name="email"');
    }
    const browser = await stage.signedIn();
    const consent = await browser.get(`${entryPage()}/consent?user_code=${userCode}&organization=1:production`);
    expect(consent.html).toContain('Choose an organization');
    const again = await browser.submit(consent, 'organization', { organization: '1:production' });
    expect(again.html).toContain('Choose one of your organizations.');
  });
});
