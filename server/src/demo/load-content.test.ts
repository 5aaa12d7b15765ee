import { afterAll, expect, test } from 'vitest';
import { demoModules, demoRecords } from '../../../examples/data/generate.ts';
import type { AdminContext } from '../admin/context.ts';
import { startCrm } from '../crm/testing/crm-platform.ts';
import { systemRandom } from '../foundation/random.ts';
import { loadDemoContent } from './load-content.ts';

const crm = await startCrm();
afterAll(() => crm.close());

test('every record of the demo is accepted, points to others, and is made once', async () => {
  const context = {
    dataCenters: new Map([['us', { crm: crm.store, database: crm.database }]]),
    clock: crm.clock,
    random: systemRandom,
  } as unknown as AdminContext;
  const email = `owner${crm.organization.ownerZuid}@example.com`;
  const users = [
    { dataCenter: 'us', email, password: '', firstName: '', lastName: '', profile: 'Administrator' } as const,
  ];
  for (let run = 0; run < 2; run++) await loadDemoContent(context, users, new AbortController().signal);
  for (const module of demoModules) {
    const { json } = await crm.call('GET', `/crm/v8/${module}/actions/count`);
    expect([module, json.count]).toEqual([module, demoRecords(module, 0).length]);
  }
  const { json } = await crm.call('GET', '/crm/v8/Deals', {
    query: { fields: 'Account_Name,Contact_Name', per_page: '5' },
  });
  for (const deal of json.data) expect([deal.Account_Name.name, deal.Contact_Name.name]).not.toContain(null);
});

test('the same records at every run', () => {
  expect(demoRecords('Leads', 0)).toEqual(demoRecords('Leads', 0));
});
