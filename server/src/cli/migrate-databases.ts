import type { Topology } from '../config/data-centers.ts';
import { buildTopology } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import { openDatabases } from '../databases.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { createLog } from '../http/log.ts';
import { inDataDirectory } from './in-data-directory.ts';
import { printJson, printLine } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import type { StartOptions } from './start-options.ts';

/** The command `migrate`. */
export async function migrateDatabases(options: StartOptions): Promise<void> {
  const settings = resolveSettings(options);
  const topology = buildTopology(settings);
  try {
    await inDataDirectory(options, (dataDirectory, interruption) =>
      migrateAll(options, { settings, topology }, dataDirectory, interruption),
    );
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new UsableFailure('interrupted; each database is as it was or up to date, so run it again');
  }
}

async function migrateAll(
  options: StartOptions,
  { settings, topology }: { readonly settings: Settings; readonly topology: Topology },
  dataDirectory: DataDirectory,
  interruption: Interruption,
): Promise<void> {
  const log = createLog(settings.logLevel);
  const databaseUrls = resolveDatabaseUrls(settings);
  const databases = await openDatabases(
    { dataDirectory, databaseUrls, log, settings, interruption },
    topology,
    systemClock.nowMs(),
  );
  await databases.close();
  const names = ['directory', ...topology.dataCenters.map(({ id }) => id)];
  if (options.json) printJson({ migrated: names });
  else printLine(`Up to date: ${names.join(', ')}`);
}
