import { expect, test } from 'vitest';
import { nameRecord } from './name-record.ts';
import { storedRecord, writing } from './testing/writings.ts';

test.each([
  ['Leads', { Full_Name: 'Ada Lovelace' }, 'Ada Lovelace'],
  ['Accounts', { Account_Name: 'x'.repeat(400) }, 'x'.repeat(300)],
  ['Accounts', {}, null],
])('a record of %s is called what its display field says', (module, data, expected) => {
  const change = writing(module, { before: storedRecord(data, { name: 'before' }) });
  nameRecord(change);
  expect(change.after.name).toBe(expected);
});
