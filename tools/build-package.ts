/**
 * Makes `server/dist`, the platform, and `examples/<name>/dist`, the sample apps with a server of their own, as plain
 * JavaScript for the published package: Node runs no TypeScript below `node_modules`. `npm pack` calls it; the console's
 * pages and the SDKs are built by the set-up before it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const source = join(root, 'server', 'src');
const target = join(root, 'server', 'dist');

rmSync(target, { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', join(root, 'server', 'tsconfig.package.json')], { stdio: 'inherit' });

/** What the code reads beside itself: templates, style sheets, migrations, texts. */
const otherFiles = (path: string): boolean => !['.ts', '.md'].includes(extname(path)) && !path.includes('/testing');
cpSync(source, target, { recursive: true, filter: (path) => otherFiles(path) });

const examples = join(root, 'examples');
for (const name of readdirSync(examples)) {
  if (existsSync(join(examples, name, 'src', 'sample.ts'))) await bundleSample(join(examples, name));
}

/** A sample app with the server SDK in it; the platform's own packages stay outside. */
async function bundleSample(folder: string): Promise<void> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packages = Object.keys(dependencies);
  const input = ['sample', 'start'].map((entry) => [entry, join(folder, 'src', `${entry}.ts`)] as const);
  const build = await rolldown({
    input: Object.fromEntries(input.filter(([, file]) => existsSync(file))),
    platform: 'node',
    external: (id) => packages.some((each) => id === each || id.startsWith(`${each}/`)),
    transform: { target: 'node20' },
  });
  const dir = join(folder, 'dist');
  rmSync(dir, { recursive: true, force: true });
  await build.write({ dir, format: 'esm', sourcemap: true, chunkFileNames: '[name]-[hash].js' });
  await build.close();
}
