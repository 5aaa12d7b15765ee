import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { inspectPage } from './inspect-page.ts';
import { type Stage, startStage } from './stage.ts';
import { chooseEnvironment, giveName, givePassword, signIn } from './steps.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

function authUrl(parameters: Record<string, string | undefined> = {}): string {
  const all = {
    scope: 'ZohoCRM.modules.ALL,ZohoCRM.settings.READ',
    client_id: stage.clients.server,
    response_type: 'code',
    redirect_uri: stage.callbackUri,
    access_type: 'offline',
    ...parameters,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, value);
  return `${stage.origin('us')}/oauth/v2/auth?${query}`;
}

const browserClient = () => ({
  client_id: stage.clients.browser,
  response_type: 'token',
  redirect_uri: `${stage.sampleOrigin('browser')}/app/redirect.html`,
});

describe('every page is accessible and fits, on a desk and on a phone, in light and dark', () => {
  test('the way through a code flow', async () => {
    const { page, problems } = await stage.open();
    await page.goto(authUrl());
    await inspectPage(page, 'name');
    await page.goto(`${page.url()}&error=email`);
    await inspectPage(page, 'name-invalid');
    await giveName(page, stage.user('us').email);
    await inspectPage(page, 'password');
    await givePassword(page, 'wrong');
    await page.getByRole('alert').waitFor();
    await inspectPage(page, 'password-wrong');
    await givePassword(page, stage.user('us').password);
    await page.getByRole('heading', { name: 'Choose an organization' }).waitFor();
    await inspectPage(page, 'organization');
    await chooseEnvironment(page, 'Sandbox');
    await inspectPage(page, 'consent-server');
    expect(problems).toEqual([]);
  });

  test('what an origin shows when it is opened in a browser', async () => {
    const { page, problems } = await stage.open();
    const { origins } = stage.platform.topology.find('in') ?? {};
    for (const [service, heading] of [
      ['api', 'CRM API, production'],
      ['developerApi', 'CRM API, developer'],
      ['content', 'CRM file upload'],
      ['console', 'API Console'],
    ] as const) {
      await page.goto(`${origins?.[service]}/`);
      await page.getByRole('heading', { name: heading }).waitFor();
      await inspectPage(page, `front-${service}`);
    }
    await page.goto(`${origins?.api}/`);
    await page.getByRole('link', { name: 'Your account' }).click();
    await signIn(page, stage.user('in'));
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await inspectPage(page, 'front-accounts');
    await page.getByRole('link', { name: 'CRM API' }).click();
    await page.getByRole('link', { name: 'Try calls' }).click();
    await page.getByRole('heading', { name: 'Try the CRM API' }).waitFor();
    expect(problems).toEqual([]);
  });

  test('consent for a page with every scope and a long name', async () => {
    const { page, problems } = await stage.open();
    const origin = stage.sampleOrigin('browser');
    const long = await stage.platform.addClient({
      type: 'browser',
      owner: stage.user('us').email,
      name: 'The very long name of an application that wants everything',
      homepageUrl: `${origin}/a/homepage/with/a/very/long/path/that/does/not/end/before/the/line/does`,
      redirectUris: [`${origin}/app/redirect.html`],
      javascriptDomains: [origin],
    });
    const scope = [
      'modules.leads.CREATE',
      'modules.contacts.READ',
      'settings.ALL',
      'users.READ',
      'org.READ',
      'coql.READ',
    ]
      .map((name) => `ZohoCRM.${name}`)
      .concat('openid', 'email');
    await page.goto(authUrl({ ...browserClient(), client_id: long.client_id, scope: scope.join(','), nonce: 'n1' }));
    await signIn(page, stage.user('us'));
    await chooseEnvironment(page);
    await inspectPage(page, 'consent-browser');
    expect(problems).toEqual([]);
  });

  test('the pages that end a way, and those of nobody and somebody signed in', async () => {
    const { page, problems } = await stage.open();
    const unregistered = `https://app.example.com/${'a-very-long-path-'.repeat(8)}`;
    const faults: [string, string, Record<string, string | undefined>][] = [
      ['E1', 'Invalid Client', { client_id: '1000.NOBODYNOBODYNOBODYNOBODYNOBODY' }],
      ['E2', 'Invalid response type', { response_type: undefined }],
      ['E3', 'Invalid OAuth scope', { scope: 'ZohoCRM.modules.ALL,Nope.x.READ' }],
      ['E4', 'Invalid Redirect Uri', { redirect_uri: unregistered }],
      ['E5', 'An error occurred', { response_type: 'other' }],
      ['E6', '400', { state: 'x'.repeat(5000) }],
    ];
    for (const [name, heading, parameters] of faults) {
      await page.goto(authUrl(parameters));
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await inspectPage(page, name);
    }
    const home = `${stage.origin('us')}/`;
    await page.goto(`${home}nowhere`);
    await inspectPage(page, 'not-found');
    await page.goto(home);
    await signIn(page, stage.user('us'));
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await inspectPage(page, 'home');
    await page.goto(authUrl());
    await chooseEnvironment(page);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('heading', { name: 'Back at the app' }).waitFor();
    // Whatever the home page leads to, now that there is something to see.
    await page.goto(home);
    for (const text of await page.getByRole('main').getByRole('link').allTextContents()) {
      await page.goto(home);
      await page.getByRole('link', { name: text }).click();
      await page.waitForURL((url) => url.href !== home);
      await inspectPage(page, text.toLowerCase().replaceAll(' ', '-'));
    }
    // The owner of the client sees more of what is wrong.
    await page.goto(authUrl({ redirect_uri: unregistered }));
    await page.getByText('Differs at character').waitFor();
    await inspectPage(page, 'E4-owner');
    await page.goto(home);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await inspectPage(page, 'signed-out');
    expect(problems).toEqual([]);
  });
});

describe('the way back to the app', () => {
  const backAtTheApp = async (page: Page, dataCenter: string) => {
    await page.getByRole('heading', { name: 'Back at the app' }).waitFor();
    const url = new URL(page.url());
    expect(url.href).toContain(stage.callbackUri);
    expect([url.searchParams.get('location'), url.searchParams.get('state')]).toEqual([dataCenter, 's1']);
    expect(url.searchParams.get('code')).toMatch(/^1000\./);
  };

  test('is found without scripts, after a hop; and next time from the password on, without consent', async () => {
    const { page, context, problems } = await stage.open({ javaScriptEnabled: false });
    await page.goto(authUrl({ state: 's1' }));
    await signIn(page, stage.user('in'));
    await chooseEnvironment(page);
    await page.getByRole('button', { name: 'Accept' }).click();
    await backAtTheApp(page, 'in');

    await context.clearCookies();
    await page.goto(authUrl({ state: 's1' }));
    await giveName(page, stage.user('in').email);
    await givePassword(page, stage.user('in').password);
    await backAtTheApp(page, 'in');

    // Signed in at home only: the name alone leads through the hop to the app.
    await context.clearCookies({ name: 'grantway_home_us' });
    await page.goto(authUrl({ state: 's1' }));
    await page.getByLabel('E-mail address').fill(stage.user('in').email);
    await page.getByRole('button', { name: 'Next' }).click();
    await backAtTheApp(page, 'in');
    expect(problems).toEqual([]);
  });

  test('is found by keyboard alone', async () => {
    const { page, problems } = await stage.open();
    const { keyboard } = page;
    /** Goes on with Tab until the element with this name has the focus. */
    const tabTo = async (role: 'button' | 'checkbox' | 'radio', name: string) => {
      const target = page.getByRole(role, { name });
      await target.waitFor();
      for (let presses = 0; presses < 10; presses++) {
        await keyboard.press('Tab');
        if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
      }
      throw new Error(`Tab does not reach ${name}`);
    };
    await page.goto(authUrl({ ...browserClient(), state: 's1' }));
    // The fields have the focus by themselves.
    await page.locator('#email:focus').waitFor();
    await keyboard.type(stage.user('us').email);
    await keyboard.press('Enter');
    await page.locator('#password:focus').waitFor();
    await keyboard.type(stage.user('us').password);
    await tabTo('button', 'Sign in');
    await keyboard.press('Space');
    await page.getByRole('heading', { name: 'Choose an organization' }).waitFor();
    await tabTo('radio', 'Production');
    await keyboard.press('ArrowDown');
    await expect.poll(() => page.getByRole('radio', { name: 'Sandbox' }).isChecked()).toBe(true);
    await keyboard.press('Enter');
    await tabTo('checkbox', 'Grant access for the entire session');
    await keyboard.press('Space');
    await tabTo('button', 'Accept');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await keyboard.press('Enter');
    const fragment = new URLSearchParams((await (await answered).headerValue('location'))?.split('#')[1]);
    expect(fragment.get('granted_for_session')).toBe('true');
    expect(fragment.get('api_domain')).toBe(stage.platform.topology.find('us')?.origins.sandboxApi);
    expect(problems).toEqual([]);
  });
});
