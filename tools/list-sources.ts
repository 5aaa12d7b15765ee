import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';

const root = join(import.meta.dirname, '..');

/**
 * Writes `dist/sources.json` when all else is written: each file of this repository that the pages of `folder` are made
 * of, with its SHA-256. By it the set-up (`tools/setup.mjs`) sees whether the pages are to be built again.
 */
export function listSources(folder: string): Plugin {
  return {
    name: 'list-sources',
    writeBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const own = modules.filter((id) => existsSync(id) && !id.includes('node_modules'));
      const others = ['index.html', 'package.json', 'vite.config.ts'].map((name) => join(folder, name));
      const sources = [...new Set([...own, ...others])].sort().map((file) => {
        return [relative(root, file), createHash('sha256').update(readFileSync(file)).digest('hex')];
      });
      writeFileSync(join(folder, 'dist', 'sources.json'), JSON.stringify(Object.fromEntries(sources)));
    },
  };
}
