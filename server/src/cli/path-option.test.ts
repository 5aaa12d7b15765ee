import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';
import { commandFault } from './testing/command-fault.ts';

/** Every command that does something, with its words. */
function commandsOf(command: Command, words: readonly string[] = []): [readonly string[], Command][] {
  if (command.commands.length === 0) return [[words, command]];
  return command.commands.flatMap((child) => commandsOf(child, [...words, child.name()]));
}

const isPath = (flags: string) => /<(file|dir|path)>$/.test(flags);
const commands = commandsOf(createProgram());
const options = commands.flatMap(([words, { options: all }]) =>
  all.filter(({ flags }) => isPath(flags)).map(({ long }) => [...words, long as string]),
);

test('there are such options', () => {
  const lines = options.map((words) => words.join(' '));
  expect(lines).toEqual(
    expect.arrayContaining(['start --data', 'backup --out', 'migrate --config', 'crm import --file']),
  );
});

test.each(options.map((words) => [words.join(' '), words] as const))(
  'an empty path is wrong usage: %s',
  async (_line, words) => {
    expect(await commandFault([...words, ''], { isPart: true })).toMatch(/Expected a path, got an empty text\.$/);
    expect(await commandFault([...words, '.'], { isPart: true })).toBeUndefined();
  },
);

test('so it is as an argument', async () => {
  expect(await commandFault(['restore', ''])).toMatch(/Expected a path, got an empty text\.$/);
});
