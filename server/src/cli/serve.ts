import * as module from 'node:module';
import type { Role } from '../config/roles.ts';
import type { Settings } from '../config/settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { Databases } from '../databases.ts';
import { type DemoUser, demoAccountsFile, loadDemoUsers, wantsDemo } from '../demo/demo-accounts.ts';
import { type DemoDescription, describeDemo } from '../demo/describe-demo.ts';
import { loadDemoContent } from '../demo/load-content.ts';
import { seedDemo } from '../demo/seed-demo.ts';
import type { Interruption } from '../foundation/interruption.ts';
import { systemRandom } from '../foundation/random.ts';
import type { Log } from '../http/log.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { printDemo, printSampleApps } from './commands/demo.ts';
import { hearReplacement } from './hear-replacement.ts';
import { aborted } from './in-data-directory.ts';
import { printJson, printLine, printTable } from './output.ts';
import type { StartOptions } from './start-options.ts';
import { Workers } from './workers.ts';

interface Demo extends DemoDescription {
  /** Those who own the demo's organizations. */
  readonly owners: readonly DemoUser[];
  /** Nobody was told of it before: it was made by this start, or by a first start that failed afterwards. */
  readonly isNew: boolean;
  readonly file: string;
}

export interface ServeOptions {
  readonly options: StartOptions;
  readonly settings: Settings;
  readonly dataDirectory: DataDirectory;
  readonly log: Log;
  readonly interruption: Interruption;
}

/** Runs the platform over its databases until it is asked to stop; closes them. */
export async function serve(
  { options, settings, dataDirectory, log, interruption }: ServeOptions,
  databases: Databases,
): Promise<void> {
  const { asked } = interruption;
  const workers = makeWorkers(options, settings, dataDirectory, databases, log);
  const platform = await startPlatform({
    ...{ settings, dataDirectory, databases, log, interruption },
    lab: options.lab ?? false,
    ...(workers && { roles: unsharedRoles, others: workers }),
  });
  hearReplacement(log, workers);
  let loading: Promise<void> | undefined;
  try {
    await workers?.start();
    asked.throwIfAborted();
    const wanted = wantsDemo(options, dataDirectory.path, dataDirectory.isNew);
    const demo = wanted ? await makeDemo(platform, dataDirectory, options, asked) : undefined;
    asked.throwIfAborted();
    dataDirectory.completeFirstStart();
    if (options.json) printJson(readyDocument(platform, dataDirectory.adminTokenFile, demo));
    else printReady(platform, demo);
    module.flushCompileCache?.();
    if (demo) {
      loading = loadDemoContent(platform.admin, demo.owners, asked).catch((error: Error) =>
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

/** What a platform with workers does in one process only. */
const unsharedRoles: ReadonlySet<Role> = new Set(['jobs', 'admin']);

function makeWorkers(
  { workers }: StartOptions,
  settings: Settings,
  dataDirectory: DataDirectory,
  { urls }: Databases,
  log: Log,
): Workers | undefined {
  if (workers === undefined) return undefined;
  const { path: dataPath, secretKey, adminToken } = dataDirectory;
  const order = { settings, databaseUrls: urls, dataPath, secretKey: secretKey.toString('hex'), adminToken };
  return new Workers(workers, order, log);
}

async function makeDemo(
  platform: Platform,
  { path, isNew: isFirst }: DataDirectory,
  { json }: StartOptions,
  asked: AbortSignal,
): Promise<Demo | undefined> {
  const ids = platform.topology.dataCenters.map(({ id }) => id);
  const users = loadDemoUsers(path, ids, systemRandom);
  const seeded = await seedDemo(platform.admin, users, asked);
  asked.throwIfAborted();
  await platform.samples.start();
  const isNew = seeded !== undefined || isFirst;
  const served = platform.samples.list();
  // Checking every password takes as long as all the rest of a later start, which tells none of them.
  const demo = await describeDemo(platform.admin, isNew || json ? users : [], served);
  return demo && { ...demo, owners: users, isNew, file: demoAccountsFile(path) };
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
