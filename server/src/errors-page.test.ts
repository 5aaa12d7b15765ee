import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorCatalogue } from './crm/kernel/errors.ts';
import { crmOutcomes } from './crm/kernel/outcomes.ts';
import { errorsPages } from './errors-page.ts';
import { crmExplanations, explain, findExplanation } from './inspector/explain.ts';
import { outcomes } from './oauth/outcomes.ts';

const folder = new URL('../../docs/errors/', import.meta.url);

test('the pages of errors are what `npm run errors` writes, and no others', () => {
  const pages = errorsPages();
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(pages).toSorted());
  for (const [name, text] of Object.entries(pages))
    expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text);
});

test('every outcome of the CRM has a sentence for people', () => {
  for (const [name, meaning] of Object.entries(crmOutcomes)) expect(meaning, name).toMatch(/^[A-Z].{10,}\.$/);
});

describe('every outcome has its explanation', () => {
  test.each([
    ['token', outcomes],
    ['api', crmOutcomes],
    ['api', errorCatalogue],
  ] as const)('of events of kind %s', (kind, catalogue) => {
    for (const outcome of Object.keys(catalogue)) {
      const found = findExplanation(kind, outcome);
      expect(found, outcome).toBeDefined();
      const { expected, came, rule, mend } = explain({ kind, outcome, detail: {}, dataCenter: 'us' });
      for (const text of [expected, came, rule]) expect(text.length, `${outcome}: ${text}`).toBeGreaterThan(3);
      expect(rule, outcome).toMatch(/RFC|docs\/|standard|Connect|NIST|OWASP|IETF|OAuth|openapi/);
      // A sentence at least: what to do, ending as sentences do.
      expect(mend, outcome).toMatch(/^[A-Z].{15,}[.…]$/s);
    }
  });

  test('and the explanations are of nothing else', () => {
    expect(Object.keys(crmExplanations.outcomes).toSorted()).toEqual(Object.keys(crmOutcomes).toSorted());
    expect(Object.keys(crmExplanations.codes).toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  test('the same name means another thing in another kind of event', () => {
    const detail = { needed: ['ZohoCRM.org.READ'], held: 'ZohoCRM.modules.ALL' };
    expect(explain({ kind: 'api', outcome: 'ScopeMissing', detail, dataCenter: 'us' }).came).toContain(
      'ZohoCRM.modules.ALL',
    );
    expect(explain({ kind: 'token', outcome: 'ScopeMissing', detail: {}, dataCenter: 'us' }).came).toBe('no scope');
  });

  test('an outcome of another release, and values that look like templates, do no harm', () => {
    expect(explain({ kind: 'token', outcome: 'toString', detail: {}, dataCenter: 'us' }).came).toBe('toString');
    const came = 'https://a.example/{clientId}[[x||y]]$&';
    const event = { kind: 'authorize', outcome: 'RedirectUriMismatch', dataCenter: 'us', clientId: '1000.A' };
    expect(explain({ ...event, detail: { came, registeredUris: ['https://a.example'] } }).came).toBe(came);
  });
});
