import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { changeUser } from '../admin/users.ts';
import { readFlow } from '../inspector/flows/flow-reader.ts';
import { accountsFailures } from '../testing/failures/accounts-failures.ts';
import { apiFailures } from '../testing/failures/api-failures.ts';
import { email, FailureStage } from '../testing/failures/failure-stage.ts';
import { testPassword } from '../testing/test-platform.ts';
import { consoleOrigin, enterWithPassword } from './console-steps.ts';
import { expectSteady, inspectScreen, looks, settled, watchShifts } from './inspect-screen.ts';
import { type Stage, startStage } from './stage.ts';
import { addLead, signInToSample } from './steps.ts';

/** Flows in the console: the diagram grows while an app works, and a failed step is explained. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

const longMs = 240_000;

test.each(Object.keys(looks) as (keyof typeof looks)[])(
  'a sign-in over a hop and a lead become one live diagram (%s)',
  async (look) => {
    const app = await stage.open();
    const token = await signInToSample(app.page, stage, 'in');
    const { context, page, problems } = await stage.open(looks[look]);
    await watchShifts(context);
    const path = `/applications/${stage.clients.browser}/flows`;
    await enterWithPassword(page, consoleOrigin(stage, 'us'), stage.user('us'), path);
    await settled(page);

    // By the token, of which only the fingerprint leaves the page.
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByLabel('Token, code, request ID or record ID').fill(token);
    const found = page.getByRole('button', { name: /^Open flow/ });
    await expect.poll(() => asked.some((url) => url.includes('key=')), { timeout: 15_000 }).toBe(true);
    await expect.poll(() => found.count(), { timeout: 15_000 }).toBe(1);
    expect(asked.filter((url) => url.includes(token))).toEqual([]);
    await found.click();
    const diagram = page.getByRole('region', { name: 'Sequence diagram' });
    await diagram.waitFor();
    await expect.poll(() => diagram.textContent(), { timeout: 15_000 }).toMatch(/Accounts us.*Accounts in/);
    await inspectScreen(page, `flow (${look})`);

    // It grows as the app goes on: a lead is added, then the token is used at the wrong data centre.
    const steps = diagram.getByRole('button');
    const before = await steps.count();
    await addLead(app.page, 'Flowing');
    await expect.poll(() => steps.count(), { timeout: 15_000 }).toBeGreaterThan(before);
    await fetch(`${stage.origin('eu', 'api')}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken ${token}` },
    }).then((response) => response.text());
    const panel = page.getByRole('region', { name: /^Step \d+$/ });
    await panel.getByText('Mend').waitFor({ timeout: 15_000 });
    await expect.poll(() => panel.textContent()).toMatch(/Expected.*Came.*in.*Rule.*Mend/);
    expect(await page.content()).not.toContain(token);
    await inspectScreen(page, `failed step (${look})`);

    // A step opens by the keyboard, too, and the flow can be shared and opened again.
    await steps.first().press('Enter');
    await page.getByRole('region', { name: 'Step 1', exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Share as JSON' }).click();
    const file = await (await download).path();
    expect(readFileSync(file, 'utf8')).not.toContain(token);
    await page.reload();
    await settled(page);
    await expectSteady(page, `flow (${look})`);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('A shared flow, to be read only.').waitFor();
    expect(problems).toEqual([]);
    await context.close();
    await app.context.close();
  },
  longMs,
);

test(
  'every classic failure is explained: what was expected, what came, by which rule, and what mends it',
  async () => {
    // With what fails at once rather than in a browser: it is the explanation that is looked at here.
    const failing = await FailureStage.start();
    try {
      await changeUser(failing.platform.admin, 'us', email, { operator: true, endTokens: false });
      const expected: { name: string; path: string; flowId: string | undefined; requestId: string; shown: string[] }[] =
        [];
      for (const { name, provoke } of [...accountsFailures, ...apiFailures]) {
        failing.platform.clock.advance(61);
        const provoked = await provoke(failing);
        const { explained } = await failing.explanationOf(provoked);
        const requestId = provoked.response.headers.get('x-request-id') ?? '';
        const flow = await readFlow([...failing.platform.dataCenters.values()], requestId);
        const own = flow?.clientId && (await failing.platform.admin.clients.find(flow.clientId));
        const base = own ? `/applications/${own.clientId}/flows` : '/administration/flows';
        const { came, mend, rule } = explained;
        const shown = [explained.expected, came, rule, mend];
        expected.push({ name, path: `${base}?flow=${requestId}`, flowId: flow?.flowId, requestId, shown });
      }
      const { page, problems } = await stage.open();
      const origin = failing.platform.topology.find('us')?.origins.console ?? '';
      await enterWithPassword(page, origin, { email, password: testPassword });
      for (const { name, path, flowId, requestId, shown } of expected) {
        // As a link of the page would: without loading it anew.
        await page.evaluate(
          `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
        );
        const step = page.getByRole('region', { name: `Flow ${flowId}` }).getByRole('region', { name: /^Step \d+$/ });
        await step.getByText(requestId).waitFor();
        const parts = step.locator('dl dd');
        expect.soft(await parts.allTextContents(), name).toEqual(shown);
      }
      expect(problems).toEqual([]);
    } finally {
      await failing.platform.stop();
    }
  },
  longMs,
);
