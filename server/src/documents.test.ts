import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', 'CONTRIBUTING.md', ...pagesIn('docs'), ...pagesIn('docs/decisions')];

function pagesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

test.each(pages)('%s names only files that exist, and leads only to pages that exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const files = [...text.matchAll(/`((?:[a-z0-9-]+\/)+[\w.-]+\.(?:ts|mjs|json|sql))`/g)].map(([, path]) => path ?? '');
  const known = (path: string) => ['', 'server/src'].some((base) => existsSync(join(root, base, path)));
  expect(files.filter((path) => !known(path))).toEqual([]);
  const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) => path ?? '');
  expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([]);
});
