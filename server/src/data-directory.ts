import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsableFailure } from './foundation/failure.ts';
import type { Random } from './foundation/random.ts';

/**
 * The data directory of a platform: its lock, its secret key, its admin token, and where it runs now.
 *
 *     platform.lock   process that uses it        secret-key     from which all keys are derived
 *     platform.json   admin origin, while it runs admin-token    bearer token of the admin API
 *     postgres/       the embedded PostgreSQL
 */
export interface DataDirectory {
  readonly path: string;
  /** True until a first start has been completed: one that failed, or was cut short, leaves it new. */
  readonly isNew: boolean;
  completeFirstStart(): void;
  readonly secretKey: Buffer;
  readonly adminToken: string;
  readonly adminTokenFile: string;
  readonly postgresDirectory: string;
  /** Says where the platform runs, for the command line. */
  announce(running: RunningPlatform): void;
  /** Gives the directory free again. */
  release(): void;
}

export interface RunningPlatform {
  readonly pid: number;
  readonly adminOrigin: string;
}

const files = {
  lock: 'platform.lock',
  running: 'platform.json',
  secretKey: 'secret-key',
  adminToken: 'admin-token',
  firstStart: 'first-start-complete',
} as const;
const postgresFolder = 'postgres';
const secretKeyBytes = 32;

export interface DataDirectoryOptions {
  readonly random: Random;
  /** `GRANTWAY_SECRET_KEY`: 64 hexadecimal digits; for platforms that share databases. */
  readonly secretKey?: string | undefined;
  /** `GRANTWAY_ADMIN_TOKEN`. */
  readonly adminToken?: string | undefined;
}

/** What is seen of a data directory before it is opened. */
export interface DataDirectoryLook {
  readonly isThere: boolean;
  /** It is, or would be, that of a first start. */
  readonly isNew: boolean;
  readonly postgresDirectory: string;
}

/**
 * Looks at the directory, and makes nothing.
 * @throws UsableFailure when another platform uses it, or something else has its files there.
 */
export function lookAtDataDirectory(directory: string): DataDirectoryLook {
  const postgresDirectory = join(directory, postgresFolder);
  if (!existsSync(directory)) return { isThere: false, isNew: true, postgresDirectory };
  const path = realpathSync(directory);
  refuseForeignFiles(path);
  const holder = readLock(join(path, files.lock));
  if (holder && isRunning(holder)) throw inUse(path, holder);
  return { isThere: true, isNew: !exists(join(path, files.firstStart)), postgresDirectory };
}

/**
 * The secret key of the directory: the given one (`GRANTWAY_SECRET_KEY`), or that of its file. Makes nothing.
 * @throws UsableFailure where there is none.
 */
export function readSecretKey(directory: string, given: string | undefined): Buffer {
  const file = join(directory, files.secretKey);
  if (given === undefined && !exists(file)) {
    throw new UsableFailure(
      `there is no secret key: expected it in GRANTWAY_SECRET_KEY, or in the file ${file} (a copy of that of the platform whose data it is)`,
    );
  }
  const hexKey = given ?? readFileSync(file, 'utf8').trim();
  checkSecretKey(hexKey);
  return Buffer.from(hexKey, 'hex');
}

/**
 * Notes what is in the directory, for work that makes all of something or nothing.
 * @returns removes what came since: the directory itself where it was not there, else files and folders of a platform.
 */
export function noteContent(directory: string): () => void {
  const before = existsSync(directory) ? new Set(namesIn(directory)) : undefined;
  const own: readonly string[] = [files.secretKey, files.adminToken, postgresFolder];
  return () => {
    const made = before ? own.filter((name) => !before.has(name)).map((name) => join(directory, name)) : [directory];
    for (const path of made) rmSync(path, { recursive: true, force: true });
  };
}

/**
 * Makes or opens the directory and locks it.
 * @throws UsableFailure when another platform uses it, or something else has its files there.
 */
export function openDataDirectory(directory: string, options: DataDirectoryOptions): DataDirectory {
  if (options.secretKey !== undefined) checkSecretKey(options.secretKey);
  const path = makeDirectory(directory);
  refuseForeignFiles(path);
  const lock = join(path, files.lock);
  takeLock(path, lock);
  try {
    const adminTokenFile = join(path, files.adminToken);
    const firstStart = join(path, files.firstStart);
    const hexKey =
      options.secretKey ??
      readOrCreate(join(path, files.secretKey), () => options.random.bytes(secretKeyBytes).toString('hex'));
    checkSecretKey(hexKey);
    const adminToken =
      options.adminToken ?? readOrCreate(adminTokenFile, () => options.random.bytes(32).toString('base64url'));
    if (options.adminToken !== undefined) writeSecret(adminTokenFile, options.adminToken);
    return {
      path,
      isNew: !exists(firstStart),
      completeFirstStart: () => {
        if (!exists(firstStart)) writeSecret(firstStart, '');
      },
      secretKey: Buffer.from(hexKey, 'hex'),
      adminToken,
      adminTokenFile,
      postgresDirectory: join(path, postgresFolder),
      announce: (running) => writeSecret(join(path, files.running), `${JSON.stringify(running)}\n`),
      release: () => {
        rmSync(join(path, files.running), { force: true });
        rmSync(lock, { force: true });
      },
    };
  } catch (error) {
    rmSync(lock, { force: true });
    throw error;
  }
}

function checkSecretKey(hexKey: string): void {
  if (/^[0-9a-f]{64}$/i.test(hexKey)) return;
  throw new UsableFailure(
    `the secret key (GRANTWAY_SECRET_KEY, or the file secret-key): expected 64 hexadecimal digits, got ${hexKey.length} characters`,
  );
}

/** The directory as a process sees it that works for the one which has locked it. */
export function sharedDataDirectory(of: {
  readonly dataPath: string;
  /** Hexadecimal. */
  readonly secretKey: string;
  readonly adminToken: string;
}): DataDirectory {
  return {
    path: of.dataPath,
    isNew: false,
    completeFirstStart: () => {},
    secretKey: Buffer.from(of.secretKey, 'hex'),
    adminToken: of.adminToken,
    adminTokenFile: join(of.dataPath, files.adminToken),
    postgresDirectory: join(of.dataPath, postgresFolder),
    announce: () => {},
    release: () => {},
  };
}

/** Where the platform that uses `directory` runs and how to speak to it; undefined when none does. */
export function findRunningPlatform(directory: string): { adminOrigin: string; adminToken: string } | undefined {
  const path = resolve(directory);
  try {
    const running = JSON.parse(readFileSync(join(path, files.running), 'utf8')) as RunningPlatform;
    return { adminOrigin: running.adminOrigin, adminToken: readFileSync(join(path, files.adminToken), 'utf8').trim() };
  } catch {
    return undefined;
  }
}

function makeDirectory(directory: string): string {
  try {
    makeFolder(directory);
    return realpathSync(directory);
  } catch (error) {
    throw new UsableFailure(`cannot make the data directory ${resolve(directory)}: ${(error as Error).message}`);
  }
}

/**
 * Makes a folder with those above it. Node's own `recursive` never ends where the system says ENOENT of a folder whose parent
 * is there, as below /proc.
 */
function makeFolder(path: string): void {
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    // Open to pass through, because PostgreSQL may run as another user; every secret in it is a file of mode 0600.
    mkdirSync(path, { mode: 0o711 });
  } catch (error) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** A folder that somebody named by mistake is not filled: `--data ~` say. Hidden files and `lost+found` do not count. */
function refuseForeignFiles(path: string): void {
  const there = namesIn(path).filter((name) => !name.startsWith('.') && name !== 'lost+found');
  const own: readonly string[] = [...Object.values(files), postgresFolder];
  if (there.length === 0 || there.some((name) => own.some((ours) => name.startsWith(ours)))) return;
  throw new UsableFailure(
    `the data directory ${path} has files of something else in it (${there.slice(0, 3).join(', ')}); choose one that is empty, or not there yet, with --data`,
  );
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw new UsableFailure(`cannot read the data directory ${path}: ${(error as Error).message}`);
  }
}

function takeLock(path: string, lock: string): void {
  const own = JSON.stringify({ pid: process.pid, started: processStart(process.pid) });
  const fresh = `${lock}.${process.pid}`;
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        // Written beside and linked: another start never sees a lock that does not name its holder yet.
        writeFileSync(fresh, own, { mode: 0o600 });
        linkSync(fresh, lock);
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') {
          throw new UsableFailure(`cannot write in the data directory ${path}: ${(error as Error).message}`);
        }
      }
      const holder = readLock(lock);
      if (holder && isRunning(holder)) throw inUse(path, holder);
      moveAway(path, lock);
    }
  } finally {
    rmSync(fresh, { force: true });
  }
  throw new UsableFailure(`the data directory ${path} is being taken over by another start; try again`);
}

/** Removes the lock of a platform that was killed. Where another start was faster, the lock is its own and is put back. */
function moveAway(path: string, lock: string): void {
  const stale = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, stale);
  } catch {
    return;
  }
  const holder = readLock(stale);
  const taken = holder && isRunning(holder);
  if (taken) linkSync(stale, lock);
  rmSync(stale, { force: true });
  if (taken) throw inUse(path, holder);
}

function inUse(path: string, holder: LockHolder): UsableFailure {
  return new UsableFailure(
    `the data directory ${path} is in use by the platform with process id ${holder.pid}; stop it, or choose another directory with --data`,
  );
}

interface LockHolder {
  readonly pid: number;
  readonly started: string | null;
}

function readLock(lock: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

/** A process id may have been given to another process since; the time of its start tells. */
function isRunning(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return false;
  }
  return holder.started === null || processStart(holder.pid) === holder.started;
}

/** When the process started, in the kernel's ticks since boot; null when it has ended, or where there is no /proc. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended, but nobody has collected it: in containers perhaps nobody ever does.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function readOrCreate(path: string, create: () => string): string {
  if (!exists(path)) writeSecret(path, create());
  return readFileSync(path, 'utf8').trim();
}

function writeSecret(path: string, content: string): void {
  // Written beside and renamed: a start that is cut short never leaves half a key.
  const fresh = `${path}.new`;
  writeFileSync(fresh, content, { mode: 0o600 });
  renameSync(fresh, path);
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
