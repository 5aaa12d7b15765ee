/**
 * Builds the package into `dist/`: one module a source file, with declarations and source maps. The compiler does it
 * alone: nothing is bundled, because nobody who imports one store should load the others.
 * Run it as `node sdk/node/build.ts`.
 */
import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = import.meta.dirname;

/** Makes `dist/` anew. It appears as a whole: a build that was cut short leaves the earlier one. */
export async function build(signal?: AbortSignal): Promise<void> {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const fresh = join(root, `dist.${process.pid}`);
  try {
    const args = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh];
    await promisify(execFile)(process.execPath, args, { signal });
    await rm(join(root, 'dist'), { recursive: true, force: true });
    await rename(fresh, join(root, 'dist'));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

if (import.meta.main) await build();
