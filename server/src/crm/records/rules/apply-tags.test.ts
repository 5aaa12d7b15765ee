import { expect, test } from 'vitest';
import { applyTags } from './apply-tags.ts';
import { storedRecord, writing } from './testing/writings.ts';

const before = storedRecord({ Tag: ['1'] });
const tagIds = new Map([['hot', '2']]);

test.each([
  ['names give their ids, whatever their case', ['HOT'], ['2']],
  ['no name takes all tags away', [], undefined],
  ['an item without tags leaves them alone', null, ['1']],
])('%s', (_, tagNames, expected) => {
  const change = writing('Leads', { before, tagNames, tagIds });
  applyTags(change);
  expect(change.data.Tag).toEqual(expected);
});
