import { expect, test } from 'vitest';
import type { CrmCall } from '../../kernel/call.ts';
import { noChanges } from '../../kernel/record/changes.ts';
import type { RecordData } from '../../kernel/record/record.ts';
import { type BatchItem, newBatch } from './batch.ts';
import { copySource } from './copy-source.ts';
import { type OwnField, spaceWith, storedRecord } from './testing/writings.ts';

const badge: OwnField = {
  module: 'Leads',
  api_name: 'Badge',
  definition: { id: 900_002, api_name: 'Badge', label: 'Badge', type: 'text', length: 20, custom: true, unique: true },
};
const space = spaceWith({}, [badge]);
const leads = space.metadata.find('Leads');

function copied(data: RecordData, values: Readonly<Record<string, string | null>> = {}): BatchItem {
  if (!leads) throw new Error('expected leads');
  const changes = { ...noChanges(), values: new Map(Object.entries(values)) };
  const item: BatchItem = { index: 0, jsonPath: '$.data[0]', changes };
  // Nothing of the call is asked for.
  const call = { space, store: {} } as CrmCall;
  copySource(newBatch(call, leads, 'insert', [item], { source: storedRecord(data, { ownerId: '5' }) }));
  return item;
}

test('values of the source stand under those of the item, and its owner stays', () => {
  const { changes } = copied({ Last_Name: 'A', City: 'Rome', Full_Name: 'A', Tag: ['1'] }, { City: 'Paris' });
  expect(Object.fromEntries(changes?.values ?? [])).toEqual({ Last_Name: 'A', City: 'Paris' });
  expect(changes?.ownerId).toBe('5');
});

test('a unique value is not copied, and must be given', () => {
  const source = { Last_Name: 'A', Badge: 'B1' };
  expect(copied(source).outcome).toMatchObject({ written: false, conflicts: [{ field: 'Badge' }] });
  const { outcome, changes } = copied(source, { Badge: 'B2' });
  expect(outcome).toBeUndefined();
  expect(changes?.values.get('Badge')).toBe('B2');
});

test('what is mandatory must come from one of both', () => {
  expect(copied({ City: 'Rome' }).failure).toMatchObject({
    code: 'MANDATORY_NOT_FOUND',
    details: { api_name: 'Last_Name', json_path: '$.data[0].Last_Name' },
  });
});
