import { existsSync } from 'node:fs';
import { buildTopology } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import { demoAccountsFile, loadDemoUsers } from '../demo/demo-accounts.ts';
import { type DemoDescription, describeDemo } from '../demo/describe-demo.ts';
import { loadDemoContent } from '../demo/load-content.ts';
import { seedDemo } from '../demo/seed-demo.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { systemRandom } from '../foundation/random.ts';
import { createLog } from '../http/log.ts';
import { type Platform, refuseLabInProduction, startPlatform } from '../platform.ts';
import { printDemo, printSampleApps } from './commands/demo.ts';
import { aborted, inDataDirectory } from './in-data-directory.ts';
import { printJson, printLine, printTable } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import type { StartOptions } from './start-options.ts';

interface Demo extends DemoDescription {
  /** Nobody was told of it before: it was made by this start, or by a first start that failed afterwards. */
  readonly isNew: boolean;
  readonly file: string;
}

/** The command `start`: runs the platform until it is asked to stop. */
export async function runPlatform(options: StartOptions): Promise<void> {
  const settings = resolveSettings(options);
  // Before anything is made: what cannot be started is refused without a trace.
  buildTopology(settings);
  refuseLabInProduction(settings, options.lab);
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
  const platform = await startPlatform({
    ...{ settings, dataDirectory, databaseUrls, log, interruption },
    lab: options.lab ?? false,
  });
  let loading: Promise<void> | undefined;
  try {
    asked.throwIfAborted();
    // A data directory with demo accounts stays a demo, also for data centres that are switched on later.
    const wanted = options.demo ?? (dataDirectory.isNew || existsSync(demoAccountsFile(dataDirectory.path)));
    const demo = wanted ? await makeDemo(platform, dataDirectory, asked) : undefined;
    asked.throwIfAborted();
    dataDirectory.completeFirstStart();
    if (options.json) printJson(readyDocument(platform, dataDirectory.adminTokenFile, demo));
    else printReady(platform, demo);
    if (demo?.isNew) {
      const owners = demo.users.map(({ data_center: dataCenter, email }) => ({ dataCenter, email }));
      loading = loadDemoContent(platform.admin, owners, asked).catch((error: Error) =>
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

async function makeDemo(
  platform: Platform,
  { path, isNew }: DataDirectory,
  asked: AbortSignal,
): Promise<Demo | undefined> {
  const ids = platform.topology.dataCenters.map(({ id }) => id);
  const users = loadDemoUsers(path, ids, systemRandom);
  const seeded = await seedDemo(platform.admin, users, asked);
  asked.throwIfAborted();
  await platform.samples.start();
  const demo = await describeDemo(platform.admin, users, platform.samples.list());
  return demo && { ...demo, isNew: seeded !== undefined || isNew, file: demoAccountsFile(path) };
}

function readyDocument(platform: Platform, tokenFile: string, demo: Demo | undefined) {
  return {
    ready: true,
    dataCenters: Object.fromEntries(platform.topology.dataCenters.map(({ id, origins }) => [id, origins])),
    admin: { origin: platform.adminOrigin, tokenFile },
    ...(demo && {
      demo: {
        sampleApps: demo.sampleApps,
        users: demo.users.map(({ data_center: dataCenter, ...user }) => ({ dataCenter, ...user })),
        clients: demo.clients,
      },
    }),
  };
}

function printReady(platform: Platform, demo: Demo | undefined): void {
  printLine('Grantway is ready.\n');
  printTable(
    ['DATA CENTRE', 'API CONSOLE', 'ACCOUNTS', 'API', 'SANDBOX API', 'DEVELOPER API'],
    platform.topology.dataCenters.map(({ id, origins }) => [
      id,
      origins.console,
      origins.accounts,
      origins.api,
      origins.sandboxApi,
      origins.developerApi,
    ]),
  );
  printLine(`\nAdmin API   ${platform.adminOrigin}   (npx grantway --help)`);
  if (demo) printSampleApps(demo.sampleApps);
  if (demo?.isNew) {
    printLine();
    printDemo(demo);
    printLine(`\n"npx grantway demo" tells them again; the passwords are kept in ${demo.file}.`);
  } else if (demo) printLine('\nDemo        npx grantway demo   (accounts with passwords, clients with secrets)');
  if (platform.lab) printLine('\nThe lab is open: npx grantway lab --help');
  printLine('\nCtrl-C stops everything.');
}
