import { buildTopology } from '../config/load-settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import { checkDatabaseUrls, type Databases, openDatabases } from '../databases.ts';
import { listKnownDataCenters } from '../directory/known-data-centers.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { createLog } from '../http/log.ts';
import { inDataDirectory } from './in-data-directory.ts';
import { configNamesDataCenters, resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import { dataPath, type StartOptions } from './start-options.ts';

/** What a command works on that opens the databases of a platform which does not run. */
export interface StoppedPlatform {
  readonly databases: Databases;
  /** Whose databases are open, beside that of the directory. */
  readonly dataCenterIds: readonly string[];
  readonly dataDirectory: DataDirectory;
  readonly interruption: Interruption;
}

type Held = Pick<StoppedPlatform, 'dataDirectory' | 'interruption'>;

/** Which databases such a command opens. */
export interface Opening {
  /** Exactly these data centres; default: `givenDataCenters`. */
  readonly dataCenterIds?: readonly string[];
  /** The command makes no database. */
  readonly existingOnly: boolean;
  /** What to tell where it was interrupted. */
  readonly whenInterrupted: string;
  /** Takes back what was made, where the work fails; nobody else has the data directory yet. */
  readonly undo?: () => void;
}

/** Opens the databases, does the work and closes them. @throws UsableFailure, also when it was interrupted. */
export async function onStoppedPlatform(
  options: StartOptions,
  opening: Opening,
  work: (platform: StoppedPlatform) => Promise<void>,
): Promise<void> {
  // What is wrong in the configuration is told before anything is made.
  checkDatabaseUrls(resolveDatabaseUrls(resolveSettings(options)));
  const { existingOnly } = opening;
  const dataCenterIds = opening.dataCenterIds ?? givenDataCenters(options, existingOnly);
  try {
    await inDataDirectory(options, async (dataDirectory, interruption) => {
      try {
        const known = dataCenterIds ? [] : await readKnown(options, existingOnly, { dataDirectory, interruption });
        const ids = dataCenterIds ?? (known.length > 0 ? known : neverStarted(options, existingOnly));
        const isMade = existingOnly || known.length > 0;
        const databases = await open(options, ids, isMade, { dataDirectory, interruption });
        await work({ databases, dataCenterIds: ids, dataDirectory, interruption }).finally(() => databases.close());
      } catch (error) {
        opening.undo?.();
        throw error;
      }
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new UsableFailure(`interrupted; ${opening.whenInterrupted}, so run it again`);
  }
}

/** The databases of the directory and of these data centres, wherever the configuration says they are. */
function open(options: StartOptions, ids: readonly string[], existingOnly: boolean, held: Held): Promise<Databases> {
  const settings = resolveSettings(ids.length === 0 ? options : { ...options, dataCenters: ids });
  const { directory, dataCenters } = resolveDatabaseUrls(settings);
  const databaseUrls = { directory, dataCenters: ids.length === 0 ? {} : dataCenters };
  return openDatabases(
    { ...held, databaseUrls, settings, existingOnly, log: createLog(settings.logLevel) },
    { dataCenters: ids.map((id) => ({ id })) },
    systemClock.nowMs(),
  );
}

/** The ids of the data centres that a start with these options has. @throws UsableFailure */
export function namedDataCenters(options: StartOptions): readonly string[] {
  return buildTopology(resolveSettings(options)).dataCenters.map(({ id }) => id);
}

/**
 * The data centres that a command of a stopped platform works on: those of `--data-centers`; else, where the command may make
 * databases, those that the config file names; else (undefined) those that the platform has had, which its directory knows;
 * and where it has had none yet, those that a start would make.
 */
function givenDataCenters(options: StartOptions, existingOnly: boolean): readonly string[] | undefined {
  const isGiven = options.dataCenters !== undefined || (!existingOnly && configNamesDataCenters(options));
  return isGiven ? namedDataCenters(options) : undefined;
}

async function readKnown(options: StartOptions, existingOnly: boolean, held: Held): Promise<readonly string[]> {
  const databases = await open(options, [], existingOnly, held);
  return listKnownDataCenters(databases.directory).finally(() => databases.close());
}

function neverStarted(options: StartOptions, existingOnly: boolean): readonly string[] {
  if (!existingOnly) return namedDataCenters(options);
  throw new UsableFailure(
    `the data directory ${dataPath(options)} has no data centre yet: no platform was started with it`,
  );
}
