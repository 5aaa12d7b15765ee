import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { consoleOrigin, enterWithPassword } from './console-steps.ts';
import { inspectScreen, looks, settled } from './inspect-screen.ts';
import { type Stage, startStage } from './stage.ts';
import { addLead, signInToSample, stored } from './steps.ts';

/** The lab in the console: its clock as an operator moves it, flows that are done again. */
let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ lab: true });
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

test('the bar tells operators what time it is here, and moves it', async () => {
  const { page, problems } = await stage.open();
  await enterWithPassword(page, consoleOrigin(stage), stage.user('us'));
  const bar = page.getByRole('region', { name: 'Clock of the lab' });
  await bar.getByText('It is real time here.').waitFor();
  await bar.getByRole('button', { name: 'Move the time' }).click();
  await page.getByLabel('Move on by').fill('soon');
  await page.getByRole('button', { name: 'Move on', exact: true }).click();
  await page.getByRole('alert').getByText('expected a number with a unit').waitFor();
  await page.getByLabel('Move on by').fill('61m');
  await page.getByRole('button', { name: 'Move on', exact: true }).click();
  await bar.getByText('It is 61 minutes later here.').waitFor();
  expect((await stage.platform.lab?.clock.show())?.offset_ms).toBe(3_660_000);
  expect(problems).toEqual([]);
});

test('61 minutes later the sample app renews its token without the user, and goes on', async () => {
  const { context, page, problems } = await stage.open();
  const before = await signInToSample(page, stage, 'us');
  expect((await stage.platform.lab?.clock.advance('61m'))?.effects).toMatchObject({
    access_tokens_expired: expect.any(Number),
  });
  await addLead(page, 'An hour later');
  await page.getByRole('cell', { name: 'An hour later' }).waitFor();
  const renewed = await stored(page, 'access_token');
  expect(renewed).toMatch(/^1000\./);
  expect(renewed).not.toBe(before);
  expect(await stage.count('protocol_event WHERE outcome = $1', ['TokenExpired'])).toMatchObject({ us: 1 });
  expect(problems).toEqual([]);
  await context.close();
});

test.each(Object.keys(looks) as (keyof typeof looks)[])(
  'a flow is done again, step by step beside what was recorded, and copied as a test (%s)',
  async (look) => {
    const app = await stage.open();
    const token = await signInToSample(app.page, stage, 'us');
    await addLead(app.page, `Again at the ${look}`);
    await app.page.getByRole('cell', { name: `Again at the ${look}` }).waitFor();
    const list = `${stage.origin('us', 'api')}/crm/v8/Leads?fields=Last_Name`;
    const called = await fetch(list, { headers: { authorization: `Zoho-oauthtoken ${token}` } });
    const { context, page, problems } = await stage.open(looks[look]);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const path = `/applications/${stage.clients.browser}/flows?flow=${called.headers.get('x-request-id')}`;
    await enterWithPassword(page, consoleOrigin(stage), stage.user('us'), path);
    await settled(page);
    await page.getByRole('button', { name: 'Replay' }).click();
    const result = page.getByRole('region', { name: 'Done again' });
    await result.getByText('Each request came out as before.').waitFor();
    const insert = result.getByRole('article', { name: 'POST /crm/v8/Leads' });
    for (const side of ['Recorded', 'Now']) {
      expect(await insert.getByRole('region', { name: new RegExp(`^${side}, Step \\d+$`) }).textContent()).toMatch(
        /^Success\s+201/,
      );
    }
    await inspectScreen(page, `replay (${look})`);
    await page.getByRole('button', { name: 'Close the replay' }).click();
    await page.getByRole('button', { name: 'Copy as test' }).press('Enter');
    const source = page.getByLabel('Test file', { exact: true }).last();
    await source.waitFor();
    await expect.poll(() => page.evaluate<string>('navigator.clipboard.readText()')).toBe(await source.textContent());
    expect(await source.textContent()).toContain("import { startPlatform } from '@grantway/testing';");
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toMatch(/^flow-[0-9a-f]+\.test\.js$/);
    await inspectScreen(page, `copied as test (${look})`);
    expect(await page.content()).not.toContain(token);
    expect(problems).toEqual([]);
    await context.close();
    await app.context.close();
  },
  60_000,
);

test('others do not see it', async () => {
  const { page } = await stage.open();
  await enterWithPassword(page, consoleOrigin(stage, 'eu'), stage.user('eu'));
  await page.getByRole('button', { name: 'Add client' }).waitFor();
  await expect.poll(() => page.getByRole('region', { name: 'Clock of the lab' }).count()).toBe(0);
  const refused = await page.request.get(`${consoleOrigin(stage, 'eu')}/api/administration/clock`);
  expect(refused.status()).toBe(404);
});
