import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { crmOutcomes } from './crm/kernel/outcomes.ts';
import { errorsPage } from './errors-page.ts';

test('the page of errors is what `npm run errors` writes', () => {
  expect(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')).toBe(errorsPage());
});

test('every outcome of the CRM has a sentence for people', () => {
  for (const [name, meaning] of Object.entries(crmOutcomes)) expect(meaning, name).toMatch(/^[A-Z].{10,}\.$/);
});
