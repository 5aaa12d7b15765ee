import { describe, expect, test } from 'vitest';
import { UsableFailure } from './failure.ts';
import { readJsonText } from './json-text.ts';

const read = (text: string) => readJsonText(text, 'the file');

describe('a JSON text that a person wrote', () => {
  test.each([
    ['{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}'],
    ['{\n\t"address": "https:\\/\\/x", "ü": null\n}'],
    ['[]'],
    ['"text"'],
  ])('%s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  test('a byte order mark before it is skipped', () => {
    expect(read('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  test.each([
    ['{"a":1,"a":2}', '"a" twice in one object (again at line 1, column 8)'],
    ['{\n\t"mail": {},\n\t"mail": {}}', '"mail" twice in one object (again at line 3, column 2)'],
    ['{"x":[1,{"b c":1,\n"b c":1}]}', '"b c" twice in one object (again at line 2, column 1)'],
    ['{"a":1,"\\u0061":2}', '"\\u0061" twice in one object (again at line 1, column 8)'],
  ])('the same key twice is refused: %s', (text, said) => {
    expect(() => read(text)).toThrow(`the file: expected each key once, got ${said}`);
  });

  test.each([
    ['', 'Unexpected end of JSON input at line 1, column 1'],
    ['{"a": 1,\n "b": [1, 2}', "Expected ',' or ']' after array element at line 2, column 12"],
    ['a: 1', "Unexpected token 'a' at line 1, column 1"],
    ['undefined', 'Unexpected text at line 1, column 1'],
    ['{"a":1,}', 'Expected double-quoted property name at line 1, column 8'],
    ['{"a": "open', 'Unterminated string at line 1, column 12'],
    ['{"url": "smtp://u:hidden@h",\n "b": hidden}', "Unexpected token 'h' at line 2, column 7"],
    [`{"a": "${'hidden'.repeat(9)}" tru}`, "Expected ',' or '}' after property value at line 1, column 64"],
  ])('anything else is no JSON, and what it holds is not told: %s', (text, said) => {
    expect(() => read(text)).toThrow(new UsableFailure(`the file is not JSON: ${said}`));
  });
});
