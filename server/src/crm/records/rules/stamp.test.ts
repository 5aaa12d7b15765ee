import { expect, test } from 'vitest';
import { stamp } from './stamp.ts';
import { nowMs, storedRecord, writing } from './testing/writings.ts';

test('a change is stamped with who made it when; the owner stays unless another is named', () => {
  const before = storedRecord({}, { ownerId: '5' });
  const change = writing('Leads', { before });
  stamp(change);
  expect(change.after).toMatchObject({
    ownerId: '5',
    modifiedBy: change.call.user.id,
    modifiedAtMs: nowMs,
    createdAtMs: before.createdAtMs,
  });
  const given = writing('Leads', { before, ownerId: '6' });
  stamp(given);
  expect(given.after.ownerId).toBe('6');
});

test('a clock that was set back does not make a record look older', () => {
  const change = writing('Leads', { before: storedRecord({}, { modifiedAtMs: nowMs + 5 }) });
  stamp(change);
  expect(change.after.modifiedAtMs).toBe(nowMs + 5);
});
