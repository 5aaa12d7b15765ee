import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataCenterId, dataCenterIds, type Stage, startStage } from './stage.ts';
import { addLead, giveName, givePassword, openSample, windowOf } from './steps.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** One in the home data centre, none in the others. */
const onlyAt = (home: DataCenterId, count = 1) =>
  Object.fromEntries(dataCenterIds.map((id) => [id, id === home ? count : 0]));

test.each(dataCenterIds)('a user of %s adds a lead from the browser, lists, changes and deletes it', async (home) => {
  const { context, page, problems } = await stage.open();
  const user = stage.user(home);
  const start = home === 'cn' ? 'cn' : 'us';
  await openSample(page, stage, home);

  const opened = await windowOf(page, () => addLead(page, `Story ${home}`));
  await opened.getByText('to continue to Demo Client based app').waitFor();
  expect(new URL(opened.url()).origin).toBe(stage.origin(start));
  await giveName(opened, user.email);
  // The hop: the password is only ever asked for at home.
  expect(new URL(opened.url()).origin).toBe(stage.origin(home));
  await givePassword(opened, user.password);

  await opened.getByRole('heading', { name: 'Choose an organization' }).waitFor();
  const choices = opened.getByRole('group', { name: `Demo Company ${home.toUpperCase()}` }).getByRole('radio');
  expect(await choices.count()).toBe(3);
  await opened.getByRole('button', { name: 'Next' }).click();

  await opened.getByRole('heading', { name: 'Demo Client based app asks for access to your data' }).waitFor();
  const main = await opened.getByRole('main').textContent();
  expect(main).toContain(`${stage.platform.sampleAppOrigin}/`);
  expect(main).toContain(`Demo Company ${home.toUpperCase()}`);
  expect(main).toContain('Production');
  const scopes = await opened.getByRole('listitem').allTextContents();
  expect(scopes.map((text) => text.trim())).toEqual([
    'See, add, change and delete the records of all your CRM modulesZohoCRM.modules.ALL',
    'See all CRM settingsZohoCRM.settings.READ',
    'See the users of your organizationZohoCRM.users.READ',
    'See the details of your organizationZohoCRM.org.READ',
  ]);
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Accept' }).click()]);

  // The call that began all this was waiting for the token.
  await page.waitForURL('**/view.html');
  await page.getByText(`Ana Story ${home} was added.`).waitFor();
  await page.getByText(`Calls go to ${stage.origin(home, 'api')}.`).waitFor();
  await page.getByRole('rowheader', { name: `Ana Story ${home}` }).waitFor();
  const record = 'crm_record';
  expect(await stage.count(`${record} WHERE data->>'Last_Name' = $1`, [`Story ${home}`])).toEqual(onlyAt(home));
  const grants = "user_grant WHERE client_id = $1 AND environment = 'production'";
  expect((await stage.count(grants, [stage.clients.browser]))[home]).toBe(1);

  await page.getByRole('button', { name: `Edit Ana Story ${home}` }).click();
  await page.getByRole('dialog').getByLabel('Company').fill(`Changed ${home}`);
  await page.keyboard.press('Enter');
  await page.getByText('The lead was changed.').waitFor();
  await page.getByRole('cell', { name: `Changed ${home}` }).waitFor();
  expect(await stage.count(`${record} WHERE data->>'Company' = $1`, [`Changed ${home}`])).toEqual(onlyAt(home));

  await page.getByRole('button', { name: `Delete Ana Story ${home}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There are no leads yet.').waitFor();
  expect(await stage.count(`${record} WHERE data->>'Last_Name' = $1`, [`Story ${home}`])).toEqual(onlyAt(home, 0));
  expect(problems).toEqual([]);
  await context.close();
});
