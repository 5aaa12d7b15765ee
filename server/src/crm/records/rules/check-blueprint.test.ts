import { expect, test } from 'vitest';
import { checkBlueprint } from './check-blueprint.ts';
import { spaceWith, storedRecord, withSetting, writing } from './testing/writings.ts';

const transition = { id: '1', name: 'Hold', from: ['New'], to: 'On Hold', fields: [], colour: null };
const { number } = writing('Cases').module;

/** A case whose status becomes another one, in a space with a blueprint of its module. */
function changed(from: string | undefined, to: string, criteria: object | null = null) {
  const body = { name: 'B', field: 'Status', criteria, transitions: [transition] };
  const space = spaceWith(withSetting('blueprint', number, body));
  const before = storedRecord(from === undefined ? {} : { Status: from });
  const made = writing('Cases', { space, before });
  made.data.Status = to;
  return checkBlueprint(made);
}

test('the state of a record in a blueprint is changed by transitions only', () => {
  expect(changed('New', 'Closed')).toMatchObject({ code: 'RECORD_IN_BLUEPRINT', details: { api_name: 'Status' } });
  expect(changed('New', 'On Hold')?.code).toBe('RECORD_IN_BLUEPRINT');
  expect(changed('New', 'New')).toBeUndefined();
});

test('records that stand nowhere in it, or do not fulfil its criteria, are free', () => {
  expect(changed('Escalated', 'Closed')).toBeUndefined();
  expect(changed(undefined, 'New')).toBeUndefined();
  const criteria = { field: { api_name: 'Status' }, comparator: 'equal', value: 'On Hold' };
  expect(changed('New', 'Closed', criteria)).toBeUndefined();
  expect(checkBlueprint(writing('Cases'))).toBeUndefined();
});
