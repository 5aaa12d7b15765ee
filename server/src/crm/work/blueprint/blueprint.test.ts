import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemRandom } from '../../../foundation/random.ts';
import { internalCall } from '../../jobs/job-call.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { createBlueprint, deleteBlueprint } from './write-blueprints.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

async function operator(): Promise<CrmCall> {
  const space = await crm.store.spaces.get(crm.organization.organizationId, 'production');
  const user = space?.contents.users[0];
  if (!space || !user) throw new Error('the organization is not there');
  return internalCall(crm.store, systemRandom, space, user, crm.clock.nowMs());
}
const support = {
  name: 'Support',
  module: 'Cases',
  field: 'Status',
  criteria: { field: { api_name: 'Case_Origin' }, comparator: 'equal', value: 'Phone' },
  transitions: [
    { name: 'Hold', from: ['New'], to: 'On Hold', fields: [{ api_name: 'Description', mandatory: true }] },
    { name: 'Close', from: ['New', 'On Hold'], to: 'Closed', color: '#63C57E' },
  ],
};
let blueprint = '';
beforeAll(async () => {
  blueprint = await createBlueprint(await operator(), support);
});

const newCase = (more: object = {}) => one('Cases', { Subject: 'S', Status: 'New', Case_Origin: 'Phone', ...more });
const shown = async (id: string) => (await call('GET', `Cases/${id}/actions/blueprint`)).json.blueprint;
const status = async (id: string) => (await call('GET', `Cases/${id}`)).json.data[0].Status;
const transition = async (id: string, name: string) =>
  (await shown(id)).transitions.find((each: { name: string }) => each.name === name).id;
const perform = (id: string, transition_id: unknown, data?: object) =>
  call('PUT', `Cases/${id}/actions/blueprint`, { body: { blueprint: [{ transition_id, ...(data ? { data } : {}) }] } });

describe('a blueprint', () => {
  test('tells where a record stands and what leads on', async () => {
    const id = await newCase();
    expect(await shown(id)).toMatchObject({
      process_info: { id: blueprint, name: 'Support', api_name: 'Status', field_value: 'New' },
      transitions: [
        {
          ...{ name: 'Hold', next_field_value: 'On Hold', next_transitions: [{ name: 'Close' }] },
          fields: [{ api_name: 'Description', mandatory: true, transition_sequence: 1 }],
        },
        { name: 'Close', next_field_value: 'Closed', next_transitions: [], color_code: '#63C57E' },
      ],
    });
  });

  test('writes the note that comes with a transition, or neither', async () => {
    const id = await newCase();
    const close = await transition(id, 'Close');
    const notes = async () =>
      (await call('GET', `Cases/${id}/Notes`, { query: { fields: 'Note_Content' } })).json?.data;
    for (const Notes of [7, ['x'], 'x'.repeat(32_001)]) {
      const { json } = await perform(id, close, { Notes });
      expect(json.blueprint[0]).toMatchObject({
        ...{ code: 'INVALID_DATA', details: { api_name: 'Notes', json_path: '$.blueprint[0].data.Notes' } },
      });
      expect([await status(id), await notes()]).toEqual(['New', undefined]);
    }
    const wrong = await perform(id, close, { Notes: 'fine', Email: 'no address' });
    expect(wrong.json.blueprint[0].details).toMatchObject({ api_name: 'Email' });
    expect(await notes()).toBeUndefined();
    expect((await perform(id, close, { Notes: 'It is done.' })).status).toBe(200);
    expect([await status(id), await notes()]).toMatchObject(['Closed', [{ Note_Content: 'It is done.' }]]);
    const again = await perform(id, close, { Notes: 'twice' });
    expect([again.status, (await notes()).length]).toEqual([400, 1]);
  });

  test('moves a record with the values that the transition needs, together', async () => {
    const id = await newCase();
    const hold = await transition(id, 'Hold');
    const without = await perform(id, hold);
    expect([without.status, without.json.blueprint[0]]).toEqual([
      400,
      expect.objectContaining({
        code: 'MANDATORY_NOT_FOUND',
        details: { api_name: 'Description', json_path: '$.blueprint[0].data.Description' },
      }),
    ]);
    // A value that cannot be read keeps the state as it was.
    const wrong = await perform(id, hold, { Description: 'D', Email: 'no address' });
    expect(wrong.json.blueprint[0]).toMatchObject({ code: 'INVALID_DATA' });
    expect(await status(id)).toBe('New');
    const done = await perform(id, hold, { Description: 'waits' });
    expect(done.json.blueprint).toEqual([
      { code: 'SUCCESS', details: { id }, message: 'transition updated successfully', status: 'success' },
    ]);
    expect((await call('GET', `Cases/${id}`)).json.data[0]).toMatchObject({ Status: 'On Hold', Description: 'waits' });
    expect((await perform(id, hold, { Description: 'again' })).json.blueprint[0]).toMatchObject({
      code: 'INVALID_DATA',
      message: 'invalid transition',
      details: { expected_values: ['New'], came: 'On Hold' },
    });
  });

  test('is the only way to change the state, whoever writes', async () => {
    const id = await newCase({ Subject: 'Guarded' });
    const change = { Status: 'Closed' };
    const refused = { code: 'RECORD_IN_BLUEPRINT', details: { id, api_name: 'Status' } };
    const one = await call('PUT', `Cases/${id}`, { body: { data: [change] } });
    expect([one.status, one.json.data[0]]).toEqual([400, expect.objectContaining(refused)]);
    const many = await call('PUT', 'Cases', { body: { data: [{ id, ...change }] } });
    expect(many.json.data[0]).toMatchObject(refused);
    const upserted = await call('POST', 'Cases/upsert', { body: { data: [{ id, Subject: 'Guarded', ...change }] } });
    expect(upserted.json.data[0]).toMatchObject(refused);
    const mass = await call('POST', 'Cases/actions/mass_update', { body: { data: [change], ids: [id] } });
    expect(mass.json.data[0]).toMatchObject(refused);
    const composite = { sub_request_id: '1', method: 'PUT', uri: `/crm/v8/Cases/${id}`, body: { data: [change] } };
    await crm.call('POST', '/crm/v8/__composite_requests', { body: { __composite_requests: [composite] } });
    expect(await status(id)).toBe('New');
    // The rest of the record, and the same state again, may be written.
    const rest = await call('PUT', `Cases/${id}`, { body: { data: [{ Status: 'New', Description: 'D' }] } });
    expect(rest.status, rest.text).toBe(200);
  });

  test('lets one of two transitions at the same moment through', async () => {
    const id = await newCase({ Description: 'D' });
    const [hold, close] = [await transition(id, 'Hold'), await transition(id, 'Close')];
    const answers = await Promise.all([perform(id, hold), perform(id, hold), perform(id, hold)]);
    expect(answers.filter((answer) => answer.status === 200).length).toBe(1);
    expect((await perform(id, close)).status).toBe(200);
    expect(await status(id)).toBe('Closed');
  });

  test('leaves records alone that are in none', async () => {
    const id = await newCase({ Case_Origin: 'Email' });
    const read = await call('GET', `Cases/${id}/actions/blueprint`);
    expect([read.status, read.json.code]).toEqual([400, 'RECORD_NOT_IN_PROCESS']);
    expect((await call('PUT', `Cases/${id}`, { body: { data: [{ Status: 'Closed' }] } })).status).toBe(200);
  });

  test('refuses what is no transition', async () => {
    const id = await newCase();
    for (const given of ['1999999000010000001', 'x', {}, '9'.repeat(400)]) {
      const { status: answered, json } = await perform(id, given);
      expect([answered, json.code, json.message]).toEqual([400, 'INVALID_DATA', 'invalid transition']);
    }
    expect((await perform(id, undefined)).json.code).toBe('MANDATORY_NOT_FOUND');
    const { token } = await crm.userWithout('Crm_Implied_Edit_Cases');
    const denied = await call('PUT', `Cases/${id}/actions/blueprint`, {
      token,
      body: { blueprint: [{ transition_id: '1' }] },
    });
    expect([denied.status, denied.json.code]).toEqual([403, 'NO_PERMISSION']);
  });
});

test('definitions that make no sense are refused with what was expected', async () => {
  const [first] = support.transitions;
  const cases: [object, string, string][] = [
    [{ ...support, name: undefined }, 'MANDATORY_NOT_FOUND', '$.name'],
    [{ ...support, module: 'Nothing' }, 'INVALID_MODULE', '$.module'],
    [{ ...support, field: 'Subject' }, 'INVALID_DATA', '$.field'],
    [{ ...support, transitions: [] }, 'MANDATORY_NOT_FOUND', '$.transitions'],
    [{ ...support, transitions: [{ ...first, to: 'Nowhere' }] }, 'INVALID_DATA', '$.transitions[0].to'],
    [{ ...support, transitions: [{ ...first, from: ['New', 'x'] }] }, 'INVALID_DATA', '$.transitions[0].from[1]'],
    [
      { ...support, transitions: [{ ...first, fields: [{ api_name: 'x' }] }] },
      'INVALID_DATA',
      '$.transitions[0].fields[0].api_name',
    ],
    [{ ...support, transitions: [{ ...first, color: 'red' }] }, 'INVALID_DATA', '$.transitions[0].color'],
    [support, 'DUPLICATE_DATA', '$.name'],
  ];
  for (const [definition, code, json_path] of cases) {
    const failure = await createBlueprint(await operator(), definition).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Refusal);
    expect([(failure as Refusal).code, (failure as Refusal).body.details.json_path]).toEqual([code, json_path]);
  }
});

test('without its blueprint a record is like any other', async () => {
  const id = await newCase();
  expect(await deleteBlueprint(await operator(), blueprint)).toBe(true);
  expect(await deleteBlueprint(await operator(), blueprint)).toBe(false);
  expect((await call('PUT', `Cases/${id}`, { body: { data: [{ Status: 'Closed' }] } })).status).toBe(200);
});
