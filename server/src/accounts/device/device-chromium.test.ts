import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, startStage } from '../../e2e/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** Set to a folder, it gets a picture of every page. */
const pictures = process.env.GRANTWAY_PAGE_PICTURES;

/** Accessible and fitting, at both widths and in both colours. */
async function inspect(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  for (const width of [1280, 360]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 740 });
      await page.emulateMedia({ colorScheme });
      const label = `${name} at ${width} pixels, ${colorScheme}`;
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run({ preload: false })');
      expect(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
        label,
      ).toEqual([]);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, `${label}: wider than the window`).toBeLessThanOrEqual(0);
      expect(await page.getByRole('main').textContent(), label).not.toContain('undefined');
      if (!pictures) continue;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}

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
  await inspect(page, 'device-code');
  await page.fill('#user_code', 'cccccccc');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=alert]');
  await inspect(page, 'device-code-wrong');
  await page.fill('#user_code', (codes.user_code ?? '').toLowerCase().replace('-', ''));
  await page.keyboard.press('Enter');
  await page.waitForSelector('input[type=radio]');
  await inspect(page, 'device-organization');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  expect(await page.getByRole('main').textContent()).toContain(codes.user_code);
  await inspect(page, 'device-consent');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.waitForURL(/\/device\/done\?decision=accepted$/);
  await inspect(page, 'device-done');
  expect(new URL(page.url()).origin).toBe(stage.origin('eu'));
  expect(problems).toEqual([]);

  platform.clock.advance(6);
  const code = codes.device_code ?? '';
  const poll = (dataCenter: 'us' | 'eu') =>
    post(dataCenter, 'token', { grant_type: 'device_token', client_secret: secrets[dataCenter] ?? '', code });
  expect(await poll('us')).toEqual({ user_location: 'eu', error: 'other_dc' });
  expect((await poll('eu')).refresh_token).toMatch(/^1004\./);
});
