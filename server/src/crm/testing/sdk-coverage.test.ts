import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { areas, decisions, withCoverage } from './sdk-coverage.ts';

test('the table in docs/crm.md is what `npm run coverage` writes', () => {
  const page = readFileSync(new URL('../../../../docs/crm.md', import.meta.url), 'utf8');
  expect(page).toBe(withCoverage(page));
});

test('whatever is not there has a reason, and nothing else', () => {
  const open = areas.filter(({ missing }) => missing.length > 0).map(({ area }) => area);
  expect(Object.keys(decisions).toSorted()).toEqual(open.toSorted());
});
