import { afterAll, expect, test } from 'vitest';
import type { AdminContext } from '../admin/context.ts';
import { startCrm } from '../crm/testing/crm-platform.ts';
import { systemRandom } from '../foundation/random.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { demoModules, demoRecords } from './data/generate.ts';
import { demoPipeline, demoTerritories, demoVariables } from './data/settings.ts';
import { loadDemoContent } from './load-content.ts';

const crm = await startCrm();
const directory = await createTestDatabase('directory');
afterAll(() => Promise.all([crm.close(), directory.close()]));

test('every record of the demo is accepted, points to others, and is made once', async () => {
  const context = {
    directory,
    dataCenters: new Map([['us', { crm: crm.store, database: crm.database }]]),
    clock: crm.clock,
    random: systemRandom,
  } as unknown as AdminContext;
  const email = `owner${crm.organization.ownerZuid}@example.com`;
  const users = [
    { dataCenter: 'us', email, password: '', firstName: '', lastName: '', profile: 'Administrator' } as const,
  ];
  // Cut short between two chunks, here and there, and then run to its end; what is complete is not begun again.
  for (const chunks of [3, 11, 17, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]) {
    crm.clock.advance(1000);
    await loadDemoContent(context, users, abortedAfter(chunks));
  }
  for (const module of demoModules) {
    const { json } = await crm.call('GET', `/crm/v8/${module}/actions/count`);
    expect([module, json.count]).toEqual([module, demoRecords(module, 0).length]);
  }
  const { json } = await crm.call('GET', '/crm/v8/Deals', {
    query: { fields: 'Account_Name,Contact_Name', per_page: '5' },
  });
  const list = async (path: string, query: Record<string, string> = {}) =>
    (await crm.call('GET', `/crm/v8/${path}`, { query })).json;
  const { territories } = await list('settings/territories');
  expect(territories.map(({ name }: { name: string }) => name)).toEqual([
    'Lovelace',
    ...demoTerritories.map(({ name }) => name),
  ]);
  const idOf = (name: string): string => territories.find((each: { name: string }) => each.name === name).id;
  const query = { fields: 'City', territory_id: idOf('Coast'), include_child: 'true', per_page: '200' };
  const cities = (await list('Leads', query)).data.map(({ City }: { City: string }) => City);
  expect(new Set(cities)).toEqual(new Set(['Northport', 'Lakeside', 'Southmere', 'Riverbend']));
  const key = await list('Deals', { fields: 'Amount', territory_id: idOf('Key accounts') });
  for (const { Amount } of key.data) expect(Amount).toBeGreaterThanOrEqual(150_000);
  const renewals = await list('Deals/search', { criteria: `(Pipeline:equals:${demoPipeline.name})`, fields: 'Stage' });
  expect(renewals.info.count).toBe(80);
  expect((await list('settings/automation/assignment_rules')).assignment_rules).toMatchObject([{ name: 'New leads' }]);
  expect((await list('settings/global_picklists')).global_picklists).toMatchObject([{ api_name: 'Regions' }]);
  expect((await list('settings/email_templates')).email_templates).toMatchObject([{ name: 'Welcome' }]);
  expect((await list('settings/layouts', { module: 'Leads' })).layouts).toMatchObject([
    ...[{ name: 'Standard' }, { name: 'Partners' }],
  ]);
  const { scoring_rules } = await list('settings/automation/scoring_rules', { module: 'Leads' });
  expect(scoring_rules).toMatchObject([{ name: 'Large companies' }]);
  const scores = (await list('Entity_Scores__s', { fields: 'Score' })).data.map(
    ({ Score }: { Score: number }) => Score,
  );
  expect(scores).toContain(15);
  const draft = { data: [{ Solution_Title: 'New', Status: 'Draft' }] };
  const { id: solution } = (await crm.call('POST', '/crm/v8/Solutions', { body: draft })).json.data[0].details;
  expect((await list(`Solutions/${solution}/actions/blueprint`)).blueprint.process_info).toMatchObject({
    name: 'Review of solutions',
  });
  const variables = await list('settings/variables', { group: 'Sales_targets' });
  expect(variables.variables).toHaveLength(demoVariables.variables.length);
  for (const deal of json.data) expect([deal.Account_Name.name, deal.Contact_Name.name]).not.toContain(null);
});

/** A signal that is aborted once it was looked at so many times. */
function abortedAfter(looks: number): AbortSignal {
  let left = looks;
  return {
    get aborted() {
      return left-- <= 0;
    },
  } as AbortSignal;
}

test('the same records at every run', () => {
  expect(demoRecords('Leads', 0)).toEqual(demoRecords('Leads', 0));
});
