import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandFault } from './testing/command-fault.ts';

/** The command lines of all documents are held against the commands and options that there are; none of them is run. */
const root = join(import.meta.dirname, '../../..');
const folders = ['.', 'docs', ...['sdk', 'examples'].flatMap((each) => foldersIn(each))];
const pages = folders
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');

function foldersIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.filter((each) => each.isDirectory()).map(({ name }) => join(folder, name));
}

interface Line {
  readonly page: string;
  readonly words: readonly string[];
  /** It ends with an ellipsis: more belongs to it. */
  readonly isPart: boolean;
}

/** Lines that begin with the command, alone or below a prompt, with what a backslash goes on to. */
function linesIn(page: string): Line[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/\\\n\s*/g, ' ');
  return [...text.matchAll(/^[ \t]*(?:\$ )?(?:npx )?grantway (.+)$/gm)].flatMap(([, rest = '']) => {
    const words = wordsOf(rest);
    return words.includes('is')
      ? []
      : [{ page, words: words.filter((word) => word !== '…'), isPart: words.includes('…') }];
  });
}

/** The words of a shell's command, up to its end, a comment, a pipe or a file that it writes to. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (/^(#|\||>|&&|;)/.test(word)) break;
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  return words;
}

const lines = pages.flatMap(linesIn);

test('the documents have command lines, and a wrong one would be seen', async () => {
  expect(lines.length).toBeGreaterThan(40);
  const wrong = (...words: string[]) => commandFault(words);
  expect(await wrong('client', 'create', '--type', 'self')).toContain('--dc');
  expect(await wrong('dc', 'list', '--colour', 'red')).toContain('--colour');
  expect(await wrong('client', 'paint')).toContain('paint');
});

test.each(lines.map((line) => [`${line.page}: grantway ${line.words.join(' ')}`, line] as const))(
  '%s',
  async (_, line) => {
    expect(await commandFault(line.words, { isPart: line.isPart })).toBeUndefined();
  },
);
