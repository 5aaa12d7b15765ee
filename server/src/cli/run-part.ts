import { type DataCenter, type Service, services, Topology } from '../config/data-centers.ts';
import { listeningPlaces } from '../config/listening-places.ts';
import { buildTopology } from '../config/load-settings.ts';
import { allRoles, type Role, roleOf } from '../config/roles.ts';
import type { Settings } from '../config/settings.ts';
import { lookAtDataDirectory } from '../data-directory.ts';
import { checkDatabaseUrls, type DatabaseUrls, openDatabases } from '../databases.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { Interrupted } from '../foundation/interruption.ts';
import { checkPlaces } from '../http/listen.ts';
import { createLog } from '../http/log.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { hearReplacement } from './hear-replacement.ts';
import { aborted, inDataDirectory } from './in-data-directory.ts';
import { printJson, printLine, printTable, printWarning } from './output.ts';
import { doubtfulDatabaseUrls, resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import { dataPath, type StartOptions } from './start-options.ts';

/** What `serve` is told: `dataCenters` are those that it serves, of all that the configuration names. */
export interface PartOptions
  extends Pick<StartOptions, 'data' | 'basePort' | 'config' | 'dataCenters' | 'otel' | 'json'> {
  /** Default: all. */
  readonly role?: readonly Role[];
}

/** The command `serve`: runs a part of a platform whose other parts run elsewhere, until it is asked to stop. */
export async function runPart(options: PartOptions): Promise<void> {
  const { dataCenters: _, ...rest } = options;
  const settings = resolveSettings(rest);
  const topology = buildTopology(settings);
  const wanted: ReadonlySet<Role> = options.role === undefined ? allRoles : new Set(options.role);
  const served = chooseServed(options.dataCenters, topology);
  const databaseUrls = resolveDatabaseUrls(settings);
  checkShared(served, databaseUrls, process.env.GRANTWAY_SECRET_KEY);
  checkDatabaseUrls(databaseUrls);
  doubtfulDatabaseUrls(settings).forEach(printWarning);
  lookAtDataDirectory(dataPath(options));
  await checkPlaces(listeningPlaces(settings, served, wanted));
  try {
    await inDataDirectory(options, async (dataDirectory, interruption) => {
      const log = createLog(settings.logLevel);
      hearReplacement(log);
      const databases = await openDatabases(
        { databaseUrls, dataDirectory, log, settings, interruption, roles: wanted },
        new Topology(served),
        systemClock.nowMs(),
      );
      const platform = await startPlatform({
        ...{ settings, dataDirectory, databases, log, interruption },
        roles: wanted,
        serves: served.map(({ id }) => id),
      });
      try {
        dataDirectory.completeFirstStart();
        printPart(platform, settings, wanted, served, options.json);
        await aborted(interruption.asked);
      } finally {
        await platform.stop();
      }
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

function chooseServed(ids: readonly string[] | undefined, topology: Topology): readonly DataCenter[] {
  const unknown = ids?.find((id) => !topology.find(id));
  if (unknown !== undefined) {
    const known = topology.dataCenters.map((each) => each.id).join(', ');
    throw new UsableFailure(
      `--data-centers: expected some of those that the configuration names (${known}), got "${unknown}"`,
    );
  }
  return topology.dataCenters.filter(({ id }) => ids?.includes(id) ?? true);
}

/** Parts of one platform have its databases and its secret key in common. */
function checkShared(
  served: readonly DataCenter[],
  { directory, dataCenters }: DatabaseUrls,
  secretKey: string | undefined,
): void {
  const missing = [
    ...(directory === undefined ? ['GRANTWAY_DIRECTORY_URL'] : []),
    ...served.filter(({ id }) => dataCenters[id] === undefined).map(({ id }) => `GRANTWAY_DC_${id.toUpperCase()}_URL`),
    ...(secretKey === undefined ? ['GRANTWAY_SECRET_KEY'] : []),
  ];
  if (missing.length === 0) return;
  throw new UsableFailure(
    `serve runs a part of a platform, which shares its databases and its secret key with the others: set ${missing.join(', ')}`,
  );
}

function printPart(
  platform: Platform,
  { metricsPort }: Settings,
  wanted: ReadonlySet<Role>,
  served: readonly DataCenter[],
  json = false,
): void {
  const open = services.filter((service) => wanted.has(roleOf[service]));
  const originsOf = ({ origins }: DataCenter) =>
    Object.fromEntries(open.map((service: Service) => [service, origins[service]]));
  if (json) {
    printJson({
      ready: true,
      roles: [...wanted],
      dataCenters: Object.fromEntries(served.map((dataCenter) => [dataCenter.id, originsOf(dataCenter)])),
      ...(wanted.has('admin') && { admin: { origin: platform.adminOrigin } }),
    });
    return;
  }
  printLine(`Grantway is ready: ${[...wanted].join(', ')} of ${served.map(({ id }) => id).join(', ')}.\n`);
  const rows = served.flatMap(({ id, origins, ports }) =>
    open.map((service) => [id, service, origins[service], String(ports[service])]),
  );
  if (rows.length > 0) printTable(['DATA CENTRE', 'SERVICE', 'ORIGIN', 'PORT'], rows);
  if (wanted.has('admin')) printLine(`\nAdmin API   ${platform.adminOrigin}`);
  if (metricsPort !== undefined) printLine(`Metrics     port ${metricsPort}`);
  printLine('\nCtrl-C stops it.');
}
