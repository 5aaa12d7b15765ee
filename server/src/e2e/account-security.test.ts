import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningClock } from '../testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { launchChromium } from './chromium.ts';
import { chooseType, clientIdOf } from './console-steps.ts';
import { inspectPage } from './inspect-page.ts';
import { inspectScreen, still } from './inspect-screen.ts';

/** What users sign in with beside the password, in a real browser with a virtual authenticator. */
const email = 'anna@us.example';
const clock = new RunningClock();
let platform: TestPlatform;
let browser: Browser;
let accounts: string;

beforeAll(async () => {
  platform = await startTestPlatform({ clock, settings: { signUp: true } });
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

async function toPassword(page: Page): Promise<void> {
  await page.goto(`${accounts}/signin`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Next' }).click();
  await heading(page, 'Enter your password');
}

test('passkey and authenticator app: added, used to sign in, removed', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  await toPassword(page);
  await inspectPage(page, 'password-with-passkey');
  await page.getByLabel('Password').fill(testPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'You are signed in');
  await page.getByRole('link', { name: 'Sign-in and security' }).click();
  await heading(page, 'Sign-in and security');
  await page.getByLabel('Name of the new passkey').fill('My laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await heading(page, 'Recovery codes');
  await inspectPage(page, 'recovery-codes');
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await page.getByRole('heading', { name: 'My laptop' }).waitFor();
  await inspectPage(page, 'security');

  await page.getByRole('link', { name: 'Set up an app' }).click();
  await heading(page, 'Set up an app');
  await inspectPage(page, 'authenticator-app');
  const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  await page.getByLabel('Code that your app shows now').fill(app.generate());
  await page.getByRole('button', { name: 'Set up an app' }).click();
  await heading(page, 'Sign-in and security');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'You are signed out');

  await toPassword(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await heading(page, 'You are signed in');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'You are signed out');

  await toPassword(page);
  await page.getByLabel('Password').fill(testPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Confirm that it is you');
  await inspectPage(page, 'second-factor');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await heading(page, 'You are signed in');
  await page.goto(`${accounts}/account/sessions`);
  await inspectPage(page, 'sessions');

  // The console asks for a sign-in as strong as that, in another tab; what was chosen stays (SES-09).
  const own = await context.newPage();
  await own.goto(`${platform.topology.find('us')?.origins.console}/`);
  await own.getByRole('link', { name: 'Sign in' }).click();
  await chooseType(own, 'Self Client');
  await own.getByRole('button', { name: 'Create', exact: true }).click();
  await own.getByRole('button', { name: 'OK' }).click();
  await clientIdOf(own);
  clock.advance(301);
  await own.getByRole('button', { name: 'Rotate (us)' }).click();
  await own.getByLabel('Overlap').selectOption({ label: '7 days' });
  await own.getByRole('button', { name: 'Rotate secret' }).click();
  const dialog = own.getByRole('dialog', { name: 'Sign in again' });
  await dialog.waitFor();
  expect(await dialog.getByLabel('Password').count()).toBe(0);
  await still(own);
  await inspectScreen(own, 'console: sign in again');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByRole('alert').waitFor();
  const link = dialog.getByRole('link');
  const [tab] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await heading(tab, 'Enter your password');
  await tab.getByLabel('Password').fill(testPassword);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await heading(tab, 'Confirm that it is you');
  await tab.getByLabel('Code of your authenticator app').fill(app.generate({ timestamp: clock.nowMs() }));
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.waitForURL(/\/start$/);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await own.getByLabel('The new secret (us)', { exact: true }).waitFor();
  await own.getByText(/^ends /).waitFor();
  clock.advance(301);
  await own.getByRole('button', { name: 'Reveal the secret of us' }).first().click();
  await dialog.waitFor();
  // In the tab whose authenticator has the passkey.
  await page.goto(new URL((await link.getAttribute('href')) ?? '', own.url()).href);
  await heading(page, 'Enter your password');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(/\/start$/);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await own.getByLabel('Client secret', { exact: true }).waitFor();

  clock.advance(301);
  await page.goto(`${accounts}/account/security`);
  await page.getByText('Sign in again').waitFor();
  await inspectPage(page, 'sign-in-again');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await heading(page, 'Sign-in and security');
  await page.getByRole('button', { name: 'Remove My laptop' }).click();
  await page.getByText('The passkey was removed.').waitFor();
  await page.goto(`${accounts}/account/email`);
  await inspectPage(page, 'email');
  await page.goto(`${accounts}/signup`);
  await inspectPage(page, 'sign-up');
  expect(problems).toEqual([]);
  await context.close();
});
