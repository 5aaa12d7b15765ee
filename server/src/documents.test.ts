import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './cli/program.ts';

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

/** `user create`, `backup`, …: every command that does something. */
function commandsOf(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')];
  return command.commands.flatMap((each) => commandsOf(each, [...path, each.name()]));
}

test('the table of commands in README.md names every command', () => {
  const rows = readFileSync(join(root, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = rows.map((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? ''),
  );
  // The first name of a row has the group, the others are of the same group.
  const known = named.flatMap(([first = '', ...others]) => {
    const group = first.includes(' ') ? `${first.slice(0, first.lastIndexOf(' '))} ` : '';
    return [first, ...others, ...others.map((other) => group + other)];
  });
  const missing = commandsOf(createProgram()).filter(
    (command) => !known.some((each) => command === each || command.startsWith(`${each} `)),
  );
  expect(missing).toEqual([]);
});
