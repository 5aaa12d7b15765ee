import { describe, expect, test } from 'vitest';
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

  test('anything else is no JSON', () => {
    for (const text of ['', '{', 'a: 1', "{'a':1}", '{"a":1,}'])
      expect(() => read(text), text).toThrow('the file is not JSON: ');
  });
});
