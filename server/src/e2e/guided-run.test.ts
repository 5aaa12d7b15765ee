import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { consoleOrigin, enterWithPassword } from './console-steps.ts';
import { expectSteady, inspectScreen, looks, settled, watchShifts } from './inspect-screen.ts';
import { type Stage, startStage } from './stage.ts';

/** Guided run, CORS check and explanations as people see them, in Chromium. */
let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

const shots = process.env.GUIDED_SHOTS;
const shoot = async (page: Page, name: string) => {
  if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

test.each(Object.entries(looks))(
  'a guided run with its mistakes, the CORS check and the event behind it, on a %s',
  async (look, options) => {
    const owner = stage.user('us');
    const { client_id } = await stage.platform.addClient({ type: 'server', owner: owner.email });
    const browser = await stage.platform.addClient({ type: 'browser', owner: owner.email });
    const { page, context, problems } = await stage.open(options);
    await watchShifts(context);
    const at = (id: string, tab: string) => `/applications/${encodeURIComponent(id)}/${tab}`;
    await enterWithPassword(page, consoleOrigin(stage, 'us'), owner, at(client_id, 'run'));
    await settled(page);
    await inspectScreen(page, `guided run, ${look}`);
    await expectSteady(page, `guided run, ${look}`);
    await shoot(page, `run-${look}`);

    /** Makes a mistake in a step of the flow, sends it, and reads its explanation. */
    const explained = async (step: string, mistake: string, send: string) => {
      const section = page.getByRole('region', { name: step });
      await section.getByRole('button', { name: 'Start this step anew' }).click();
      await section.getByRole('button', { name: 'Make a mistake' }).click();
      await page.getByRole('menuitem', { name: mistake }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
      await section.getByRole('button', { name: send }).click();
      const note = section.getByRole('note');
      await note.waitFor();
      return note.textContent();
    };
    const redirect = 'https://app.example.com/callback';
    const slash = await explained('1. Ask the user', 'A slash behind the redirect URI', 'Check');
    expect(slash).toContain(`Expected: ${redirect}`);
    expect(slash).toContain(`Came: ${redirect}/`);
    expect(slash).toContain('Mend: Send exactly a registered redirect URI');
    await shoot(page, `mistake-${look}`);
    await inspectScreen(page, `an explained mistake, ${look}`);
    expect(await explained('1. Ask the user', 'Another client', 'Check')).toContain('Came: 1000.NOBODY');
    expect(await explained('3. Exchange the code', 'A wrong secret', 'Send')).toContain("client's secret of us");
    expect(await explained('3. Exchange the code', 'Another code', 'Send')).toContain('a code that us has issued');
    expect(await explained('4. Renew the access token', 'Another data centre', 'Send')).toContain('--enable-dc');
    expect(await explained('5. Call the API', 'Without the token', 'Send')).toContain('no Authorization header');

    // A request in order: as the browser would open it.
    const first = page.getByRole('region', { name: '1. Ask the user' });
    await first.getByRole('button', { name: 'Start this step anew' }).click();
    await first.getByRole('button', { name: 'Check' }).click();
    await first.getByText('The request is in order.', { exact: true }).waitFor();
    const callback = page.getByLabel('Address of the callback');
    await callback.fill(`${redirect}?code=1000.given&location=us&accounts-server=http%3A%2F%2Flocalhost`);
    const exchange = page.getByRole('region', { name: '3. Exchange the code' });
    await expect.poll(() => exchange.getByLabel('code', { exact: true }).inputValue()).toBe('1000.given');

    // The event of the last mistakes, with the way to the setting.
    await page.goto(`${consoleOrigin(stage, 'us')}${at(client_id, 'activity')}`);
    await settled(page);
    await page.getByRole('button', { name: 'authorize' }).first().click();
    const note = page.getByRole('note');
    await note.waitFor();
    await expect.poll(() => note.textContent()).toMatch(/Expected:.*Came:.*Rule:.*Mend:/);
    await inspectScreen(page, `an event that is explained, ${look}`);

    await page.goto(`${consoleOrigin(stage, 'us')}${at(browser.client_id, 'cors')}?origin=https://elsewhere.example`);
    await settled(page);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('The browser does not allow it').waitFor();
    await page.getByText('--js-domain https://app.example.com --js-domain https://elsewhere.example').waitFor();
    await inspectScreen(page, `CORS check, ${look}`);
    await shoot(page, `cors-${look}`);
    await page.getByLabel('Origin of the page').fill('https://app.example.com');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('The browser allows it').waitFor();
    await inspectScreen(page, `CORS check that passes, ${look}`);
    expect(problems).toEqual([]);
  },
  300_000,
);
