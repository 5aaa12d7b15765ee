import { expect, test } from 'vitest';
import { checkLock } from './check-lock.ts';
import { spaceWith, storedRecord, withSetting, writing } from './testing/writings.ts';

test('a locked record is refused, whoever asks', () => {
  const before = storedRecord({ Locked__s: true });
  expect(checkLock(writing('Leads', { before }))).toMatchObject({ code: 'RECORD_LOCKED', details: { id: before.id } });
});

test('records without a lock, and new ones, are not', () => {
  expect(checkLock(writing('Leads', { before: storedRecord({}) }))).toBeUndefined();
  expect(checkLock(writing('Leads'))).toBeUndefined();
});

test('what the configuration of the module leaves out may be changed', () => {
  const before = storedRecord({ Locked__s: true });
  const { module, call } = writing('Leads');
  const held = (excludedFields: string[], excludedProfiles: string[], names: string[]) => {
    const body = { lockType: 'manual' as const, excludedFields, excludedProfiles, rules: [] };
    const space = spaceWith(withSetting('locking_configuration', module.number, body));
    return checkLock(writing('Leads', { space, before, values: new Map(names.map((name) => [name, 'x'])) }))?.code;
  };
  expect(held(['Phone'], [], ['Phone'])).toBeUndefined();
  expect(held(['Phone'], [], ['Phone', 'Company'])).toBe('RECORD_LOCKED');
  expect(held(['Phone'], [], [])).toBe('RECORD_LOCKED');
  expect(held([], [call.user.profile.id], ['Company'])).toBeUndefined();
});
