import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseKind } from '../database/migrate.ts';

/** The release before this one, which may still run while this one starts: until there are tags, a commit. */
export interface PreviousRelease {
  readonly version: string;
  /** What git calls it. */
  readonly ref: string;
  /** The newest migration that it has, of each kind of database. */
  readonly lastMigrations: Readonly<Record<DatabaseKind, string>>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const previousRelease: PreviousRelease = JSON.parse(
  readFileSync(new URL('../database/previous-release.json', import.meta.url), 'utf8'),
);

/** What it is made of: the server runs from its sources. */
const parts = ['package.json', 'server/src', 'server/bin'];

const git = (...args: string[]): Buffer =>
  execFileSync('git', ['-C', root, ...args], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 256 * 1024 * 1024 });

/** Why the sources of the previous release cannot be had here; undefined: they can. */
export function whyNoPreviousRelease({ ref, version } = previousRelease): string | undefined {
  const needs = `the sources of release ${version} (${ref.slice(0, 12)})`;
  try {
    git('cat-file', '-e', `${ref}^{commit}`);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return `${needs} need git, which is not here`;
    return `${needs} are not in this copy of the repository; "git fetch --unshallow" brings them`;
  }
  const { dependencies: needed } = JSON.parse(git('show', `${ref}:package.json`).toString()) as Dependencies;
  const { dependencies: present } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Dependencies;
  const other = Object.keys(needed).find((name) => present[name]?.split('.')[0] !== needed[name]?.split('.')[0]);
  return other && `${needs} need ${other} ${needed[other]}, and ${present[other] ?? 'none'} is here`;
}

interface Dependencies {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The names of its migrations of a kind. */
export function migrationsOfPreviousRelease(kind: DatabaseKind, { ref } = previousRelease): string[] {
  const folder = `server/src/database/migrations/${kind}/`;
  const names = git('ls-tree', '--name-only', ref, folder).toString().trim().split('\n');
  return names.map((name) => name.slice(folder.length, -'.sql'.length));
}

/**
 * Writes the sources of the previous release into a new folder, beside the packages of this one.
 * @returns its program, for `ProcessOptions`.
 */
export function unpackPreviousRelease(folder: string, { ref } = previousRelease): string {
  mkdirSync(folder);
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', ref, ...parts) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'server/src/main.ts');
}
