/**
 * `npm run screenshots`: makes the pictures of the README, `docs/images/*.png`, from a platform of its own with the
 * demo. Each is the same at every run, except for client ids, dates and the fonts of the machine.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../server/src/e2e/chromium.ts';
import { enterWithPassword } from '../server/src/e2e/console-steps.ts';
import { Workshop } from '../server/src/testing/platform-process.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'images');
const viewport = { width: 1120, height: 640 };
const mostBytes = 150_000;

await using workshop = new Workshop();
const platform = await workshop.start({
  dataDirectory: workshop.folder('data'),
  dataCenters: 'us,eu,in',
  args: ['--demo'],
});
const browser = await launchChromium();
try {
  const user = platform.ready.demo?.users.find(({ dataCenter }) => dataCenter === 'us');
  const client = platform.ready.demo?.clients.server?.client_id;
  if (!user || !client) throw new Error('the platform has no demo');
  mkdirSync(folder, { recursive: true });
  const context = await browser.newContext({ viewport, colorScheme: 'light' });

  const console = await context.newPage();
  const origin = platform.ready.dataCenters.us?.console ?? '';
  await enterWithPassword(console, origin, user);
  await console.goto(`${origin}/applications/${client}/settings`);
  await console.getByRole('group', { name: 'Multi DC' }).waitFor();
  await take(console, 'console.png');

  const sample = await context.newPage();
  await sample.goto(`http://localhost:${platform.basePort + 90}/`);
  const [opened] = await Promise.all([
    sample.waitForEvent('popup'),
    sample.getByRole('button', { name: 'Sign in' }).click(),
  ]);
  // The console's session is the accounts server's, too.
  await opened.getByRole('radio', { name: 'Production' }).check();
  await opened.getByRole('button', { name: 'Next' }).click();
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Accept' }).click()]);
  await sample.getByText('Signed in at data centre US').waitFor();
  await sample.getByLabel('First name').fill('Ada');
  await sample.getByLabel('Last name').fill('Lovelace');
  await sample.getByLabel('Company').fill('Analytical Engines');
  await sample.getByLabel('E-mail').fill('ada@example.com');
  await take(sample, 'sample.png');
} finally {
  await browser.close();
  await platform.end('SIGTERM');
}

async function take(page: Page, name: string): Promise<void> {
  const path = join(folder, name);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path, animations: 'disabled' });
  const { size } = statSync(path);
  if (size > mostBytes) throw new Error(`${name} has ${size} bytes: expected at most ${mostBytes}`);
  process.stdout.write(`docs/images/${name}: ${Math.round(size / 1000)} kB\n`);
}
