import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleOrigin, enterWithPassword } from './console-steps.ts';
import { type Stage, startStage } from './stage.ts';
import { addLead, signInToSample, stored } from './steps.ts';

/** The lab's clock as an operator moves it in the console. */
let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ lab: true });
});
afterAll(() => stage?.close());

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

test('others do not see it', async () => {
  const { page } = await stage.open();
  await enterWithPassword(page, consoleOrigin(stage, 'eu'), stage.user('eu'));
  await page.getByRole('button', { name: 'Add client' }).waitFor();
  await expect.poll(() => page.getByRole('region', { name: 'Clock of the lab' }).count()).toBe(0);
  const refused = await page.request.get(`${consoleOrigin(stage, 'eu')}/api/administration/clock`);
  expect(refused.status()).toBe(404);
});
