/**
 * Builds the package into `dist/`: `zcrmsdk.js` for a script tag, `index.js` as an ES module, and its declarations.
 * Run it as `node sdk/browser/build.ts`; other parts of the repository import `bundle` to have the code without files.
 */
import { execFile } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const root = import.meta.dirname;

/** What a build makes besides declarations. */
export const outputs = {
  'zcrmsdk.js': { input: 'src/zcrm/global.ts', format: 'iife', minify: false },
  'index.js': { input: 'src/index.ts', format: 'esm', minify: true },
} as const;

/** The code of one output. */
export async function bundle(name: keyof typeof outputs): Promise<string> {
  return (await bundleWithMap(name)).code;
}

/** The code of one output, which names its source map, and the map with the sources in it. */
async function bundleWithMap(name: keyof typeof outputs): Promise<{ readonly code: string; readonly map: string }> {
  const { input, format, minify } = outputs[name];
  const build = await rolldown({ input: join(root, input), transform: { target: 'es2022' } });
  const banner = '/*! @grantway/browser, Apache-2.0 */';
  const options = { format, minify, banner, file: join(root, 'dist', name), sourcemap: true } as const;
  const { output } = await build.generate({ ...options, ...(format === 'iife' && { strict: true }) });
  await build.close();
  const [{ code, map }] = output;
  return { code, map: String(map) };
}

/**
 * Writes all outputs and the declarations. The script for pages comes last and as a whole: by it the set-up step sees
 * whether there is a build, so one that was cut short is made again. `signal` ends the compiler as well.
 */
export async function build(signal?: AbortSignal): Promise<void> {
  const dist = join(root, 'dist');
  await rm(join(dist, 'types'), { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const fresh = (name: string) => join(dist, `${name}.${process.pid}`);
  const names = Object.keys(outputs) as (keyof typeof outputs)[];
  try {
    await Promise.all([
      ...names.map(async (name) => {
        const { code, map } = await bundleWithMap(name);
        await writeFile(join(dist, `${name}.map`), map);
        await writeFile(fresh(name), code);
      }),
      promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { signal }),
    ]);
    for (const name of names.toReversed()) await rename(fresh(name), join(dist, name));
  } finally {
    await Promise.all(names.map((name) => rm(fresh(name), { force: true })));
  }
}

if (import.meta.main) {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort());
  try {
    await build(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 1;
  }
}
