import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The snippets of a package's README, run and compiled as they stand, but with the sources for the package's names. */
export class ReadmeSnippets {
  /** Where they are written: beside the sources, so that packages are found. */
  readonly directory: string;
  readonly #root: string;
  readonly #readme: string;
  readonly #entries: Readonly<Record<string, string>>;

  /** @param entries Source file, below `src`, of each name that the snippets import. */
  constructor(packageRoot: string, entries: Readonly<Record<string, string>>) {
    this.#root = packageRoot;
    this.#readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
    this.#entries = entries;
    this.directory = mkdtempSync(join(packageRoot, '.snippets-'));
  }

  /** Takes the directory away. */
  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  /** Writes the snippet that begins with "```ts run=name"; `replaced` exchanges addresses. Gives its file. */
  write(name: string, replaced: Readonly<Record<string, string>>): string {
    const code = new RegExp(`\`\`\`ts run=${name}\\n([\\s\\S]*?)\`\`\``).exec(this.#readme)?.[1];
    if (!code) throw new Error(`the README has no snippet "${name}"`);
    const file = join(this.directory, `${name}.ts`);
    const placed = Object.entries(replaced).reduce((text, [from, to]) => text.replaceAll(from, to), this.#placed(code));
    writeFileSync(file, placed);
    return file;
  }

  /** What the file prints. */
  async run(file: string, env: Readonly<Record<string, string>>): Promise<string> {
    return (await run(process.execPath, [file], { cwd: this.directory, env: { ...process.env, ...env } })).stdout;
  }

  /**
   * Compiles all snippets; gives what the compiler says, which is nothing when they are right.
   * @param preamble What snippets that are no whole program take for granted.
   */
  async compile(preamble: string): Promise<string> {
    const files = [...this.#readme.matchAll(/```ts( run=\w[\w-]*)?\n([\s\S]*?)```/g)].map(
      ([, whole, code = ''], index) => {
        const file = join(this.directory, `compile-${index}.ts`);
        const alone = whole !== undefined || code.startsWith('import ');
        writeFileSync(file, `${alone ? this.#placed(code) : this.#placed(preamble) + code}\nexport {};\n`);
        return file;
      },
    );
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const options =
      '--ignoreConfig --noEmit --strict --target esnext --module nodenext --skipLibCheck --allowImportingTsExtensions --types node';
    const typeRoots = ['--typeRoots', join(this.#root, '../../node_modules/@types')];
    const args = [compiler, ...options.split(' '), ...typeRoots, ...files];
    const { stdout } = await run(process.execPath, args, { cwd: this.#root }).catch((error) => error);
    return stdout;
  }

  #placed(code: string): string {
    return code.replace(/from '(@grantway\/[^']*)'/g, (whole, entry: string) => {
      const source = this.#entries[entry];
      return source === undefined ? whole : `from ${JSON.stringify(`../src/${source}`)}`;
    });
  }
}
