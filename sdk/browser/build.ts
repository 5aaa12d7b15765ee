/**
 * Builds the package into `dist/`: `zcrmsdk.js` for a script tag, `index.js` as an ES module, and its declarations.
 * Run it as `node sdk/browser/build.ts`; other parts of the repository import `bundle` to have the code without files.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const root = import.meta.dirname;

/** What a build makes besides declarations. */
export const outputs = {
  'zcrmsdk.js': { input: 'src/zcrm/global.ts', format: 'iife' },
  'index.js': { input: 'src/index.ts', format: 'esm' },
} as const;

/** The code of one output. */
export async function bundle(name: keyof typeof outputs): Promise<string> {
  const { input, format } = outputs[name];
  const build = await rolldown({ input: join(root, input), transform: { target: 'es2022' } });
  const banner = '/*! @grantway/browser, Apache-2.0 */';
  const { output } = await build.generate({ format, banner, ...(format === 'iife' && { strict: true }) });
  await build.close();
  return output[0].code;
}

/** Writes all outputs and the declarations. */
export async function build(): Promise<void> {
  const dist = join(root, 'dist');
  await rm(join(dist, 'types'), { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  await Promise.all([
    ...(Object.keys(outputs) as (keyof typeof outputs)[]).map(async (name) => {
      await writeFile(join(dist, name), await bundle(name));
    }),
    promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')]),
  ]);
}

if (import.meta.main) await build();
