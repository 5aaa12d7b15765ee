import { existsSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import { type DemoUser, demoAccountsFile, loadDemoUsers } from '../demo/demo-accounts.ts';
import { loadDemoContent } from '../demo/load-content.ts';
import { type SeededDemo, samplePortOf, seedDemo } from '../demo/seed-demo.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { systemRandom } from '../foundation/random.ts';
import { createLog } from '../http/log.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { aborted, inDataDirectory } from './in-data-directory.ts';
import { printJson, printLine, printTable } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import type { StartOptions } from './start-options.ts';

interface Demo {
  readonly users: readonly DemoUser[];
  readonly seeded: SeededDemo | undefined;
  readonly file: string;
}

/** The command `start`: runs the platform until it is asked to stop. */
export async function runPlatform(options: StartOptions): Promise<void> {
  const settings = resolveSettings(options);
  try {
    await inDataDirectory(options, (dataDirectory, interruption) =>
      serve(options, settings, dataDirectory, interruption),
    );
  } catch (error) {
    // Asked to stop before it was ready, and stopped: what was asked for was done.
    if (!(error instanceof Interrupted)) throw error;
  }
}

async function serve(
  options: StartOptions,
  settings: Settings,
  dataDirectory: DataDirectory,
  interruption: Interruption,
): Promise<void> {
  const { asked } = interruption;
  const log = createLog(settings.logLevel);
  const databaseUrls = resolveDatabaseUrls(settings);
  if (dataDirectory.isNew && !options.json) printLine('Preparing a new data directory …');
  const platform = await startPlatform({ settings, dataDirectory, databaseUrls, log, interruption });
  let loading: Promise<void> | undefined;
  try {
    asked.throwIfAborted();
    // A data directory with demo accounts stays a demo, also for data centres that are switched on later.
    const wanted = options.demo ?? (dataDirectory.isNew || existsSync(demoAccountsFile(dataDirectory.path)));
    const demo = wanted ? await makeDemo(platform, dataDirectory.path, settings.basePort, asked) : undefined;
    asked.throwIfAborted();
    dataDirectory.completeFirstStart();
    if (options.json) printJson(readyDocument(platform, dataDirectory.adminTokenFile, demo));
    else printReady(platform, demo);
    if (demo?.seeded) {
      loading = loadDemoContent(platform.admin, demo.users, asked).catch((error: Error) =>
        log.warn({ err: error }, 'the demo has not all of its records'),
      );
    }
    await aborted(asked);
  } finally {
    if (asked.aborted && !options.json) printLine('Stopping …');
    await loading;
    await platform.stop();
  }
}

async function makeDemo(platform: Platform, directory: string, basePort: number, asked: AbortSignal): Promise<Demo> {
  const ids = platform.topology.dataCenters.map(({ id }) => id);
  const users = loadDemoUsers(directory, ids, systemRandom);
  const seeded = await seedDemo(platform.admin, users, samplePortOf(basePort), asked);
  return { users, seeded, file: demoAccountsFile(directory) };
}

function readyDocument(platform: Platform, tokenFile: string, demo: Demo | undefined) {
  return {
    ready: true,
    dataCenters: Object.fromEntries(platform.topology.dataCenters.map(({ id, origins }) => [id, origins])),
    admin: { origin: platform.adminOrigin, tokenFile },
    ...(demo && {
      demo: {
        sampleApps: { browser: platform.sampleAppOrigin },
        users: demo.users.map(({ dataCenter, email, password, profile }) => ({ dataCenter, email, password, profile })),
        clients: demo.seeded?.clients ?? {},
      },
    }),
  };
}

function printReady(platform: Platform, demo: Demo | undefined): void {
  printLine('Grantway is ready.\n');
  printTable(
    ['DATA CENTRE', 'ACCOUNTS', 'API', 'SANDBOX API', 'DEVELOPER API'],
    platform.topology.dataCenters.map(({ id, origins }) => [
      id,
      origins.accounts,
      origins.api,
      origins.sandboxApi,
      origins.developerApi,
    ]),
  );
  printLine(`\nSample app  ${platform.sampleAppOrigin}/`);
  printLine(`Admin API   ${platform.adminOrigin}   (npx grantway --help)`);
  if (demo && !demo.seeded) printLine(`Demo        accounts in ${demo.file}`);
  if (demo?.seeded) {
    printLine(`\nDemo accounts (kept in ${demo.file}):\n`);
    printTable(
      ['LIVES IN', 'E-MAIL', 'PASSWORD', 'PROFILE'],
      demo.users.map((user) => [user.dataCenter, user.email, user.password, user.profile]),
    );
    printLine('\nDemo clients (their secrets are shown only now):\n');
    printTable(
      ['TYPE', 'CLIENT ID', 'CLIENT SECRET'],
      Object.entries(demo.seeded.clients).map(([type, client]) => [type, client.client_id, client.client_secret]),
    );
  }
  printLine('\nCtrl-C stops everything.');
}
