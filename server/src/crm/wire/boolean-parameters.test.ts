import { afterAll, expect, test } from 'vitest';
import type { Operation } from '../kernel/operation.ts';
import type { Schema } from '../kernel/schema.ts';
import { startCrm } from '../testing/crm-platform.ts';
import { everyOperation, examples, nameOf, pathOf } from '../testing/examples/examples.ts';
import { makeWorld } from '../testing/examples/world.ts';

/** Every boolean parameter of every operation: clients write `true` in their own language's letter case. */
const crm = await startCrm();
afterAll(() => crm.close());
const world = await makeWorld(crm);

const isBoolean = ({ type, enum: words }: Schema): boolean =>
  type === 'boolean' || (Array.isArray(words) && words.includes('true') && words.includes('false'));
const cases = everyOperation.flatMap((operation) =>
  (operation.about.query ?? [])
    .filter(({ schema }) => isBoolean(schema))
    .map(({ name }) => [nameOf(operation), name, operation] as const),
);

const given = async (operation: Operation, name: string, value: string) => {
  crm.clock.advance(1);
  const call = (await examples[nameOf(operation)]?.(world)) ?? {};
  return crm.call(operation.method, pathOf(operation, call), { ...call, query: { ...call.query, [name]: value } });
};

test('there are some', () => expect(cases.length).toBeGreaterThan(10));

test.each(cases)('%s: %s', async (_, name, operation) => {
  for (const value of ['true', 'True', 'TRUE', 'false', 'False', 'fALSE']) {
    const answer = await given(operation, name, value);
    expect([value, answer.status < 300, answer.text]).toEqual([value, true, answer.text]);
  }
  for (const value of ['yes', '1', 'truee', '\u0000', 'true,false']) {
    const answer = await given(operation, name, value);
    expect([value, answer.status, answer.json?.code, answer.json?.details]).toEqual([
      value,
      400,
      'INVALID_DATA',
      expect.objectContaining({ param_name: name }),
    ]);
  }
});

test('criteria and both read booleans as parameters do', async () => {
  const lead = await world.lead({ Email_Opt_Out: true });
  const query = { criteria: '(Email_Opt_Out:equals:True)', converted: 'BOTH', fields: 'id' };
  const found = await crm.call('GET', '/crm/v8/Leads/search', { query });
  expect(found.json?.data.map(({ id }: { id: string }) => id)).toContain(lead);
  const whole = await crm.call('GET', '/crm/v8/Leads', {
    query: { fields: 'id', converted: 'Both', approved: 'Both' },
  });
  expect(whole.status).toBe(200);
});

test('counts know which records are approved', async () => {
  await world.lead({ $approved: false });
  const view = (await crm.call('GET', '/crm/v8/settings/custom_views', { query: { module: 'Leads' } })).json
    .custom_views[0];
  for (const by of [{}, { cvid: view.id }]) {
    const count = async (approved: string): Promise<number> =>
      (await crm.call('GET', '/crm/v8/Leads/actions/count', { query: { ...by, approved } })).json.count;
    expect(await count('False')).toBe(1);
    expect(await count('True')).toBe((await count('Both')) - 1);
  }
});

test('the page 0 is the first in v2 only', async () => {
  await world.lead();
  await world.binned();
  for (const path of ['Leads', 'Leads/deleted', 'users', 'Leads/search?word=Secret']) {
    const [resource = '', search = ''] = path.split('?');
    const query = { ...Object.fromEntries(new URLSearchParams(search)), page: '0' };
    const old = await crm.call('GET', `/crm/v2/${resource}`, { query });
    expect([path, old.status, old.json?.info.page]).toEqual([path, 200, 1]);
    for (const version of ['v2.1', 'v3', 'v8']) {
      const refused = await crm.call('GET', `/crm/${version}/${resource}`, { query: { ...query, fields: 'id' } });
      expect([version, refused.status, refused.json.details.param_name]).toEqual([version, 400, 'page']);
    }
  }
});
