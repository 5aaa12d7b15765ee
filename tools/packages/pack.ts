import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { run } from './commands.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Packed {
  readonly name: string;
  /** Path of the tarball. */
  readonly file: string;
  readonly size: number;
  readonly files: readonly string[];
}

/** Packs packages of this repository; their builds are made first. The platform is the folder `.`. */
export async function pack(folders: readonly string[], into: string): Promise<Packed[]> {
  const args = [
    'pack',
    '--json',
    '--loglevel=error',
    '--pack-destination',
    into,
    ...folders.map((each) => join(root, each)),
  ];
  const said = await run('npm', args, { cwd: root });
  const packed = JSON.parse(said.slice(said.indexOf('[\n'))) as {
    name: string;
    filename: string;
    size: number;
    files: { path: string }[];
  }[];
  return packed.map(({ name, filename, size, files }) => ({
    ...{ name, size },
    file: join(into, filename),
    files: files.map(({ path }) => path),
  }));
}

/** What the platform's package may hold. */
const allowed = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^server\/bin\//,
  /^server\/dist\//,
  /^console\/dist\//,
  /^sdk\/[a-z]+\/(dist\/|package\.json$)/,
  /^examples\/[a-z-]+\//,
];
/** What only tests and builds need. */
const forbidden = /\.test\.|(^|\/)testing\/|tsconfig|sources\.json$|\.sqlite|(^|\/)\.|(^|\/)node_modules\//;

/** @throws Error that names what does not belong into the platform's package. */
export function checkContents({ files }: Packed): void {
  const wrong = files.filter((path) => !allowed.some((pattern) => pattern.test(path)) || forbidden.test(path));
  if (wrong.length > 0) throw new Error(`these do not belong into the package of the platform:\n${wrong.join('\n')}`);
}

/** @throws Error with what publint or arethetypeswrong say of a package for programs to import. */
export async function checkImports({ name, file, files }: Packed): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const bytes = await readFile(file);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  if (messages.length > 0) {
    throw new Error(`publint on ${name}:\n${messages.map((each) => formatMessage(each, pkg)).join('\n')}`);
  }
  const maps = files.filter((path) => path.endsWith('.js') && !files.includes(`${path}.map`));
  if (maps.length > 0) throw new Error(`${name} has no source maps of ${maps.join(', ')}`);
  // ES modules only; the script for pages is no module and has no types.
  const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  const args = [attw, file, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'];
  if (name === '@grantway/browser') args.push('--exclude-entrypoints', './zcrmsdk.js');
  await promisify(execFile)(process.execPath, args).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`arethetypeswrong on ${name}:\n${error.stdout}\n${error.stderr}`);
  });
}
