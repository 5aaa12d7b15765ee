import { expect, test } from 'vitest';
import { ownEntry } from './own-entry.ts';

test('only names of the table have an entry', () => {
  const table = { credentials: 'wrong' };
  expect(ownEntry(table, 'credentials')).toBe('wrong');
  for (const name of ['constructor', 'toString', '__proto__', '', null]) expect(ownEntry(table, name)).toBeUndefined();
});
