import { expect, test } from 'vitest';
import type { RecordData } from '../../kernel/record/record.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { assignTerritories } from './assign-territories.ts';
import { nowMs, spaceWith, storedRecord, writing } from './testing/writings.ts';

const territory = (id: string, criteria: Territory['criteria']): Territory => ({
  id,
  name: id,
  apiName: id,
  reportsTo: id === '1' ? null : '1',
  managerId: null,
  description: null,
  permissionType: 'read_only',
  criteria,
  users: [],
  createdBy: '1',
  createdAtMs: 0,
  modifiedBy: '1',
  modifiedAtMs: 0,
});
const inCity = (value: string) => ({ comparator: 'equal', field: { api_name: 'City' }, value });
const space = spaceWith({
  territories: [
    territory('1', {}),
    territory('2', { Leads: inCity('Rome') }),
    territory('3', { Leads: inCity('Paris') }),
  ],
});
const byHand = { territory: '1', at: 5, by: { id: '9' } };

function assigned(data: RecordData, kind: 'update' | 'amend' | 'assign' = 'update', owner?: string) {
  const change = writing('Leads', { space, before: storedRecord(data), kind });
  if (owner) change.after.ownerId = owner;
  return assignTerritories(change) ?? change.data.Territories;
}

test('rules put a record in and take it out again; what was done by hand stays', () => {
  expect(assigned({ City: 'Rome' })).toEqual([{ territory: '2', at: nowMs }]);
  expect(assigned({ City: 'Oslo', Territories: [byHand, { territory: '2', at: 7 }] })).toEqual([byHand]);
  expect(assigned({ City: 'Rome', Territories: [{ territory: '2', at: 7 }] })).toEqual([{ territory: '2', at: 7 }]);
});

test('an amendment moves a record only when its owner changes', () => {
  expect(assigned({ City: 'Rome' }, 'amend')).toBeUndefined();
  expect(assigned({ City: 'Rome' }, 'amend', '8')).toEqual([{ territory: '2', at: nowMs }]);
});

test('a territory that does not exist is refused when the request names it', () => {
  expect(assigned({ Territories: [{ territory: '99' }] })).toMatchObject({
    code: 'INVALID_DATA',
    apiName: 'Territories',
  });
});
