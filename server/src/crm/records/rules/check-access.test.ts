import { expect, test } from 'vitest';
import { noChanges } from '../../kernel/record/changes.ts';
import { checkAccess } from './check-access.ts';
import { spaceWith, storedRecord, writing } from './testing/writings.ts';

test.each([
  [true, 'NO_PERMISSION'],
  [false, undefined],
])('a record that is read-only for the user (%j) is not written', (readOnly, code) => {
  const before = storedRecord({}, readOnly ? { readOnly } : {});
  const { call, module } = writing('Leads', { space: spaceWith() });
  const state = { call, module, kind: 'update', before, changes: noChanges() } as const;
  expect(checkAccess(state)?.code).toBe(code);
});
