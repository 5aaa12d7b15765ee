import { expect, test } from 'vitest';
import { ScopeCatalogue } from '../../../../server/src/oauth/scopes.ts';
import { catalogueOf, checkScopes, type Operation, smallestScopes } from './smallest-scopes.ts';

const operation = (id: string, ...scopes: string[][]): Operation => ({ id, chapter: 'Records', summary: id, scopes });
const list = operation('GET /crm/v8/{module}', ['ZohoCRM.modules.{module}.READ']);
const add = operation('POST /crm/v8/{module}', ['ZohoCRM.modules.{module}.CREATE']);
const change = operation('PUT /crm/v8/{module}', ['ZohoCRM.modules.{module}.UPDATE']);
const remove = operation('DELETE /crm/v8/{module}', ['ZohoCRM.modules.{module}.DELETE']);
const notes = operation('GET /crm/v8/{module}/{id}/Notes', [
  'ZohoCRM.modules.{module}.READ',
  'ZohoCRM.modules.notes.READ',
]);
const query = operation('POST /crm/v8/coql', ['ZohoCRM.coql.READ'], ['ZohoCRM.modules.{module}.READ']);
const all = [list, add, change, remove, notes, query];
const catalogue = new ScopeCatalogue();

test.each([
  [[list], ['leads'], ['ZohoCRM.modules.leads.READ']],
  [[list], [], ['ZohoCRM.modules.READ']],
  [[list, notes], ['leads'], ['ZohoCRM.modules.leads.READ']],
  [[add, change], ['leads'], ['ZohoCRM.modules.leads.WRITE']],
  [[list, add, change, remove], ['leads'], ['ZohoCRM.modules.leads.ALL']],
  [[query], ['deals', 'leads'], ['ZohoCRM.coql.READ', 'ZohoCRM.modules.deals.READ', 'ZohoCRM.modules.leads.READ']],
  [[], [], []],
])('the smallest list for calls %# opens them and no others', (operations, modules, expected) => {
  expect(smallestScopes(catalogue, operations, modules)).toEqual(expected);
  const opened = checkScopes(catalogue, all, expected.join(',')).allowed.map(({ operation: { id } }) => id);
  for (const { id } of operations) expect(opened).toContain(id);
});

test('a list says what it allows on which modules, and names what is unknown or repeated', () => {
  const checked = checkScopes(
    catalogue,
    all,
    'ZohoCRM.modules.leads.READ, zohocrm.modules.LEADS.read Zoho.nothing.READ',
  );
  expect(checked).toMatchObject({
    count: 2,
    unknown: ['Zoho.nothing.READ'],
    repeated: ['ZohoCRM.modules.leads.READ'],
    sentences: ['See your leads'],
  });
  expect(checked.allowed.map(({ operation: { id }, modules }) => [id, modules])).toEqual([
    [list.id, ['leads']],
    [notes.id, ['leads']],
  ]);
});

test('scopes of services that an operator declares are known from the list of the platform', () => {
  const declared = {
    name: 'Acme.orders.READ',
    service: 'Acme',
    sentence: 'See orders',
    organizationBound: false,
    operations: [],
  };
  const own = catalogueOf({ scopes: [declared] });
  expect(own.parse('acme.orders.read')).toMatchObject({ group: 'acme.orders', operation: 'READ' });
  expect(own.parse('acme.orders.DELETE')).toBeUndefined();
});
