import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testPassword } from '../testing/test-platform.ts';
import { chooseType, clientIdOf, consoleOrigin, createClient, enterConsole } from './console-steps.ts';
import { inspectScreen } from './inspect-screen.ts';
import { type Stage, startStage } from './stage.ts';
import { addLead, chooseEnvironment, openSample, signIn, windowOf } from './steps.ts';

/** The stories of registration, from a user who has nothing to the lead, in the console of a running platform. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

const desk = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;
const phone = { viewport: { width: 390, height: 800 }, colorScheme: 'dark' } as const;

/** Opens the leads of the only organization, in a page of the console. */
async function openLeads(page: Page): Promise<void> {
  await page.goto(`${consoleOrigin(stage)}/records`);
  await page.getByRole('link', { name: 'Leads', exact: true }).click();
  await page.getByRole('heading', { name: 'Leads', level: 1 }).waitFor();
}

function insertLead(token: string, lastName: string): Promise<Response> {
  return fetch(`${stage.origin('us', 'api')}/crm/v8/Leads`, {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${token}` },
    body: JSON.stringify({ data: [{ Last_Name: lastName }] }),
  });
}

test('self client: code, exchange, and the lead appears without a reload', async () => {
  // Two users, at once: most of the time pages are waited for.
  await Promise.all([selfClientStory('desk', desk), selfClientStory('phone', phone)]);
});

async function selfClientStory(name: string, look: typeof desk | typeof phone): Promise<void> {
  const { page, context, problems } = await stage.open(look);
  await enterConsole(page, stage, `self-${name}@example.com`);
  await chooseType(page, 'Self Client');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  const clientId = await clientIdOf(page);
  expect(clientId).toMatch(/^1000\./);
  await page.getByRole('button', { name: 'Reveal' }).click();
  const secret = await page.getByLabel('Client secret', { exact: true }).textContent();
  expect(secret).toMatch(/^[0-9a-f]{42}$/);

  await page.getByRole('tab', { name: 'Generate Code' }).click();
  await page.getByLabel('Search scopes').fill('coql');
  await page.getByLabel('Scope', { exact: true }).fill('ZohoCRM.modules.ALL');
  await page.getByLabel('Time Duration').selectOption({ label: '10 minutes' });
  await page.getByLabel('Scope Description').fill('The first lead');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByText(/\b(10:00|9:\d\d)\b/).waitFor();
  await page.getByRole('button', { name: 'Exchange now' }).click();
  const answer = JSON.parse(
    (await page.getByLabel('The answer of the token endpoint', { exact: true }).textContent()) ?? '',
  );
  expect(answer).toMatchObject({ api_domain: stage.origin('us', 'api'), token_type: 'Bearer' });

  const records = await context.newPage();
  await openLeads(records);
  await records.getByText('No record is in this view.').waitFor();
  expect((await insertLead(answer.access_token, 'Without a reload')).status).toBe(201);
  await records.getByText('Without a reload').first().waitFor();

  // A second choice of the type opens the client that is there.
  await page.goto(`${consoleOrigin(stage)}/applications`);
  await chooseType(page, 'Self Client');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  expect(await clientIdOf(page)).toBe(clientId);
  expect(problems).toEqual([]);
}

test('self client by keyboard alone', async () => {
  const { page, problems } = await stage.open(desk);
  await enterConsole(page, stage, 'keyboard@example.com');
  const { keyboard } = page;
  /** Goes on with Tab until the element has the focus, and presses a key on it. */
  const press = async (role: 'button' | 'tab' | 'textbox' | 'combobox', name: string | RegExp, key?: string) => {
    const target = page.getByRole(role, { name, exact: true });
    await target.first().waitFor();
    for (let presses = 0; presses < 120; presses++) {
      if (await target.first().evaluate((element) => element === element.ownerDocument.activeElement)) {
        if (key) await keyboard.press(key);
        return;
      }
      await keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await press('button', 'Add client', 'Enter');
  await press('button', /^Create now: Self Client/, 'Enter');
  await press('button', 'Create', 'Space');
  await press('button', 'OK', 'Enter');
  await clientIdOf(page);
  await press('tab', 'Client Secret', 'ArrowRight');
  await press('textbox', 'Scope');
  await keyboard.type('ZohoCRM.modules.ALL');
  await press('button', 'Generate', 'Enter');
  // The refused field has the focus.
  await page.getByText('Enter scope description').waitFor();
  await page.locator('input[name=description]:focus').waitFor();
  await keyboard.type('By keyboard');
  await keyboard.press('Enter');
  await page.getByRole('timer').waitFor();
  await press('button', 'Exchange now', 'Enter');
  await page.getByLabel('The answer of the token endpoint', { exact: true }).waitFor();
  expect(problems).toEqual([]);
});

test.each([
  ['desk', desk],
  ['phone', phone],
] as const)('server-based on a %s: users of another data centre once it is switched on', async (name, look) => {
  const { page, problems } = await stage.open(look);
  await enterConsole(page, stage, `server-${name}@example.com`);
  await chooseType(page, 'Server-based Applications');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByText('Enter a valid client name').first().waitFor();
  const clientId = await createClient(page, {
    name: 'Lead & Öffnung_1',
    homepage: 'https://app.example.com',
    redirectUri: stage.callbackUri,
  });
  const query = new URLSearchParams({
    scope: 'ZohoCRM.modules.ALL',
    client_id: clientId,
    response_type: 'code',
    redirect_uri: stage.callbackUri,
  });
  const authorization = `${stage.origin('us')}/oauth/v2/auth?${query}`;
  const { page: refused } = await stage.open(look);
  await refused.goto(authorization);
  await refused.getByLabel('E-mail address').fill(stage.user('in').email);
  await refused.getByRole('button', { name: 'Next' }).click();
  await refused
    .getByText(/not enabled/i)
    .first()
    .waitFor();

  await page.getByRole('tab', { name: 'Settings' }).click();
  const group = page.getByRole('group', { name: 'Multi DC' });
  await expect.poll(() => group.getByRole('switch', { name: /^us, / }).isDisabled()).toBe(true);
  await expect.poll(() => group.getByRole('switch', { name: /^cn, / }).count()).toBe(0);
  const india = group.getByRole('switch', { name: 'in, India' });
  await india.click();
  await expect.poll(() => india.isChecked()).toBe(true);
  await page.reload();
  await expect.poll(() => india.isChecked()).toBe(true);

  const { page: other } = await stage.open(look);
  await other.goto(authorization);
  await signIn(other, stage.user('in'));
  await chooseEnvironment(other);
  await other.getByRole('button', { name: 'Accept' }).click();
  await other.getByRole('heading', { name: 'Back at the app' }).waitFor();
  const back = new URL(other.url()).searchParams;
  expect([back.get('location'), back.get('code')?.slice(0, 5)]).toEqual(['in', '1000.']);

  await page.reload();
  const broken = page.getByRole('region', { name: 'What would break' });
  const unchallenged = broken.getByRole('row', { name: 'asked for a code without code_challenge' });
  await unchallenged.waitFor();
  expect(await unchallenged.getByRole('cell').allTextContents()).toEqual([
    expect.stringMatching(/^2 times.*us/),
    expect.stringContaining('OAuth 2.1 §4.1.1'),
  ]);
  await inspectScreen(page, `what would break (${name})`);
  const strict = page.getByRole('switch', { name: 'Strict profile (OAuth 2.1)' });
  await strict.press('Space');
  await broken.waitFor({ state: 'detached' });
  await refused.goto(authorization);
  await refused
    .getByText(/code_challenge/)
    .first()
    .waitFor();
  await strict.press('Space');
  await broken.waitFor();

  const afterwards = page.getByRole('textbox', { name: 'Post-logout redirect URIs', exact: true });
  await afterwards.fill('https://app.example.com/#bye');
  await page.getByLabel('Back-channel logout URI').fill('com.example.app:/logout');
  await page.getByRole('group', { name: 'Signing out' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Enter a valid post-logout redirect URI').waitFor();
  await page.getByText('Enter a valid back-channel logout URI').waitFor();
  await inspectScreen(page, `signing out (${name})`);
  await afterwards.fill('https://app.example.com/bye');
  await page.getByLabel('Back-channel logout URI').fill('https://app.example.com/logout');
  await page.getByLabel('Back-channel logout URI').press('Enter');
  await page.getByText('Saved').first().waitFor();
  await page.reload();
  await expect.poll(() => afterwards.inputValue()).toBe('https://app.example.com/bye');
  expect(await stage.platform.admin.clients.find(clientId)).toMatchObject({
    postLogoutRedirectUris: ['https://app.example.com/bye'],
    backchannelLogoutUri: 'https://app.example.com/logout',
  });

  const keys = page.getByRole('group', { name: 'Keys of the app' });
  await keys.getByLabel('The app proves itself by').selectOption({ label: 'keys that it publishes' });
  await keys.getByLabel('Address of the keys').fill('http://app.example.com/keys');
  await keys.getByRole('button', { name: 'Save' }).click();
  await keys.getByText('Enter a valid address of the keys').waitFor();
  await keys.getByLabel('The app proves itself by').selectOption({ label: 'keys that are kept here' });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  await keys.getByLabel('Public keys').fill(JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] }));
  await keys.getByRole('button', { name: 'Save' }).click();
  await keys.getByText('got one with the private member "d"').waitFor();
  await inspectScreen(page, `keys of the app (${name})`);
  await keys.getByLabel('Public keys').fill(JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }));
  await keys.getByRole('button', { name: 'Save' }).click();
  const bound = page.getByRole('switch', { name: 'Bind access tokens to a key (DPoP, RFC 9449)' });
  await bound.press('Space');
  await expect
    .poll(() => stage.platform.admin.clients.find(clientId))
    .toMatchObject({ jwks: { keys: [publicKey.export({ format: 'jwk' })] }, dpopBound: true });
  await page.getByRole('tab', { name: 'Client Secret' }).click();
  await page.getByText('This app proves itself by its keys').waitFor();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await keys.getByLabel('The app proves itself by').selectOption({ label: 'its client secret' });
  await keys.getByRole('button', { name: 'Save' }).click();
  await bound.press('Space');
  await expect
    .poll(() => stage.platform.admin.clients.find(clientId))
    .toMatchObject({ jwks: null, jwksUri: null, dpopBound: false });

  await page.getByRole('tab', { name: 'Client Secret' }).click();
  await page.getByRole('button', { name: 'Rotate (in)' }).click();
  await page.getByLabel('Overlap').selectOption({ label: '1 hour' });
  stage.platform.clock.advance(301);
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  // The sign-in is old by now (SES-09); what was chosen stays.
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('The password is wrong.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByLabel('The new secret (in)', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Reveal the secret of in' }).nth(1).waitFor();

  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Delete client' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Type the name of the client').fill('Lead & Öffnung_1');
  await dialog.getByRole('button', { name: 'Delete client' }).click();
  await page.getByRole('heading', { name: 'You have no application yet' }).waitFor();
  expect(problems).toEqual([]);
});

test('client-based: its own page signs a user in and adds a lead', async () => {
  const { page, context, problems } = await stage.open(desk);
  await enterConsole(page, stage, 'browser@example.com');
  const origin = stage.sampleOrigin('browser');
  await chooseType(page, 'Client-based Applications');
  const clientId = await createClient(page, {
    name: 'Leads of a page',
    homepage: `${origin}/`,
    redirectUri: `${origin}/app/redirect.html`,
    javascriptDomain: origin,
  });
  await page.getByRole('tab', { name: 'Snippets' }).click();
  await page.getByRole('link', { name: 'Download sample (zip)' }).waitFor();
  await openLeads(page);

  const app = await context.newPage();
  await context.route('**/js/config.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(stage.clients.browser ?? '', clientId) });
  });
  await openSample(app, stage, 'us');
  const opened = await windowOf(app, () => addLead(app, 'From my page'));
  // The console's session is the accounts server's too: no password again.
  await chooseEnvironment(opened);
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Accept' }).click()]);
  await app.getByText('Ana From my page was added.').waitFor();
  await page.getByText('From my page').first().waitFor();
  expect(problems).toEqual([]);
});

test('non-browser and mobile', async () => {
  const { page, problems } = await stage.open(phone);
  await enterConsole(page, stage, 'others@example.com');
  await chooseType(page, 'Non-browser Applications');
  const device = await createClient(page, { name: 'TV', homepage: 'https://tv.example.com' });
  expect(device).toMatch(/^1004\./);
  const asked = await fetch(`${stage.origin('us')}/oauth/v3/device/code`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'device_request',
      client_id: device,
      scope: 'ZohoCRM.modules.READ',
      access_type: 'offline',
    }),
  });
  expect(await asked.json()).toMatchObject({ user_code: expect.any(String), device_code: expect.any(String) });

  await page.goto(`${consoleOrigin(stage)}/applications`);
  await chooseType(page, 'Mobile-based Applications');
  const mobile = await createClient(page, {
    name: 'Phone',
    homepage: 'https://phone.example.com',
    redirectUri: stage.callbackUri,
  });
  const query = new URLSearchParams({
    scope: 'ZohoCRM.modules.READ',
    client_id: mobile,
    response_type: 'code',
    redirect_uri: stage.callbackUri,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const { page: user } = await stage.open(phone);
  await user.goto(`${stage.origin('us')}/oauth/v2/auth?${query}`);
  await signIn(user, { ...stage.user('us'), email: 'others@example.com', password: testPassword });
  await chooseEnvironment(user);
  await user.getByRole('button', { name: 'Accept' }).click();
  await user.getByRole('heading', { name: 'Back at the app' }).waitFor();
  expect(new URL(user.url()).searchParams.get('code')).toMatch(/^1000\./);
  expect(problems).toEqual([]);
});
