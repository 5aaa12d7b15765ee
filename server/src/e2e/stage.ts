import { createServer } from 'node:http';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { DemoUser } from '../demo/demo-accounts.ts';
import { redirectUrisOf, type SampleApp, sampleAppOf } from '../demo/sample-apps.ts';
import { seedDemo } from '../demo/seed-demo.ts';
import type { EventKind } from '../inspector/event-kinds.ts';
import { listEvents } from '../inspector/events.ts';
import type { ClientType } from '../oauth/client.ts';
import { RunningClock } from '../testing/running-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { launchChromium } from './chromium.ts';

/** Five data centres; `cn` is a realm of its own. */
export const dataCenterIds = ['us', 'eu', 'in', 'au', 'cn'] as const;
export type DataCenterId = (typeof dataCenterIds)[number];

/** Far more than any step takes; a step that hangs says so before the test's own time is up. */
const stepTimeoutMs = 10_000;

/** A whole platform with its demo, and a browser: what every end-to-end test plays on. */
export interface Stage {
  readonly platform: TestPlatform;
  readonly browser: Browser;
  /** Client ids of the demo, by type. */
  readonly clients: Readonly<Record<string, string>>;
  /** Address that the demo's server-based client is sent back to. */
  readonly callbackUri: string;
  user(dataCenter: DataCenterId): DemoUser;
  /** Where the sample app of that type is. */
  sampleOrigin(type: ClientType): string;
  origin(dataCenter: DataCenterId, service?: 'accounts' | 'api'): string;
  /** A browser profile of its own. */
  open(options?: BrowserContextOptions): Promise<Profile>;
  /** Rows that a query counts in each data centre: `{ us: 0, eu: 1, … }`. */
  count(from: string, values?: readonly unknown[]): Promise<Record<string, number>>;
  /** The newest recorded event of that kind and outcome. */
  event(dataCenter: DataCenterId, kind: EventKind, outcome: string): Promise<Record<string, unknown> | undefined>;
  /** Closes all profiles and forgets all grants, so that consent is asked for again. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface Profile {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What scripts threw and what a security policy refused. Nothing may ever be in here. */
  readonly problems: string[];
}

/**
 * Starts everything, under a clock that runs and can be moved on.
 * @param options.samples The sample apps that run; default: the browser's. Where the server's does not, its callback is taken.
 */
export async function startStage(
  options: {
    readonly samples?: readonly ClientType[];
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly lab?: boolean;
  } = {},
): Promise<Stage> {
  const [platform, browser] = await Promise.all([
    startTestPlatform({
      dataCenters: dataCenterIds,
      clock: new RunningClock(),
      settings: options.settings ?? {},
      lab: options.lab ?? false,
    }),
    launchChromium(),
  ]);
  const users = dataCenterIds.map((dataCenter) => demoUser(dataCenter));
  const demo = await seedDemo(platform.admin, users);
  const { samples = ['browser'] } = options;
  await platform.samples.start(samples);
  const clients = Object.fromEntries(
    Object.entries(demo?.clients ?? {}).map(([type, { client_id }]) => [type, client_id]),
  );
  const [callbackUri = ''] = redirectUrisOf(sampleAppOf('server') as SampleApp, platform.basePort);
  const callback = samples.includes('server') ? undefined : await startCallback(Number(new URL(callbackUri).port));
  return {
    platform,
    browser,
    clients,
    callbackUri,
    user: (dataCenter) => users.find((user) => user.dataCenter === dataCenter) as DemoUser,
    sampleOrigin: (type) => platform.samples.list().find((sample) => sample.type === type)?.origin ?? '',
    origin: (dataCenter, service = 'accounts') => platform.topology.find(dataCenter)?.origins[service] ?? '',
    open: async (options) => watched(await browser.newContext(options)),
    async count(from, values = []) {
      const counts = [...platform.dataCenters].map(async ([id, { database }]) => {
        const [row] = await database.query<{ n: number }>({ text: `SELECT count(*)::int AS n FROM ${from}`, values });
        return [id, row?.n ?? 0] as const;
      });
      return Object.fromEntries(await Promise.all(counts));
    },
    async event(dataCenter, kind, outcome) {
      const { database, events } = platform.dataCenters.get(dataCenter) ?? {};
      await events?.flush();
      const [event] = database ? await listEvents(database, { limit: 1, kind, outcome }) : [];
      return event?.detail;
    },
    async reset() {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const forget = { text: 'DELETE FROM user_grant' };
      await Promise.all([...platform.dataCenters.values()].map(({ database }) => database.query(forget)));
    },
    async close() {
      await browser.close();
      await callback?.close();
      await platform.stop();
    },
  };
}

/** Watches a profile for faults of its pages, windows that they open included. */
export async function watched(context: BrowserContext): Promise<Profile> {
  context.setDefaultTimeout(stepTimeoutMs);
  const problems: string[] = [];
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('console', (message) => {
    if (/content.security.policy|mixed content|deprecat/i.test(message.text())) problems.push(message.text());
  });
  return { context, page: context.pages()[0] ?? (await context.newPage()), problems };
}

function demoUser(dataCenter: DataCenterId): DemoUser {
  return {
    dataCenter,
    email: `robin.${dataCenter}@demo.example`,
    password: `pass-of-${dataCenter}`,
    firstName: 'Robin',
    lastName: 'Fields',
    profile: 'Administrator',
  };
}

/** The server-based app's own server, as far as a browser sees it: it receives the redirect. */
async function startCallback(port: number): Promise<{ close(): Promise<void> }> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>App</title><h1>Back at the app</h1>'),
  );
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
