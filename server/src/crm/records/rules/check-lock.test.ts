import { expect, test } from 'vitest';
import { checkLock } from './check-lock.ts';
import { storedRecord, writing } from './testing/writings.ts';

test('a locked record is refused, whoever asks', () => {
  const before = storedRecord({ Locked__s: true });
  expect(checkLock(writing('Leads', { before }))).toMatchObject({ code: 'RECORD_LOCKED', details: { id: before.id } });
});

test('records without a lock, and new ones, are not', () => {
  expect(checkLock(writing('Leads', { before: storedRecord({}) }))).toBeUndefined();
  expect(checkLock(writing('Leads'))).toBeUndefined();
});
