import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { inspectBackup } from '../backup/inspect-backup.ts';
import { chooseLabels, directoryIsMissing, type Restored, restoreBackup } from '../backup/restore-backup.ts';
import { chooseDatabases } from '../backup/routes.ts';
import { writeBackup } from '../backup/write-backup.ts';
import { lookAtDataDirectory, noteContent, readSecretKey } from '../data-directory.ts';
import { hasCluster } from '../database/embedded/cluster.ts';
import { HomeIndex } from '../directory/home-index.ts';
import { checkHomeIndexKey } from '../directory/key-check.ts';
import { systemClock } from '../foundation/clock.ts';
import { counted } from '../foundation/counted.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { keyPurposes } from '../foundation/key-purposes.ts';
import { deriveKey } from '../foundation/secrets.ts';
import type { PlatformAddress } from './admin-client.ts';
import { writeFileWhole } from './file-output.ts';
import { printFacts, printJson, printLine } from './output.ts';
import { resolveDatabaseUrls, resolveSettings } from './resolve-settings.ts';
import { dataPath, type StartOptions } from './start-options.ts';
import { namedDataCenters, onStoppedPlatform } from './stopped-platform.ts';

export interface BackupOptions extends StartOptions, PlatformAddress {
  readonly out: string;
  readonly dc?: string;
}

export interface RestoreOptions extends StartOptions {
  readonly dc?: string;
  readonly replace?: boolean;
}

const whenInterrupted = 'everything is as it was';

/** Writes a backup to its file, sees that it is whole, and tells what is in it. */
export async function keepBackup(content: Readable, { out: file, json }: BackupOptions): Promise<void> {
  let databases: readonly { readonly database: string; readonly rows: number }[] = [];
  let leftOut: readonly string[] = [];
  const bytes = await writeFileWhole(file, content, async (fresh) => {
    ({ databases, leftOut } = await inspectBackup(createReadStream(fresh)));
  });
  if (json) return printJson({ file, bytes, databases, left_out: leftOut });
  printFacts({ file, bytes });
  for (const { database, rows } of databases) printLine(`${database}: ${counted(rows, 'row')}`);
  printLeftOut(leftOut);
}

/** The command `backup` of a platform that is stopped. */
export async function backUpDatabases(options: BackupOptions): Promise<void> {
  const path = dataPath(options);
  if (!lookAtDataDirectory(path).isThere) {
    throw new UsableFailure(`there is no data directory ${path}; name it with --data`);
  }
  readSecretKey(path, process.env.GRANTWAY_SECRET_KEY);
  const opening = { existingOnly: true, whenInterrupted };
  await onStoppedPlatform(options, opening, async ({ databases, dataDirectory: { secretKey } }) => {
    await checkHomeIndexKey(databases.directory, deriveKey(secretKey, keyPurposes.homeIndex));
    const chosen = chooseDatabases(databases.all, options.dc);
    await keepBackup(await writeBackup(chosen, { secretKey, nowMs: systemClock.nowMs() }), options);
  });
}

/** The command `restore`: where it is refused, the data directory is as it was. */
export async function restoreDatabases(file: string, options: RestoreOptions): Promise<void> {
  const { dc: dataCenter, replace = false } = options;
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UsableFailure(`there is no file ${file}`);
  const path = dataPath(options);
  const { postgresDirectory } = lookAtDataDirectory(path);
  const secretKey = readSecretKey(path, process.env.GRANTWAY_SECRET_KEY);
  const { head, leftOut: notInFile } = await inspectBackup(createReadStream(file));
  const labels = chooseLabels(head, { dataCenter, secretKey });
  const dataCenterIds = labels.filter((label) => label !== 'directory');
  const unnamed =
    options.dataCenters === undefined ? [] : dataCenterIds.filter((id) => !namedDataCenters(options).includes(id));
  if (unnamed.length > 0) {
    throw new UsableFailure(
      `the backup has ${unnamed.join(', ')}, which --data-centers leaves out: leave that option out, or choose one with --dc`,
    );
  }
  const { directory: directoryUrl } = resolveDatabaseUrls(resolveSettings(options));
  if (!labels.includes('directory') && directoryUrl === undefined && !hasCluster(postgresDirectory)) {
    throw directoryIsMissing(head);
  }
  const opening = { dataCenterIds, existingOnly: false, whenInterrupted, undo: noteContent(path) };
  let restored: readonly Restored[] = [];
  await onStoppedPlatform(options, opening, async ({ databases, dataDirectory, interruption }) => {
    restored = await restoreBackup(createReadStream(file), databases.all, {
      ...{ dataCenter, replace, secretKey, nowMs: systemClock.nowMs() },
      homeIndex: new HomeIndex(databases.directory, deriveKey(secretKey, keyPurposes.homeIndex)),
      interrupted: interruption.asked,
    });
    // What came back is not joined by a demo at the next start.
    if (labels.includes('directory')) dataDirectory.completeFirstStart();
  });
  const leftOut = labels.includes('directory') ? notInFile : [];
  if (options.json) return printJson({ restored, left_out: leftOut });
  for (const each of restored) printLine(describe(each));
  printLeftOut(leftOut);
}

/** Data centres that the directory in a backup knows, and that are not in the backup. */
function printLeftOut(ids: readonly string[]): void {
  if (ids.length > 0) printLine(`not in the backup: ${ids.join(', ')}, which its directory knows`);
}

function describe({ database, rows, displaced }: Restored): string {
  const lost =
    displaced.length === 0
      ? ''
      : `; these addresses belong to users of other data centres by now: ${displaced.join(', ')}`;
  return `${database}: ${counted(rows, 'row')}${lost}`;
}
