import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Documented, readEntry } from './read-package.ts';

const root = join(import.meta.dirname, '..', '..');

/** What a program imports from one name. */
export interface Entry {
  readonly name: string;
  /** The source, from the root of the repository. */
  readonly source: string;
  readonly items: readonly Documented[];
}

/** The packages for programs, by their folders in `sdk/`. */
export const packages = ['browser', 'node', 'native', 'testing'].filter((name) =>
  existsSync(join(root, 'sdk', name, 'package.json')),
);

/** The entries of a package with types, as its `package.json` exports them. */
export function readEntries(folder: string): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'sdk', folder, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, { types?: string } | string>;
  };
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string' || !target.types) return [];
    const source = sourceOf(folder, target.types);
    return [{ name: name + path.slice(1), source, items: readEntry(join(root, source)) }];
  });
}

/** Builds keep the folders below `src`, or those below `sdk` where shared code is built in. */
function sourceOf(folder: string, types: string): string {
  const path = types
    .replace(/\.d\.ts$/, '.ts')
    .split('/')
    .slice(2);
  const tries = path
    .map((_, index) => path.slice(index).join('/'))
    .flatMap((each) => [join('sdk', each), join('sdk', folder, each), join('sdk', folder, 'src', each)]);
  const found = tries.find((each) => existsSync(join(root, each)) && basename(each) === path.at(-1));
  if (!found) throw new Error(`sdk/${folder}: there is no source of ${types}`);
  return found;
}
