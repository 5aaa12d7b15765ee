import type { Topology } from '../config/data-centers.ts';
import { buildTopology } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import { Database } from '../database/database.ts';
import { checkCitus, distributeTables } from '../database/distribute.ts';
import { type OpenDatabase, openDatabases } from '../databases.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { createLog } from '../http/log.ts';
import { inDataDirectory } from './in-data-directory.ts';
import { printJson, printLine } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import type { StartOptions } from './start-options.ts';

export interface MigrateOptions extends StartOptions {
  /** Spread the tables of the data centres over the machines of such a cluster. */
  readonly distribute?: 'citus';
}

/** The command `migrate`. */
export async function migrateDatabases(options: MigrateOptions): Promise<void> {
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
  options: MigrateOptions,
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
  const names = ['directory', ...topology.dataCenters.map(({ id }) => id)];
  try {
    const distributed = options.distribute && (await distributeAll(databases.all, interruption));
    if (options.json) return printJson({ migrated: names, ...(distributed && { distributed }) });
    printLine(`Up to date: ${names.join(', ')}`);
    for (const [id, tables] of Object.entries(distributed ?? {})) {
      printLine(
        `Distributed in ${id}: ${tables.length === 0 ? 'nothing, all tables have their places' : tables.join(', ')}`,
      );
    }
  } finally {
    await databases.close();
  }
}

/** Distributes the tables of all data centres, once it is known of each that it can be. @returns those that were, by data centre. */
async function distributeAll(
  databases: readonly OpenDatabase[],
  interruption: Interruption,
): Promise<Record<string, string[]>> {
  const dataCenters = databases.filter(({ kind }) => kind === 'data-center');
  for (const { requests } of dataCenters) await checkCitus(requests);
  const distributed: Record<string, string[]> = {};
  for (const { label, ownerConnection } of dataCenters) {
    interruption.asked.throwIfAborted();
    const owner = new Database({ label, connection: ownerConnection, limits: { maxConnections: 1 } });
    distributed[label] = await distributeTables(owner).finally(() => owner.close());
  }
  return distributed;
}
