import { createReadStream, existsSync, statSync } from 'node:fs';
import { type Restored, restoreBackup } from '../backup/restore-backup.ts';
import { chooseDatabases } from '../backup/routes.ts';
import { writeBackup } from '../backup/write-backup.ts';
import { buildTopology } from '../config/load-settings.ts';
import type { DataDirectory } from '../data-directory.ts';
import { type Databases, openDatabases } from '../databases.ts';
import { HomeIndex } from '../directory/home-index.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { keyPurposes } from '../foundation/key-purposes.ts';
import { deriveKey } from '../foundation/secrets.ts';
import { createLog } from '../http/log.ts';
import type { PlatformAddress } from './admin-client.ts';
import { writeFileWhole } from './file-output.ts';
import { inDataDirectory } from './in-data-directory.ts';
import { printJson, printLine } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import { dataPath, type StartOptions } from './start-options.ts';

export interface BackupOptions extends StartOptions, PlatformAddress {
  readonly out: string;
  readonly dc?: string;
}

export interface RestoreOptions extends StartOptions {
  readonly dc?: string;
  readonly replace?: boolean;
}

/** The command `backup` of a platform that is stopped. @returns the size of the file. */
export async function backUpDatabases(options: BackupOptions): Promise<number> {
  if (!existsSync(dataPath(options))) {
    throw new UsableFailure(`there is no data directory ${dataPath(options)}; name it with --data`);
  }
  let bytes = 0;
  await withDatabases(options, async ({ all }, { secretKey }) => {
    const content = await writeBackup(chooseDatabases(all, options.dc), {
      secretKey,
      nowMs: systemClock.nowMs(),
    });
    bytes = await writeFileWhole(options.out, content);
  });
  return bytes;
}

/** The command `restore`. */
export async function restoreDatabases(file: string, options: RestoreOptions): Promise<void> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UsableFailure(`there is no file ${file}`);
  let restored: readonly Restored[] = [];
  await withDatabases(options, async (databases, dataDirectory, interruption) => {
    const { secretKey } = dataDirectory;
    restored = await restoreBackup(createReadStream(file), databases.all, {
      ...{ dataCenter: options.dc, replace: options.replace === true, secretKey, nowMs: systemClock.nowMs() },
      homeIndex: new HomeIndex(databases.directory, deriveKey(secretKey, keyPurposes.homeIndex)),
      interrupted: interruption.asked,
    });
    // What came back is not joined by a demo at the next start.
    if (restored.some(({ database }) => database === 'directory')) dataDirectory.completeFirstStart();
  });
  if (options.json) printJson({ restored });
  else for (const each of restored) printLine(describe(each));
}

function describe({ database, rows, displaced }: Restored): string {
  const lost =
    displaced.length === 0
      ? ''
      : `; these addresses belong to users of other data centres by now: ${displaced.join(', ')}`;
  return `${database}: ${rows} rows${lost}`;
}

async function withDatabases(
  options: StartOptions,
  work: (databases: Databases, dataDirectory: DataDirectory, interruption: Interruption) => Promise<void>,
): Promise<void> {
  const settings = resolveSettings(options);
  const topology = buildTopology(settings);
  const log = createLog(settings.logLevel);
  const databaseUrls = resolveDatabaseUrls(settings);
  try {
    await inDataDirectory(options, async (dataDirectory, interruption) => {
      const databases = await openDatabases(
        { dataDirectory, databaseUrls, log, settings, interruption },
        topology,
        systemClock.nowMs(),
      );
      await work(databases, dataDirectory, interruption).finally(() => databases.close());
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new UsableFailure('interrupted; everything is as it was, so run it again');
  }
}
