import type { Page } from 'playwright-core';
import type { DemoUser } from '../demo/demo-accounts.ts';
import type { DataCenterId, Stage } from './stage.ts';

/** What a person does on the pages, one function a step. */

/** Types the sign-in name and goes on. */
export async function giveName(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Password').waitFor();
}

export async function givePassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function signIn(page: Page, user: DemoUser): Promise<void> {
  await giveName(page, user.email);
  await givePassword(page, user.password);
}

/** Takes an environment of the only organization, and waits for the consent page. */
export async function chooseEnvironment(page: Page, environment = 'Production'): Promise<void> {
  await page.getByRole('radio', { name: environment }).check();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
}

/** Does something on the sample app that opens the sign-in window, and gives the window. */
export async function windowOf(page: Page, action: () => Promise<unknown>): Promise<Page> {
  const [opened] = await Promise.all([page.waitForEvent('popup'), action()]);
  return opened;
}

/** From the sign-in page in the sign-in window to the end: everything granted, the window closed by the app. */
export async function grantEverything(
  opened: Page,
  user: DemoUser,
  options: { readonly entireSession?: boolean } = {},
): Promise<void> {
  await signIn(opened, user);
  await chooseEnvironment(opened);
  if (options.entireSession) await opened.getByLabel('Grant access for the entire session').check();
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Accept' }).click()]);
}

/** Opens the sample app where users of that data centre start. */
export async function openSample(page: Page, stage: Stage, dataCenter: DataCenterId, path = '/'): Promise<void> {
  await page.goto(`${stage.sampleOrigin('browser')}${path}`);
  if (dataCenter !== 'cn') return;
  const reloaded = page.waitForEvent('load');
  await page.getByLabel('China').click();
  await reloaded;
}

/** Opens the sample app and signs in; gives the access token that the app keeps. */
export async function signInToSample(
  page: Page,
  stage: Stage,
  dataCenter: DataCenterId,
  options: { readonly entireSession?: boolean } = {},
): Promise<string> {
  await openSample(page, stage, dataCenter);
  const opened = await windowOf(page, () => page.getByRole('button', { name: 'Sign in' }).click());
  await grantEverything(opened, stage.user(dataCenter), options);
  await page.getByText(`Signed in at data centre ${dataCenter.toUpperCase()}`).waitFor();
  return (await stored(page, 'access_token')) ?? '';
}

/** Fills in the sample's form and sends it. */
export async function addLead(page: Page, lastName: string): Promise<void> {
  await page.getByLabel('First name').fill('Ana');
  await page.getByLabel('Last name').fill(lastName);
  await page.getByLabel('E-mail').fill('ana@example.com');
  await page.getByLabel('Company').fill('Zylker');
  await page.getByRole('button', { name: 'Add lead' }).click();
}

/** What the sample keeps in localStorage under a name. */
export function stored(page: Page, name: string): Promise<string | null> {
  return page.evaluate<string | null>(`localStorage.getItem(${JSON.stringify(name)})`);
}

/** A call that a script of the page makes: what the browser lets it see. */
export function callFromPage(
  page: Page,
  url: string,
  options: { readonly token: string; readonly body?: unknown },
): Promise<{ status: number; body: unknown }> {
  const init = {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Zoho-oauthtoken ${options.token}` },
    credentials: 'include',
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  };
  return page.evaluate(
    `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})
       .then(async (response) => ({ status: response.status, body: await response.json() }))
       .catch((error) => ({ status: 0, body: String(error) }))`,
  );
}
