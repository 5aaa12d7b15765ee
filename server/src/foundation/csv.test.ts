import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvFault, CsvReader, csvLine } from './csv.ts';

const maxRowLength = 1_000;

/** What is read of a text that arrives in pieces of a length. */
function read(text: string, piece = text.length || 1, delimiter = ','): string[][] {
  const reader = new CsvReader(delimiter, maxRowLength);
  const rows: string[][] = [];
  for (let at = 0; at < text.length; at += piece) rows.push(...reader.read(text.slice(at, at + piece)));
  return [...rows, ...reader.end()];
}

test('what is written is read again, in whatever pieces it arrives', () => {
  const cell = fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^[",\r\na ]{0,6}$/));
  const row = fc.array(cell, { minLength: 1, maxLength: 4 }).filter((cells) => cells.length > 1 || cells[0] !== '');
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (rows, piece) => {
      const all = [['a', 'head'], ...rows];
      expect(read(all.map((cells) => csvLine(cells)).join(''), piece)).toEqual(all);
    }),
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(1,1)', `"'@SUM(1,1)"`],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['=a\n"b"', `"'=a\n""b"""`],
  ['1=1', '1=1'],
  ['', ''],
])('%j is guarded from spreadsheets as %j, on demand', (cell, guarded) => {
  expect(csvLine([cell, 'x'], 'guarded')).toBe(`${guarded},x\n`);
  expect(csvLine([cell, 'x'])).toBe(`${guarded.replace("'", '')},x\n`);
});

describe.each([1, 3, 1_000])('in pieces of %i', (piece) => {
  test.each([
    ['the last line without an end', 'a,b\nc,d', [['a', 'b'], ['c', 'd']]], // biome-ignore format: a table
    ['lines of Windows', 'a,b\r\n"c","d"\r\n', [['a', 'b'], ['c', 'd']]], // biome-ignore format: a table
    ['lines of old machines', 'a,b\rc,"d"\r', [['a', 'b'], ['c', 'd']]], // biome-ignore format: a table
    ['another line end in quotes', '"a\rb"\nc\rd\n', [['a\rb'], ['c\rd']]],
    ['empty lines', 'a\n\n\r\nb\n', [['a'], ['b']]],
    ['empty cells', ',\n"",\n', [['', ''], ['', '']]], // biome-ignore format: a table
    ['more and fewer cells', 'a,b\nc\nd,e,f\n', [['a', 'b'], ['c'], ['d', 'e', 'f']]],
    ['anything in quotes', '"a,""b""\nc",d\n', [['a,"b"\nc', 'd']]],
    ['quotes inside a cell', 'a"b,c "d"\n', [['a"b', 'c "d"']]],
    ['text behind a quote', '"a"b,"c" \nd\n', [['"a"b', '"c" '], ['d']]],
    ['nothing', '', []],
  ])('%s', (_, text, rows) => {
    expect(read(text, piece)).toEqual(rows);
  });

  test.each([
    ['a quote without end', 'a\n"b,c\nd'],
    ['a row without end', 'a'.repeat(maxRowLength + 1)],
    ['a row that is too long', `${'a,'.repeat(maxRowLength)}\nb`],
    ['a quoted row that is too long', `"${'a\n'.repeat(maxRowLength)}"\nb`],
  ])('%s is refused', (_, text) => {
    expect(() => read(text, piece)).toThrow(CsvFault);
  });
});

test('other delimiters', () => {
  expect(read('a;"b;c"\nd,e;f', 2, ';')).toEqual([['a', 'b;c'], ['d,e', 'f']]); // biome-ignore format: a table
});
