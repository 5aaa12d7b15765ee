import { expect, test } from 'vitest';
import type { CrmCall } from '../../kernel/call.ts';
import type { JsonObject } from '../../kernel/json-body.ts';
import { findVersion } from '../../kernel/versions.ts';
import { itemsIn, newBatch } from './batch.ts';
import { readItems } from './read-items.ts';
import { spaceWith, storedRecord } from './testing/writings.ts';
import type { WritingKind } from './writing.ts';

const space = spaceWith();

function read(raws: readonly (JsonObject | string)[], kind: WritingKind, more: object = {}, version = 'v8') {
  const user = { profile: { id: '1' } };
  const call = { space, user, version: findVersion(version), store: {} } as unknown as CrmCall;
  const module = space.metadata.find('Quotes');
  if (!module) throw new Error('expected quotes');
  const batch = newBatch(call, module, kind, itemsIn(raws), more);
  readItems(batch);
  return batch.items;
}

test('each item is read at its place; one that cannot be read does not stop the others', () => {
  const [good, bad, none] = read([{ Subject: 'S', Terms_and_Conditions: 'T' }, { Subject: 5 }, 'text'], 'update');
  expect(good?.changes?.values.get('Terms_and_Conditions')).toBe('T');
  expect(bad?.failure).toMatchObject({ code: 'INVALID_DATA', details: { json_path: '$.data[1].Subject' } });
  expect(none?.failure).toMatchObject({ details: { expected_data_type: 'jsonobject', json_path: '$.data[2]' } });
});

test('new records need the mandatory fields; changed ones and clones need not name them', () => {
  expect(read([{ Terms_and_Conditions: 'T' }], 'insert')[0]?.failure).toMatchObject({
    code: 'MANDATORY_NOT_FOUND',
    details: { api_name: 'Subject', json_path: '$.data[0].Subject' },
  });
  expect(read([{}], 'update')[0]?.failure).toBeUndefined();
  expect(read([{}], 'insert', { source: storedRecord({ Subject: 'S' }) })[0]?.failure).toBeUndefined();
});

test.each([
  ['v2', true],
  ['v8', false],
])('in %s, rows that an update does not name are removed: %s', (version, replaced) => {
  const items = version === 'v2' ? 'Product_Details' : 'Quoted_Items';
  const rows = [{ id: '1000001000000000011', Quantity: 2 }];
  const [item] = read([{ [items]: rows, Quoted_Items: rows }], 'update', {}, version);
  expect(item?.failure).toBeUndefined();
  expect(item?.changes?.replaced.has('Quoted_Items')).toBe(replaced);
});
