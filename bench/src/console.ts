import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '../../server/src/e2e/chromium.ts';
import { enterWithPassword } from '../../server/src/e2e/console-steps.ts';
import { watchShifts } from '../../server/src/e2e/inspect-screen.ts';
import { Workshop } from '../../server/src/testing/platform-process.ts';

/** The budgets of issue and documentation: what a first visit may cost. */
const most = { kilobytes: 300, interactiveMs: 2000, layoutShift: 0.05 };

const usage = `Usage: npm run bench:console -- [--times N] [--json]

What a first visit of the API console costs in Chromium with an empty cache: bytes on the wire, time until the screen
can be used, and how much of it jumps (CLS). The numbers are medians of N visits (default 5) of a user who is signed in.
`;

interface Visit {
  readonly kilobytes: number;
  readonly requests: number;
  readonly interactiveMs: number;
  readonly layoutShift: number;
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
if (values.help || !Number.isInteger(times) || times < 1) {
  (values.help ? process.stdout : process.stderr).write(usage);
  process.exitCode = values.help ? 0 : 2;
} else process.exitCode = await run();

/** @returns 0 when every look is within the budgets, 1 otherwise. */
async function run(): Promise<number> {
  await using workshop = new Workshop();
  const platform = await workshop.start({ dataDirectory: workshop.folder('data'), args: ['--demo'] });
  const [user] = platform.ready.demo?.users ?? [];
  const origin = platform.ready.dataCenters.us?.console ?? '';
  if (!user) throw new Error('the platform has no demo user');
  const browser = await launchChromium();
  try {
    const context = await browser.newContext();
    await enterWithPassword(await context.newPage(), origin, user);
    const storageState = await context.storageState();
    const rows: [string, Visit][] = [];
    for (const [look, options] of [
      ['1280 × 800', { viewport: { width: 1280, height: 800 } }],
      ['390 × 800', { viewport: { width: 390, height: 800 } }],
    ] as const) {
      const visits: Visit[] = [];
      for (let time = 0; time < times; time++) visits.push(await visit(browser, origin, { ...options, storageState }));
      rows.push([look, medianOf(visits)]);
    }
    report(rows);
    return rows.every(([, row]) => isWithin(row)) ? 0 : 1;
  } finally {
    await browser.close();
    await platform.end('SIGTERM');
  }
}

/** One visit with nothing in the cache. */
async function visit(browser: Browser, origin: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext(options);
  await watchShifts(context);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  await page.goto(`${origin}/applications`, { waitUntil: 'commit' });
  const button = page.getByRole('button', { name: 'Add client' });
  // Waits until the button is seen, holds still and would get the click.
  await button.click({ trial: true });
  const interactiveMs = await page.evaluate<number>('performance.now()');
  await page.waitForLoadState('networkidle');
  const layoutShift = await page.evaluate<number>('layoutShift');
  await context.close();
  return { kilobytes: bytes / 1000, requests, interactiveMs, layoutShift };
}

function medianOf(visits: readonly Visit[]): Visit {
  const median = (of: (visit: Visit) => number) =>
    visits.map(of).toSorted((one, other) => one - other)[Math.floor(visits.length / 2)] ?? 0;
  return {
    kilobytes: median(({ kilobytes }) => kilobytes),
    requests: median(({ requests }) => requests),
    interactiveMs: median(({ interactiveMs }) => interactiveMs),
    layoutShift: median(({ layoutShift }) => layoutShift),
  };
}

function isWithin(visit: Visit): boolean {
  return (
    visit.kilobytes <= most.kilobytes &&
    visit.interactiveMs <= most.interactiveMs &&
    visit.layoutShift < most.layoutShift
  );
}

function report(rows: readonly [string, Visit][]): void {
  if (values.json) {
    writeSync(1, `${JSON.stringify({ most, rows: rows.map(([look, visit]) => ({ look, ...visit })) })}\n`);
    return;
  }
  const { kilobytes, interactiveMs, layoutShift } = most;
  writeSync(1, `Expected at most ${kilobytes} kB, ${interactiveMs} ms, and a layout shift below ${layoutShift}.\n`);
  for (const [look, visit] of rows) {
    writeSync(
      1,
      `${look.padEnd(12)} ${visit.kilobytes.toFixed(1)} kB in ${visit.requests} requests, interactive after ${visit.interactiveMs.toFixed(0)} ms, layout shift ${visit.layoutShift.toFixed(3)}\n`,
    );
  }
}
