import { expect, test } from 'vitest';
import type { Module } from '../kernel/metadata/metadata.ts';
import { isRolledUp, rolledParents } from './rollups.ts';
import { spaceWith } from './rules/testing/writings.ts';

const profile = { id: '7', name: 'Sales', description: null, custom: true, denied: new Set<string>() };
const hidden = { restrictions: { [profile.id]: 'hidden' } };
const vendor = {
  module: 'Deals',
  api_name: 'Supplier',
  definition: {
    ...{ id: 400_000_001, label: 'Supplier', type: 'lookup', length: 120, custom: true, lookup: 'Vendors', ...hidden },
    back_list: { idSuffix: 400_000_002, apiName: 'Supplied', label: 'Supplied' },
  },
};
const count = {
  module: 'Vendors',
  api_name: 'Count',
  definition: {
    ...{ id: 400_000_003, label: 'Count', type: 'rollup_summary', length: 16, custom: true, ...hidden },
    rollup: { list: 'Supplied', function: 'count', field: null, criteria: null },
  },
};

test('a user who sees neither look-up nor roll-up keeps it right all the same', () => {
  const { metadata } = spaceWith({}, [vendor, count]).seenBy(profile);
  const [deals, vendors] = [metadata.find('Deals') as Module, metadata.find('Vendors') as Module];
  expect([deals.field.has('Supplier'), vendors.field.has('Count')]).toEqual([false, false]);
  expect(isRolledUp(metadata, deals)).toBe(true);
  expect(isRolledUp(metadata, vendors)).toBe(false);
  const id = '1000001000000000009';
  expect(rolledParents(metadata, deals, [{ Supplier: id }, { Supplier: id }, {}])).toEqual(
    new Map([[vendors.number, new Set([id])]]),
  );
});
