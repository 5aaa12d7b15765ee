import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestPlatformError } from '../errors.ts';
import { ownEnvironment } from './child.ts';
import { commandOf, migrationsOf } from './find-grantway.ts';

const run = promisify(execFile);

/**
 * A new data directory whose databases are made already. The first one of its kind takes seconds; it is kept, with empty
 * databases, in the system's folder for temporary files, and others are copies of it.
 */
export async function prepareDataDirectory(grantway: string, dataCenters: readonly string[]): Promise<string> {
  const kept = await keptDirectory(grantway, dataCenters);
  const path = await realpath(await mkdtemp(join(tmpdir(), 'grantway-testing-')));
  // PostgreSQL may run as another user, who has to pass through.
  await chmod(path, 0o711);
  // Owners stay the same, which `cp` does and Node does not.
  await run('cp', ['-Rp', join(kept, 'postgres'), join(path, 'postgres')]);
  return path;
}

async function keptDirectory(grantway: string, dataCenters: readonly string[]): Promise<string> {
  const folder = await ownFolder();
  const path = join(folder, await kindOf(grantway, dataCenters));
  if (await exists(path)) return path;
  const fresh = await mkdtemp(join(folder, 'fresh-'));
  await chmod(fresh, 0o711);
  try {
    const args = [commandOf(grantway), 'migrate', '--data', fresh, '--data-centers', dataCenters.join(), '--json'];
    await run(process.execPath, args, { env: ownEnvironment() });
    // Another process may have been faster; its one serves as well.
    await rename(fresh, path).catch(async (error: unknown) => {
      if (!(await exists(path))) throw error;
    });
    return path;
  } catch (cause) {
    const { stdout, message } = cause as Error & { stdout?: string };
    throw new TestPlatformError('START', `the databases cannot be made: ${stdout || message}`, { cause });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Nobody else may have put something there. */
async function ownFolder(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const path = join(await realpath(tmpdir()), `grantway-testing-kept-${uid}`);
  await mkdir(path, { mode: 0o711 }).catch(() => {});
  const found = await lstat(path);
  if (!found.isDirectory() || (process.getuid && found.uid !== uid)) {
    throw new TestPlatformError('START', `expected the folder ${path} to be of this user; remove it`);
  }
  return path;
}

/** Tells one release, one set of tables and one set of data centres from another. */
async function kindOf(grantway: string, dataCenters: readonly string[]): Promise<string> {
  const { version } = JSON.parse(await readFile(join(grantway, 'package.json'), 'utf8')) as { version: string };
  const files = (await readdir(migrationsOf(grantway), { recursive: true })).sort();
  const hash = createHash('sha256').update(JSON.stringify([version, files, dataCenters]));
  return `${version}-${hash.digest('hex').slice(0, 16)}`;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
