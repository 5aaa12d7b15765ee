import { listeningPlaces } from '../config/listening-places.ts';
import { buildTopology, refuseLabInProduction } from '../config/load-settings.ts';
import { allRoles } from '../config/roles.ts';
import type { Settings } from '../config/settings.ts';
import { type DataDirectory, lookAtDataDirectory } from '../data-directory.ts';
import { checkDatabaseUrls, openDatabases } from '../databases.ts';
import { wantsDemo } from '../demo/demo-accounts.ts';
import { placeOfSample, sampleApps } from '../demo/sample-apps.ts';
import { systemClock } from '../foundation/clock.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { checkPlaces } from '../http/listen.ts';
import { createLog } from '../http/log.ts';
import { inDataDirectory } from './in-data-directory.ts';
import { printLine, printWarning } from './output.ts';
import { doubtfulDatabaseUrls, resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import { dataPath, type StartOptions } from './start-options.ts';

/** The command `start`: runs the platform until it is asked to stop. */
export async function runPlatform(options: StartOptions): Promise<void> {
  const settings = resolveSettings(options);
  // Before anything is made: what cannot be started is refused without a trace.
  const topology = buildTopology(settings);
  refuseLabInProduction(settings, options.lab);
  checkDatabaseUrls(resolveDatabaseUrls(settings));
  doubtfulDatabaseUrls(settings).forEach(printWarning);
  const path = dataPath(options);
  const { isNew } = lookAtDataDirectory(path);
  const samples = wantsDemo(options, path, isNew) ? sampleApps.map((app) => placeOfSample(settings, app)) : [];
  await checkPlaces(listeningPlaces(settings, topology.dataCenters, allRoles, samples));
  try {
    await inDataDirectory(options, (dataDirectory, interruption) =>
      begin(options, settings, dataDirectory, interruption),
    );
  } catch (error) {
    // Asked to stop before it was ready, and stopped: what was asked for was done.
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** PostgreSQL starts while the rest of the platform is loaded, which takes as long. */
async function begin(
  options: StartOptions,
  settings: Settings,
  dataDirectory: DataDirectory,
  interruption: Interruption,
): Promise<void> {
  const log = createLog(settings.logLevel);
  const databaseUrls = resolveDatabaseUrls(settings);
  if (dataDirectory.isNew && !options.json) printLine('Preparing a new data directory …');
  const opening = openDatabases(
    { databaseUrls, dataDirectory, log, settings, interruption, processes: 1 + (options.workers ?? 0) },
    buildTopology(settings),
    systemClock.nowMs(),
  );
  const [databases, { serve }] = await Promise.all([opening, import('./serve.ts')]).catch(async (error) => {
    // A package that is missing, say: PostgreSQL would keep the process from ending.
    await opening.then((opened) => opened.close()).catch(() => {});
    throw error;
  });
  await serve({ options, settings, dataDirectory, log, interruption }, databases);
}
