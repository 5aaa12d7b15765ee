import { listeningPlaces } from './config/listening-places.ts';
import { buildTopology, parseSettings, refuseLabInProduction } from './config/load-settings.ts';
import { allRoles } from './config/roles.ts';
import { lookAtDataDirectory, openDataDirectory } from './data-directory.ts';
import { openDatabases } from './databases.ts';
import { systemClock } from './foundation/clock.ts';
import { systemRandom } from './foundation/random.ts';
import { checkPlaces } from './http/listen.ts';
import { createLog } from './http/log.ts';
import { startPlatform } from './platform.ts';

export interface EmbeddedOptions {
  readonly dataDirectory: string;
  /** As in a configuration file. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface EmbeddedPlatform {
  readonly adminOrigin: string;
  readonly adminToken: string;
  /** Origin of each service, by data centre. */
  readonly dataCenters: Readonly<Record<string, Readonly<Record<string, string>>>>;
  stop(): Promise<void>;
}

/**
 * Runs a platform with the lab inside another program, without demo data: what `grantway start --lab --no-demo` is, but
 * for the process. Meant for tests.
 * @throws UsableFailure in one line: a setting that cannot be, a port in use, … Nothing is left running.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPlatform> {
  const settings = parseSettings(options.settings, 'the settings');
  const topology = buildTopology(settings);
  refuseLabInProduction(settings, true);
  lookAtDataDirectory(options.dataDirectory);
  await checkPlaces(listeningPlaces(settings, topology.dataCenters, allRoles));
  const dataDirectory = openDataDirectory(options.dataDirectory, { random: systemRandom });
  try {
    const log = createLog(settings.logLevel);
    const opening = { databaseUrls: { dataCenters: {} }, dataDirectory, log, settings };
    const databases = await openDatabases(opening, topology, systemClock.nowMs());
    const platform = await startPlatform({ settings, dataDirectory, databases, log, lab: true });
    dataDirectory.completeFirstStart();
    return {
      adminOrigin: platform.adminOrigin,
      adminToken: dataDirectory.adminToken,
      dataCenters: Object.fromEntries(topology.dataCenters.map(({ id, origins }) => [id, { ...origins }])),
      async stop() {
        await platform.stop();
        dataDirectory.release();
      },
    };
  } catch (error) {
    dataDirectory.release();
    throw error;
  }
}
