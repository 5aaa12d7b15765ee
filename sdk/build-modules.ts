import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Builds an SDK of modules into the `dist/` of its folder: one module a source file, those of `sdk/common` that it imports
 * among them, with declarations and source maps. The compiler does it alone: nothing is bundled, because nobody who imports
 * one part should load the others. `dist/` appears as a whole: a build that was cut short leaves the earlier one.
 */
export async function buildModules(folder: string, signal?: AbortSignal): Promise<void> {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const fresh = join(folder, `dist.${process.pid}`);
  try {
    const args = [compiler, '-p', join(folder, 'tsconfig.build.json'), '--outDir', fresh];
    await promisify(execFile)(process.execPath, args, { signal });
    await rm(join(folder, 'dist'), { recursive: true, force: true });
    await rename(fresh, join(folder, 'dist'));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
