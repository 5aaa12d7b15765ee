import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsableFailure } from '../../foundation/failure.ts';

/**
 * PostgreSQL refuses to run as root. A platform that runs as root gives it to an unprivileged user; where that user
 * cannot enter a folder on the way (a checkout under /root, say), the process keeps the one capability that lets it
 * pass, and nothing else.
 */
export interface RunAs {
  /** Undefined where the system has no user ids. */
  readonly uid: number | undefined;
  spawn(command: string, args: string[], options: SpawnOptions): ChildProcess;
  /** Makes the file or folder belong to the user that PostgreSQL runs as. */
  giveTo(path: string): void;
}

interface UnixUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const capabilities = [
  { name: 'dac_read_search', bit: 2 },
  { name: 'dac_override', bit: 1 },
] as const;

/** Who PostgreSQL runs as, so that it can reach each of `paths` (existing files or folders). Throws UsableFailure. */
export function chooseRunAs(paths: readonly string[]): RunAs {
  if (process.getuid?.() !== 0) return { uid: process.getuid?.(), spawn, giveTo: () => {} };
  const user = unprivilegedUser();
  const giveTo = (path: string) => chownSync(path, user.uid, user.gid);
  const closed = paths.map((path) => firstClosedFolder(path, user)).find((folder) => folder !== undefined);
  if (closed === undefined) {
    return {
      uid: user.uid,
      giveTo,
      spawn: (command, args, options) => spawn(command, args, { ...options, uid: user.uid, gid: user.gid }),
    };
  }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  const capability = capabilities.find(({ bit }) => hasCapability(bit));
  if (!setpriv || !capability) {
    throw new UsableFailure(
      `PostgreSQL does not run as root, and user "${user.name}" cannot enter ${closed}: ` +
        `start the platform as an ordinary user, open the folder (chmod o+x), or choose another one with --data`,
    );
  }
  const identity = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    `--inh-caps=+${capability.name}`,
    `--ambient-caps=+${capability.name}`,
  ];
  return {
    uid: user.uid,
    giveTo,
    spawn: (command, args, options) => spawn(setpriv, [...identity, '--', command, ...args], options),
  };
}

function unprivilegedUser(): UnixUser {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = users.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new UsableFailure('PostgreSQL does not run as root and there is no user "postgres" or "nobody" to give it to');
}

/** The outermost folder above `path` that `user` may not enter, if any. */
function firstClosedFolder(path: string, user: UnixUser): string | undefined {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) folders.unshift(folder);
  return folders.find((folder) => {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    return (mode & bit) === 0;
  });
}

function hasCapability(bit: number): boolean {
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return line?.[1] !== undefined && ((BigInt(`0x${line[1]}`) >> BigInt(bit)) & 1n) === 1n;
}
