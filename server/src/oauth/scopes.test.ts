import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeScope, openIdScopes, scopeCatalogue } from './scope-catalogue.ts';
import { platformScopes, ScopeSet, splitScopes } from './scopes.ts';

describe('splitScopes (reference §10.2)', () => {
  test.each([
    ['a,b', ['a', 'b']],
    [' a , b ,', ['a', 'b']],
    ['a b', ['a', 'b']],
    ['a,A,b', ['a', 'b']],
    ['', []],
  ])('%j gives %j', (parameter, expected) => {
    expect(splitScopes(parameter)).toEqual(expected);
  });
});

describe('ScopeCatalogue.parse', () => {
  test.each([
    'ZohoCRM.modules.ALL',
    'zohocrm.MODULES.leads.read',
    'ZohoCRM.modules.leads',
    'ZohoCRM.settings.fields.ALL',
    'ZohoCRM.modules.emails.leads.ALL',
    'ZohoCRM.send_mail.all.CREATE',
    'ZohoCRM.composite_requests.CUSTOM',
    'ZohoCRM.Zia.enrichment.ALL',
    'ZohoCRM.modules.Price_Books.READ',
    'ZohoCRM.share.sales_orders.ALL',
    'Aaaserver.profile.Read',
    'email',
    'OpenID',
  ])('%s is known', (scope) => {
    expect(platformScopes.parse(scope)?.requested).toBe(scope);
  });

  test.each([
    '',
    'ZohoCRM',
    'ZohoCRM.modules.nothing.READ',
    'ZohoCRM.settings.customviews.READ',
    'ZohoCRM.or_g.READ',
    'ZohoCRM.coql.DELETE',
    'settings.fiscal_year.UPDATE',
    'constructor',
    'ZohoCRM.settings.ZohoCRM.settings.currencies.ALL',
  ])('%j is unknown', (scope) => {
    expect(platformScopes.parse(scope)).toBeUndefined();
  });

  test('a list with one unknown scope is refused as a whole and names it', () => {
    expect(platformScopes.parseList('ZohoCRM.modules.ALL,nope,ZohoCRM.org.READ')).toEqual({ unknown: 'nope' });
  });
});

describe('ScopeSet.covers (reference §10.1, §10.2)', () => {
  test.each([
    ['ZohoCRM.modules.ALL', 'ZohoCRM.modules.leads.READ', true],
    ['ZohoCRM.modules.ALL', 'ZohoCRM.modules.leads.DELETE', true],
    ['ZohoCRM.modules.READ', 'ZohoCRM.modules.leads.CREATE', false],
    ['ZohoCRM.modules.leads.ALL', 'ZohoCRM.modules.contacts.READ', false],
    ['ZohoCRM.modules.leads.WRITE', 'ZohoCRM.modules.leads.CREATE', true],
    ['ZohoCRM.modules.leads.WRITE', 'ZohoCRM.modules.leads.UPDATE', true],
    ['ZohoCRM.modules.leads.WRITE', 'ZohoCRM.modules.leads.DELETE', false],
    ['ZohoCRM.modules.leads', 'ZohoCRM.modules.leads.DELETE', true],
    ['ZohoCRM.settings.ALL', 'ZohoCRM.settings.fields.READ', true],
    ['ZohoCRM.modules.ALL', 'ZohoCRM.coql.READ', false],
    ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ', false],
    ['zohocrm.modules.all', 'ZohoCRM.modules.leads.READ', true],
  ])('%s covers %s: %s', (held, needed, expected) => {
    expect(platformScopes.setOf([held]).covers(needed)).toBe(expected);
  });

  test('any parameter is read without an exception, and what is held covers itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...scopeCatalogue.map((group) => `${group.name}.ALL`))),
        (text) => {
          const parsed = platformScopes.parseList(text);
          if ('scopes' in parsed) expect(new ScopeSet(parsed.scopes).includesAll(parsed.scopes)).toBe(true);
        },
      ),
    );
  });
});

describe('the catalogue', () => {
  test('names every group once and gives each scope a sentence', () => {
    const names = scopeCatalogue.map((group) => group.name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    for (const group of scopeCatalogue) {
      for (const operation of group.operations) expect(describeScope(group, operation)).toMatch(/^[A-Z][a-z, ]+ \S+/);
    }
    for (const sentence of Object.values(openIdScopes)) expect(sentence).toMatch(/^[A-Z]/);
  });
});
