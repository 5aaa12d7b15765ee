import type { Page } from 'playwright-core';
import { testPassword } from '../testing/test-platform.ts';
import type { DataCenterId, Stage } from './stage.ts';
import { giveName, givePassword } from './steps.ts';

/** What a person does in the API console, one function a step. */

export function consoleOrigin(stage: Stage, dataCenter: DataCenterId = 'us'): string {
  return stage.platform.topology.find(dataCenter)?.origins.console ?? '';
}

/** A user who has nothing but an account, signed in to the console of the own data centre. */
export async function enterConsole(page: Page, stage: Stage, email: string): Promise<void> {
  await stage.platform.addUser('us', email);
  await page.goto(`${consoleOrigin(stage)}/`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await giveName(page, email);
  await givePassword(page, testPassword);
  await page.getByRole('button', { name: 'Add client' }).waitFor();
}

/** Signs in to a console with an account that is there. */
export async function enterWithPassword(
  page: Page,
  origin: string,
  user: { readonly email: string; readonly password: string },
  path = '/applications',
): Promise<void> {
  await page.goto(`${origin}/sign-in?return=${encodeURIComponent(path)}`);
  await giveName(page, user.email);
  await givePassword(page, user.password);
  await page.waitForURL((url) => url.origin === origin && url.pathname !== '/signed-in');
}

/** From the list of applications to the form of a type. */
export async function chooseType(page: Page, heading: string): Promise<void> {
  await page.getByRole('button', { name: 'Add client' }).click();
  const card = page.getByRole('region', { name: heading });
  await card.getByRole('heading', { name: heading }).waitFor();
  await card.getByRole('button', { name: 'Create now' }).click();
}

export interface ClientFields {
  readonly name: string;
  readonly homepage: string;
  readonly redirectUri?: string;
  readonly javascriptDomain?: string;
}

/** Fills in the form and creates the client; gives its id. */
export async function createClient(page: Page, fields: ClientFields): Promise<string> {
  await page.getByLabel('Client name', { exact: true }).fill(fields.name);
  await page.getByLabel('Homepage URL', { exact: true }).fill(fields.homepage);
  if (fields.redirectUri) await page.getByLabel('Authorized redirect URIs', { exact: true }).fill(fields.redirectUri);
  if (fields.javascriptDomain)
    await page.getByLabel('JavaScript domains', { exact: true }).fill(fields.javascriptDomain);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  return clientIdOf(page);
}

/** The client id that the tab Client Secret shows. */
export async function clientIdOf(page: Page): Promise<string> {
  await page.getByRole('tab', { name: 'Client Secret', selected: true }).waitFor();
  return (await page.getByLabel('Client ID', { exact: true }).textContent()) ?? '';
}

/** What a script of the console's own would get from its API. */
export function ask<Answer>(page: Page, method: string, path: string, body?: unknown): Promise<Answer> {
  return page.evaluate<Answer>(`(async () => {
    const { csrfToken } = await (await fetch('/api/session')).json();
    const headers = { 'x-csrf-token': csrfToken, 'content-type': 'application/json' };
    const body = ${JSON.stringify(body === undefined ? null : JSON.stringify(body))};
    const answer = await fetch(${JSON.stringify(`/api${path}`)}, { method: '${method}', headers, ...(body && { body }) });
    return answer.json();
  })()`);
}

/** The id of the only organization of who is signed in. */
export async function organizationOf(page: Page): Promise<string> {
  const { organizations } = await ask<{ organizations: { organizationId: string }[] }>(page, 'GET', '/organizations');
  return organizations[0]?.organizationId ?? '';
}

/** Adds records through the console's way to the CRM API; gives their ids. */
export async function addRecords(page: Page, module: string, ...data: object[]): Promise<string[]> {
  const path = `/crm/production/${await organizationOf(page)}/v8/${module}`;
  const answer = await ask<{ data: { details: { id: string } }[] }>(page, 'POST', path, { data });
  return answer.data.map(({ details }) => details.id);
}
