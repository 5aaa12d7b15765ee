/**
 * Makes `server/dist`, the platform as plain JavaScript for the published package: Node runs no TypeScript below
 * `node_modules`. `npm pack` calls it; the console's pages and the browser SDK are built by the set-up before it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'server', 'src');
const target = join(root, 'server', 'dist');

rmSync(target, { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', join(root, 'server', 'tsconfig.package.json')], { stdio: 'inherit' });

/** What the code reads beside itself: templates, style sheets, migrations, texts. */
const otherFiles = (path: string): boolean => !['.ts', '.md'].includes(extname(path)) && !path.includes('/testing');
cpSync(source, target, { recursive: true, filter: (path) => otherFiles(path) });
