import { expect, test } from 'vitest';
import { checkApproval } from './check-approval.ts';
import { storedRecord, writing } from './testing/writings.ts';

const before = storedRecord({ Approval_Pending__s: true });

test.each([[null], [false]])('a record that waits for approval is refused when an item says %s of it', (approved) => {
  expect(checkApproval(writing('Leads', { before, approved }))).toMatchObject({
    code: 'NOT_APPROVED',
    details: { id: before.id },
  });
});

test('what approves it, and records that do not wait, may be written', () => {
  expect(checkApproval(writing('Leads', { before, approved: true }))).toBeUndefined();
  expect(checkApproval(writing('Leads', { before: storedRecord({}) }))).toBeUndefined();
});
