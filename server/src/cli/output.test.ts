import { afterEach, expect, test, vi } from 'vitest';
import { printError, printFacts, printJson, printTable } from './output.ts';

afterEach(() => vi.restoreAllMocks());

/** What a call writes to a stream. */
function written(stream: 'stdout' | 'stderr', print: () => void): string {
  let text = '';
  vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  print();
  return text;
}

test.each([
  [
    'a table',
    'stdout',
    () => printTable(['NAME'], [['a\u001b[2Jb'], ['c\r\nd']]),
    'NAME\na\ufffd[2Jb\nc\ufffd\ufffdd\n',
  ],
  ['facts', 'stdout', () => printFacts({ name: 'a\u0007b', list: ['c\u009bd'] }), 'name  a\ufffdb\nlist  c\ufffdd\n'],
  ['an error', 'stderr', () => printError(false, 'FAILED', 'a\u001bb'), 'grantway: a\ufffdb\n'],
] as const)('what others wrote does not steer the terminal: %s', (_what, stream, print, text) => {
  expect(written(stream, print)).toBe(text);
});

test('JSON keeps it, escaped', () => {
  expect(written('stdout', () => printJson({ name: 'a\u001b' }))).toBe('{"name":"a\\u001b"}\n');
});
