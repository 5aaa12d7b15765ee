import { expect, test } from 'vitest';
import { checkUnmodified } from './check-unmodified.ts';
import { storedRecord, writing } from './testing/writings.ts';

const modifiedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5, 600);
const { call, before } = writing('Leads', { before: storedRecord({}, { modifiedAtMs }) });

test('a record that changed after the time of the header is refused, with its stamps', () => {
  expect(checkUnmodified({ call, before, unmodifiedSinceMs: modifiedAtMs - 1000 })).toMatchObject({
    code: 'ALREADY_MODIFIED',
    details: { id: before?.id, Modified_Time: '2026-01-02T03:04:05+00:00' },
  });
});

test.each([
  ['the second of the change', modifiedAtMs - 600],
  ['a later time', modifiedAtMs + 1000],
  ['no time', undefined],
])('%s lets it be written', (_, unmodifiedSinceMs) => {
  expect(checkUnmodified({ call, before, unmodifiedSinceMs })).toBeUndefined();
});
