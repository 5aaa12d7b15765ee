import { expect, test } from 'vitest';
import type { LockType } from '../../kernel/space/locking-configuration.ts';
import { lockByRule } from './lock-by-rule.ts';
import { spaceWith, storedRecord, withSetting, writing } from './testing/writings.ts';

const { number } = writing('Leads').module;
const criteria = { field: { api_name: 'Company' }, comparator: 'equal', value: 'Done' };
const after = (Company: string, lockType: LockType, data: Record<string, boolean> = {}) => {
  const rules = [{ id: '77', name: 'R', criteria, locksExisting: false }];
  const body = { lockType, excludedFields: [], excludedProfiles: [], rules };
  const space = spaceWith(withSetting('locking_configuration', number, body));
  const made = writing('Leads', { space, before: storedRecord({ Company, ...data }) });
  lockByRule(made);
  return made.data;
};

test('a record that a rule fits is locked, with the word which one', () => {
  for (const type of ['automatic', 'both'] as const) {
    expect(after('Done', type)).toMatchObject({ Locked__s: true, Locked_By_Rule__s: '77' });
  }
});

test('others, and those where locks are manual or there, stay as they are', () => {
  expect(after('Open', 'both')).not.toHaveProperty('Locked__s');
  expect(after('Done', 'manual')).not.toHaveProperty('Locked__s');
  expect(after('Done', 'both', { Locked__s: true })).not.toHaveProperty('Locked_By_Rule__s');
});
