import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TestPlatformError } from '../errors.ts';

/**
 * The folder of the package `grantway`: the one that the environment names by GRANTWAY_PACKAGE, else the installed one, as the
 * project that runs the tests sees it, or as this package does.
 * @throws TestPlatformError when there is none.
 */
export function findGrantway(): string {
  const { GRANTWAY_PACKAGE: named } = process.env;
  if (named) return resolve(named);
  const starts = [pathToFileURL(join(process.cwd(), 'package.json')).href, import.meta.url];
  for (const start of starts) {
    try {
      return dirname(createRequire(start).resolve('grantway/package.json'));
    } catch {
      // Not from there.
    }
  }
  throw new TestPlatformError(
    'START',
    `expected the package grantway beside @grantway/testing, got none in ${resolve('node_modules')} or above; npm install --save-dev grantway`,
  );
}

/** The file that is the command `grantway`. In a checkout whose sources this Node runs, the platform itself: no build is looked for. */
export function commandOf(grantway: string): string {
  const main = join(grantway, 'server', 'src', 'main.ts');
  if (existsSync(main) && process.features.typescript) return main;
  const { bin } = JSON.parse(readFileSync(join(grantway, 'package.json'), 'utf8')) as { bin: { grantway: string } };
  return join(grantway, bin.grantway);
}

/** Where it keeps the files that make its databases, sorted; they tell one schema from another. */
export function migrationsOf(grantway: string): string {
  const folders = ['src', 'dist'].map((each) => join(grantway, 'server', each, 'database', 'migrations'));
  return folders.find((each) => existsSync(each)) ?? '';
}
