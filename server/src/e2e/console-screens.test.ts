import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { systemRandom } from '../foundation/random.ts';
import { putMail } from '../mail/outbox.ts';
import { testPassword } from '../testing/test-platform.ts';
import {
  addRecords,
  ask,
  chooseType,
  consoleOrigin,
  enterConsole,
  enterWithPassword,
  organizationOf,
} from './console-steps.ts';
import { expectFit, expectSteady, inspectScreen, looks, settled, still, watchShifts } from './inspect-screen.ts';
import { type DataCenterId, type Stage, startStage } from './stage.ts';
import { giveName, givePassword, signIn } from './steps.ts';

/** The console's screens as they look and hold: at both widths, in both colours, with the longest and the worst texts. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

/** The scripts in which names may be written, each with a word without a blank. */
const scripts = {
  Latin: 'Überprüfungsstelle',
  Cyrillic: 'Достопримечательность',
  Greek: 'Ηλεκτροεγκεφαλογράφημα',
  Arabic: 'أفاستسقيناكموها',
  Devanagari: 'अन्तर्राष्ट्रीयकरण',
  Han: '客戶關係管理系統平台',
};
/** Exactly so many characters, and no place to break a line. */
const longText = (word: string, length: number) => [...word.repeat(length)].slice(0, length).join('');

/** Signs in to the console of a data centre with its demo account. */
async function enter(page: Page, dataCenter: DataCenterId, path = '/') {
  await enterWithPassword(page, consoleOrigin(stage, dataCenter), stage.user(dataCenter), path);
  await settled(page);
}

/** Some fifty screens on a machine that does other things as well. */
const manyScreensMs = 600_000;

// Both at the same time, each in a browser profile of its own: pages wait more than they work.
test(
  'every screen, tab and dialog at both looks: accessible, steady, as wide as the window, with names of 200 characters',
  () => Promise.all((Object.keys(looks) as (keyof typeof looks)[]).map(walkScreens)),
  manyScreensMs,
);

/** The path of a screen, its heading where it is always the same, and the buttons that open its dialogs. */
type Screen = readonly [path: string, heading?: string | undefined, ...dialogs: string[]];

async function walkScreens(look: keyof typeof looks): Promise<void> {
  const owner = stage.user('us');
  const clients: Record<string, string> = {};
  for (const [script, word] of Object.entries(scripts)) {
    const name = longText(word, 200);
    clients[script] = (await stage.platform.addClient({ type: 'server', owner: owner.email, name })).client_id;
  }
  const { page, context, problems } = await stage.open(looks[look]);
  await watchShifts(context);
  await enter(page, 'us', '/start');
  const leads = Object.values(scripts).map((word) => ({
    Last_Name: longText(word, 80),
    Company: longText(word, 200),
    Description: longText(word, 2000),
  }));
  const [lead] = await addRecords(page, 'Leads', ...leads);
  const records = `/records/production/${await organizationOf(page)}`;
  const client = `/applications/${clients.Arabic}`;
  const self = `/applications/${stage.clients.self}`;
  const screens: readonly Screen[] = [
    ['/start', 'Start here'],
    ['/applications', 'Applications'],
    ['/applications/new'],
    ...['browser', 'server', 'mobile', 'device', 'self'].map((type): Screen => [`/applications/new/${type}`]),
    [`${client}/secret`, undefined, 'Rotate'],
    [`${client}/settings`, undefined, 'Delete client'],
    ...['snippets', 'flows', 'activity'].map((tab): Screen => [`${client}/${tab}`]),
    [`${self}/code`],
    ['/scopes?search=settings.modules', 'Scopes'],
    ['/token', 'Get a token'],
    ['/records', 'Records'],
    [`${records}/Leads`, 'Leads'],
    [`${records}/Leads/new`, 'New Lead'],
    [`${records}/Leads/${lead}`, undefined, 'Delete'],
    [`${records}/Leads/${lead}/edit`],
    [`${records}/Quotes/new`, 'New Quote'],
    ...['profile', 'password', 'security', 'sessions', 'apps'].map((tab): Screen => [`/account/${tab}`, 'Account']),
    ['/administration/users', 'Administration', 'Create user'],
    ['/administration/keys', 'Administration', 'Rotate', 'Retire'],
    ['/administration/providers', 'Administration', 'Add provider'],
    ...['organizations', 'clients', 'limits', 'outbox', 'flows', 'events', 'audit', 'health', 'demo'].map(
      (tab): Screen => [`/administration/${tab}`, 'Administration'],
    ),
    ['/nowhere', 'There is no such page'],
  ];
  const show = async (path: string, heading?: string) => {
    await page.goto(`${consoleOrigin(stage)}${path}`);
    await page.getByRole('heading', { level: 1, ...(heading && { name: heading }) }).waitFor();
    await settled(page);
    await expectSteady(page, `${path} (${look})`);
  };
  for (const [path, heading, ...dialogs] of screens) {
    await show(path, heading);
    await inspectScreen(page, `${path} (${look})`);
    expect(page.url(), look).toBe(`${consoleOrigin(stage)}${path}`);
    for (const button of dialogs) {
      await page.getByRole('button', { name: button }).first().click();
      await page.getByRole('dialog').waitFor();
      await still(page);
      await inspectScreen(page, `${path}, ${button} (${look})`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  }
  // Thousands of elements: those of a search stand for all of them before axe, which would need half a minute.
  await show('/scopes', 'Scopes');
  await expectFit(page, `/scopes (${look})`);
  expect(problems).toEqual([]);
}

test.each(Object.keys(looks) as (keyof typeof looks)[])(
  'operators set up outside providers, change keys, follow mails and find who did it (%s)',
  async (look) => {
    const { page, problems } = await stage.open(looks[look]);
    await enter(page, 'us', '/administration/providers');
    await page.getByText('No outside provider is set up.').waitFor();
    await page.getByRole('button', { name: 'Add provider' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'ID', exact: true }).fill('corporate');
    await form.getByLabel('Name').fill('Example Corp');
    await form.getByLabel('Issuer').fill(`${stage.origin('eu', 'api')}/nothing`);
    await form.getByLabel('Client ID').fill('grantway');
    await form.getByLabel('Client secret').fill('a secret of the other side');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText(/did not give its metadata/).waitFor();
    await still(page);
    await inspectScreen(page, `a provider that does not answer (${look})`);
    await form.getByLabel('Issuer').fill(`${stage.origin('eu')}/oauth2`);
    await form.getByRole('button', { name: 'Save' }).press('Enter');
    await form.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change Example Corp' }).click();
    expect(await form.getByLabel('Client secret').inputValue()).toBe('');
    await form.getByLabel('Name').fill('The Company');
    await form.getByLabel('Client secret').fill('another secret');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('rowheader', { name: 'The Company corporate' }).waitFor();
    await still(page);
    await inspectScreen(page, `outside providers (${look})`);
    const { page: other } = await stage.open(looks[look]);
    await other.goto(`${stage.origin('us')}/signin`);
    await other.getByText('The Company').waitFor();
    stage.platform.clock.advance(301);
    await page.getByRole('button', { name: 'Remove The Company' }).click();
    await form.getByRole('button', { name: 'Remove' }).click();
    // The sign-in is old by now.
    await page.getByLabel('Password', { exact: true }).fill(stage.user('us').password);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('No outside provider is set up.').waitFor();

    await page.getByRole('tab', { name: 'Signing keys' }).click();
    await page.getByRole('button', { name: 'Rotate' }).click();
    await form.getByLabel('Algorithm').selectOption('ES256');
    await form.getByRole('button', { name: 'Rotate' }).click();
    await form.waitFor({ state: 'detached' });
    const made = page.getByRole('row', { name: /ES256 (signing|next)/ }).first();
    const keyId = (await made.getByRole('rowheader').textContent()) ?? '';
    await made.getByRole('button', { name: `Retire ${keyId}` }).click();
    await form.getByRole('button', { name: 'Retire' }).click();
    await page.getByRole('row', { name: new RegExp(`^${keyId} ES256 revoked`) }).waitFor();
    await still(page);
    await inspectScreen(page, `signing keys (${look})`);

    const nowMs = stage.platform.clock.nowMs();
    const database = stage.platform.dataCenters.get('us')?.database;
    const states = {
      Kept: {},
      Sent: { sent: nowMs },
      Retried: { failure: '451 later', next: nowMs },
      Failed: { failure: '550 no' },
    };
    for (const [subject, { failure = null, next = null, sent = null }] of Object.entries<{
      failure?: string;
      next?: number;
      sent?: number;
    }>(states)) {
      const address = { name: null, email: 'a@example.com' };
      await putMail(database as Database, {
        ...{ sender: address, replyTo: null, recipients: [address], cc: [], bcc: [], subject: `${subject} ${look}` },
        ...{ format: 'text', content: 'Hello', attachments: [], createdAtMs: nowMs, sendAtMs: nowMs },
        messageId: systemRandom.bytes(32).toString('hex'),
      });
      await database?.query({
        text: 'UPDATE mail SET failure = $2, next_try_ms = $3, sent_at_ms = $4 WHERE subject = $1',
        values: [`${subject} ${look}`, failure, next, sent],
      });
    }
    await page.getByRole('tab', { name: 'Outbox' }).click();
    for (const [subject, shown] of [
      ['Kept', 'kept here'],
      ['Sent', 'sent'],
      ['Retried', /tried again.*451 later.*next try/s],
      ['Failed', /failed.*550 no/s],
    ] as const) {
      await page
        .getByRole('row', { name: `${subject} ${look}` })
        .getByText(shown)
        .first()
        .waitFor();
    }
    await still(page);
    await inspectScreen(page, `outbox (${look})`);

    await page.getByRole('tab', { name: 'Audit log' }).click();
    await page.getByLabel('Done by (user or client)').fill(stage.user('us').email);
    await page.waitForURL(/actor=/);
    await settled(page);
    await page.getByRole('button', { name: 'keys', exact: true }).first().waitFor();
    await page.getByLabel('Done by (user or client)').fill('1000.NOBODY');
    await page.getByText('Nothing matches.').waitFor();
    await still(page);
    await inspectScreen(page, `audit log (${look})`);
    expect(problems).toEqual([]);
  },
  60_000,
);

test('what people type is text wherever it is shown', async () => {
  const { page, problems } = await stage.open(looks.desk);
  page.on('dialog', (dialog) => {
    problems.push(`a script ran: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const payload = `"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}`;
  await enterConsole(page, stage, 'xss@example.com');
  await ask(page, 'PATCH', '/account', { firstName: payload, lastName: payload });
  const [lead = ''] = await addRecords(page, 'Leads', {
    Last_Name: payload,
    Company: payload,
    Description: payload,
    Website: 'javascript:alert(3)',
    Email: 'a@example.com',
    Street: payload,
  });
  const records = `/records/production/${await organizationOf(page)}/Leads`;
  await page.goto(`${consoleOrigin(stage)}/applications/new/server`);
  for (const label of ['Client name', 'Homepage URL', 'Authorized redirect URIs', 'Would this URI match?']) {
    await page.getByLabel(label, { exact: true }).fill(label === 'Homepage URL' ? 'javascript:alert(4)' : payload);
  }
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByText('Enter a valid client name').first().waitFor();
  await expectInert(page);
  const search = encodeURIComponent(payload);
  for (const path of [
    '/start',
    `/applications?search=${search}`,
    `/scopes?search=${search}`,
    `/token?scope=${search}&environment=${search}`,
    '/account',
    records,
    `${records}?word=${search}`,
    `${records}/${lead}`,
    `${records}/${lead}/edit`,
    `/${search}`,
  ]) {
    await page.goto(`${consoleOrigin(stage)}${path}`);
    await settled(page);
    await expectInert(page);
  }
  await page.goto(`${consoleOrigin(stage)}/applications`);
  await chooseType(page, 'Self Client');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('tab', { name: 'Generate Code' }).click();
  await page.getByLabel('Scope', { exact: true }).fill('ZohoCRM.modules.ALL');
  await page.getByLabel('Scope Description').fill(payload);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('timer').waitFor();
  await page.getByLabel('Scope', { exact: true }).fill(payload);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page
    .getByText(/Enter a valid scope/)
    .first()
    .waitFor();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await settled(page);
  await expectInert(page);
  expect(problems).toEqual([]);
});

/** Nothing of a payload has become an element or an address. */
async function expectInert(page: Page): Promise<void> {
  const active = 'img[src="x"], script:not([src]), [onerror], a[href^="javascript:" i], iframe, object';
  expect(await page.locator(active).count(), page.url()).toBe(0);
}

test('a form keeps what was typed when the session ends, and goes on after a sign-in in another tab', async () => {
  const { page, context, problems } = await stage.open(looks.phone);
  const email = 'ended@example.com';
  await enterConsole(page, stage, email);
  await chooseType(page, 'Server-based Applications');
  await page.getByLabel('Client name', { exact: true }).fill('Kept over the end');
  await page.getByLabel('Homepage URL', { exact: true }).fill('https://app.example.com');
  await page.getByLabel('Authorized redirect URIs', { exact: true }).fill(stage.callbackUri);
  await stage.platform.dataCenters.get('us')?.database.query({ text: 'DELETE FROM session' });
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.waitFor();
  await inspectScreen(page, 'the session has ended');
  const [opened] = await Promise.all([
    context.waitForEvent('page'),
    dialog.getByRole('link', { name: 'Sign in in a new tab' }).click(),
  ]);
  await giveName(opened, email);
  await givePassword(opened, testPassword);
  await opened.getByRole('heading', { name: 'Start here' }).waitFor();
  await dialog.getByRole('button', { name: 'I have signed in' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByLabel('Client name', { exact: true }).inputValue()).toBe('Kept over the end');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('tab', { name: 'Client Secret', selected: true }).waitFor();
  // Back leads through the screens and tabs that were seen.
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('group', { name: 'Multi DC' }).waitFor();
  await page.goBack();
  await page.getByRole('tab', { name: 'Client Secret', selected: true }).waitFor();
  expect(problems).toEqual([]);
});

test('two consoles of two data centres in one browser do not disturb each other', async () => {
  const { page: us, context, problems } = await stage.open(looks.desk);
  const eu = await context.newPage();
  await enter(us, 'us');
  await enter(eu, 'eu');
  const shows = async (page: Page, dataCenter: 'us' | 'eu') => {
    await page.reload();
    await page.getByRole('button', { name: stage.user(dataCenter).email }).waitFor();
  };
  for (const page of [us, eu]) await shows(page, page === us ? 'us' : 'eu');
  // Each changes something of its own.
  for (const page of [us, eu]) {
    await page.goto(`${consoleOrigin(stage, page === us ? 'us' : 'eu')}/account`);
    await page.getByLabel('Last name').fill(page === us ? 'Of us' : 'Of eu');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').first().waitFor();
  }
  await eu.getByRole('button', { name: stage.user('eu').email }).click();
  await eu.getByRole('menuitem', { name: 'Sign out' }).click();
  await eu.getByRole('link', { name: 'Sign in' }).waitFor();
  await shows(us, 'us');
  await expect.poll(() => us.getByLabel('Last name').inputValue()).toBe('Of us');
  expect(problems).toEqual([]);
});

test('the page to try calls gets a token from the console, and from nobody else', async () => {
  const { page, context, problems } = await stage.open(looks.desk);
  const api = stage.origin('us', 'api');
  const addresses: string[] = [];
  context.on('request', (request) => addresses.push(request.url()));
  await page.goto(`${api}/crm/v8/openapi.html#get_settings_modules`);
  await page.getByText(/^\d+ of \d+ operations$/).waitFor();
  const field = page.getByLabel('Token of this environment');
  await page.evaluate("postMessage({ accessToken: 'forged', expiresAt: '2030-01-01' }, '*')");
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Get a token' }).click(),
  ]);
  await opened.getByRole('link', { name: 'Sign in' }).click();
  await signIn(opened, stage.user('us'));
  await opened.getByRole('button', { name: 'Make token' }).click();
  await opened.getByText(/has the token/).waitFor();
  const token = (await opened.getByLabel('Access token', { exact: true }).textContent()) ?? '';
  await expect.poll(() => field.inputValue()).toBe(token);
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Close this window' }).click()]);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => page.locator('#status').textContent()).toMatch(/^200 /);
  expect(addresses.filter((address) => address.includes(token))).toEqual([]);
  expect(problems).toEqual([]);
});
