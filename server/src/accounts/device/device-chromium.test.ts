import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectPage } from '../../e2e/inspect-page.ts';
import { type Stage, startStage } from '../../e2e/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

test('T18 in a real browser: every page of the device flow, across two data centres, with nothing refused by the policy', async () => {
  const { platform } = stage;
  const eva = stage.user('eu');
  const owner = stage.user('us').email;
  const { client_id, secrets } = await platform.addClient({ type: 'device', owner, enabledDataCenters: ['eu'] });
  const post = async (dataCenter: 'us' | 'eu', path: string, parameters: Record<string, string>) => {
    const body = new URLSearchParams({ client_id, ...parameters });
    const response = await fetch(`${stage.origin(dataCenter)}/oauth/v3/device/${path}`, { method: 'POST', body });
    return (await response.json()) as Record<string, string>;
  };
  const scope = 'ZohoCRM.modules.ALL,ZohoCRM.settings.READ';
  const codes = await post('us', 'code', { grant_type: 'device_request', scope, access_type: 'offline' });

  const { page, problems } = await stage.open();
  await page.goto(codes.verification_url ?? '');
  await page.fill('#email', eva.email);
  await page.keyboard.press('Enter');
  await page.fill('#password', eva.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#user_code');
  await inspectPage(page, 'device-code');
  await page.fill('#user_code', 'cccccccc');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=alert]');
  await inspectPage(page, 'device-code-wrong');
  await page.fill('#user_code', (codes.user_code ?? '').toLowerCase().replace('-', ''));
  await page.keyboard.press('Enter');
  await page.waitForSelector('input[type=radio]');
  await inspectPage(page, 'device-organization');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  expect(await page.getByRole('main').textContent()).toContain(codes.user_code);
  await inspectPage(page, 'device-consent');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.waitForURL(/\/device\/done\?decision=accepted$/);
  await inspectPage(page, 'device-done');
  expect(new URL(page.url()).origin).toBe(stage.origin('eu'));
  expect(problems).toEqual([]);

  platform.clock.advance(6);
  const code = codes.device_code ?? '';
  const poll = (dataCenter: 'us' | 'eu') =>
    post(dataCenter, 'token', { grant_type: 'device_token', client_secret: secrets[dataCenter] ?? '', code });
  expect(await poll('us')).toEqual({ user_location: 'eu', error: 'other_dc' });
  expect((await poll('eu')).refresh_token).toMatch(/^1004\./);
});
