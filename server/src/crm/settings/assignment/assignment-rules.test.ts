import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemRandom } from '../../../foundation/random.ts';
import { platformScopes } from '../../../oauth/scopes.ts';
import { internalCall } from '../../jobs/job-call.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { createAssignmentRule, deleteAssignmentRule } from './write-rules.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const path = 'settings/automation/assignment_rules';
const owner = crm.organization.environments[0]?.ownerId as string;
const dataSpace = crm.organization.environments[0]?.idPrefix as number;
const emails: string[] = [];
const ids: string[] = [];
let byCity = '';

async function operatorCall(organizationId = crm.organization.organizationId): Promise<CrmCall> {
  const space = await crm.store.spaces.get(organizationId, 'production');
  const user = space?.contents.users[0];
  if (!space || !user) throw new Error('no organization');
  return internalCall(crm.store, systemRandom, space, user, crm.clock.nowMs());
}
const make = async (rule: unknown) => createAssignmentRule(await operatorCall(), rule);
const equal = (api_name: string, value: unknown) => ({ comparator: 'equal', field: { api_name }, value });
const lead = (City: string, more: object = {}) => ({ Last_Name: 'l', Company: 'c', City, ...more });
/** The owners of leads that are made with a rule. */
async function ownersOf(lar_id: unknown, ...data: object[]): Promise<string[]> {
  const { status, json, text } = await call('POST', 'Leads', { body: { data, lar_id } });
  expect(status, text).toBe(201);
  const made: string[] = [];
  for (const { details } of json.data) made.push((await call('GET', `Leads/${details.id}`)).json.data[0].Owner.id);
  return made;
}

beforeAll(async () => {
  for (const name of ['One', 'Two', 'Three']) {
    const added = await crm.addUser(name);
    ids.push(added.find(({ environment }) => environment === 'production')?.userId as string);
  }
  crm.store.spaces.forget(dataSpace);
  const { space } = await operatorCall();
  emails.push(...ids.map((id) => space.user(id)?.email as string));
  byCity = await make({
    name: 'By city, "new" leads',
    module: 'Leads',
    default_assignee: emails[2],
    entries: [
      { criteria: equal('City', 'Northport'), users: [emails[0], emails[1]] },
      { criteria: equal('City', 'Eastvale'), users: [emails[1]] },
    ],
  });
});

test('rules are read, each organization its own', async () => {
  const deals = await make({ name: 'Deals', module: 'Deals', description: 'd', entries: [{ users: [emails[0]] }] });
  const { json } = await call('GET', path);
  expect(json.assignment_rules).toMatchObject([
    {
      id: byCity,
      name: 'By city, "new" leads',
      api_name: 'By_city_new_leads',
      module: { api_name: 'Leads' },
      description: null,
      default_assignee: { id: ids[2], name: 'Bob Three' },
      created_by: { id: owner },
    },
    { id: deals, description: 'd', default_assignee: null, module: { api_name: 'Deals' } },
  ]);
  const ofDeals = await call('GET', path, { query: { module: 'Deals' } });
  expect(ofDeals.json.assignment_rules).toMatchObject([{ id: deals }]);
  expect((await call('GET', `${path}/${deals}`)).json.assignment_rules).toMatchObject([{ id: deals }]);
  expect((await call('GET', path, { query: { module: 'Cases' } })).status).toBe(204);
  const nothing = await call('GET', path, { query: { module: 'Nothing' } });
  expect([nothing.status, nothing.json.code, nothing.json.details]).toEqual([
    400,
    'INVALID_MODULE',
    { param_name: 'module' },
  ]);
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('GET', path, { token })).status).toBe(204);
  const unknown = await call('GET', `${path}/${deals}`, { token });
  expect([unknown.status, unknown.json.code, unknown.json.details]).toEqual([
    400,
    'INVALID_DATA',
    { resource_path_index: 3 },
  ]);
  const scoped = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, {
    scopes: platformScopes.setOf(['ZohoCRM.modules.ALL']),
  });
  expect((await call('GET', path, { token: scoped })).json.code).toBe('OAUTH_SCOPE_MISMATCH');
  expect(await deleteAssignmentRule(await operatorCall(), deals)).toBe(true);
  expect(await deleteAssignmentRule(await operatorCall(), deals)).toBe(false);
});

test('the first entry that a lead fulfils decides, users take turns, owners that are named stay', async () => {
  const first = await ownersOf(byCity, lead('Northport'), lead('Eastvale'), lead('Northport'), lead('Elsewhere'));
  expect(first).toEqual([ids[0], ids[1], ids[1], ids[2]]);
  expect(await ownersOf(byCity, lead('Northport'))).toEqual([ids[0]]);
  expect(await ownersOf(byCity, lead('northport'))).toEqual([ids[1]]);
  expect(await ownersOf(byCity, lead('Northport', { Owner: { id: owner } }), lead('Northport'))).toEqual([
    owner,
    ids[0],
  ]);
  expect(await ownersOf(null, lead('Northport'))).toEqual([owner]);
});

test('users take turns over calls of the same moment', async () => {
  const all = await Promise.all(
    Array.from({ length: 6 }, () => ownersOf(byCity, lead('Northport'), lead('Northport'))),
  );
  const owners = all.flat();
  expect(owners.filter((each) => each === ids[0])).toHaveLength(6);
});

test('upserts follow it for what they create; territories follow the owner', async () => {
  const existing = await one('Leads', lead('Northport', { Email: 'there@us.example' }));
  const data = [lead('Eastvale', { Email: 'there@us.example' }), lead('Eastvale', { Email: 'new@us.example' })];
  const { json } = await call('POST', 'Leads/upsert', { body: { data, lar_id: byCity } });
  expect(json.data.map(({ action }: { action: string }) => action)).toEqual(['update', 'insert']);
  const ownerOf = async (id: string) => (await call('GET', `Leads/${id}`)).json.data[0].Owner.id;
  expect(await ownerOf(existing)).toBe(owner);
  expect(await ownerOf(json.data[1].details.id)).toBe(ids[1]);

  const top = (await call('GET', 'settings/territories')).json.territories[0].id;
  const territories = [
    { name: 'Of two', reporting_to: { id: top }, lead_rule_criteria: equal('Owner', { id: ids[1] }) },
  ];
  expect((await call('POST', 'settings/territories', { body: { territories } })).status).toBe(201);
  const [made] = (await call('POST', 'Leads', { body: { data: [lead('Eastvale')], lar_id: byCity } })).json.data;
  const record = (await call('GET', `Leads/${made.details.id}`)).json.data[0];
  expect(record.Territories).toMatchObject([{ Name: 'Of two', $assigned: 'automatically' }]);
});

test('who is no active user gets nothing', async () => {
  const rule = await make({ name: 'Gone', module: 'Leads', entries: [{ users: [emails[2], emails[0]] }] });
  await crm.database.query({
    text: "UPDATE crm_user SET status = 'disabled' WHERE data_space = $1 AND user_id = $2",
    values: [dataSpace, ids[2]],
  });
  crm.store.spaces.forget(dataSpace);
  expect(await ownersOf(rule, lead('a'), lead('b'))).toEqual([ids[0], ids[0]]);
  // The default is nobody any more, so that it is whoever creates it.
  expect(await ownersOf(byCity, lead('Elsewhere'))).toEqual([owner]);
});

test('rules that are no rules of the module are refused, and nothing is created', async () => {
  const data = [lead('Northport')];
  for (const lar_id of ['1', 'x', '', 5, {}, '9'.repeat(30)]) {
    const answer = await call('POST', 'Leads', { body: { data, lar_id } });
    expect([answer.status, answer.json.code, answer.json.details], String(lar_id)).toEqual([
      400,
      'INVALID_DATA',
      { api_name: 'lar_id', json_path: '$.lar_id' },
    ]);
  }
  const contact = await call('POST', 'Contacts', { body: { data: [{ Last_Name: 'c' }], lar_id: byCity } });
  expect(contact.json.code).toBe('INVALID_DATA');
  expect((await call('POST', 'Contacts/upsert', { body: { data: [{ Last_Name: 'c' }], lar_id: '1' } })).status).toBe(
    400,
  );
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('POST', 'Leads', { token, body: { data, lar_id: byCity } })).status).toBe(400);
  expect((await call('GET', 'Contacts', { query: { fields: 'id' } })).status).toBe(204);
});

test('definitions that are none are refused and say where', async () => {
  const base = { name: 'N', module: 'Leads', entries: [{ users: [emails[0]] }] };
  const cases: [unknown, object][] = [
    ['x', { json_path: '$' }],
    [{ ...base, name: undefined }, { json_path: '$.name' }],
    [{ ...base, name: 'BY CITY, "NEW" LEADS' }, { json_path: '$.name' }],
    [{ ...base, module: 'Nothing' }, { json_path: '$.module' }],
    [{ ...base, entries: [] }, { json_path: '$.entries' }],
    [{ ...base, entries: ['x'] }, { json_path: '$.entries[0]' }],
    [{ ...base, entries: [{ users: ['nobody@us.example'] }] }, { json_path: '$.entries[0].users[0]' }],
    [{ ...base, default_assignee: 'nobody@us.example' }, { json_path: '$.default_assignee' }],
    [
      { ...base, entries: [{ criteria: equal('Nope', 1), users: [emails[0]] }] },
      { json_path: '$.entries[0].criteria.field.api_name' },
    ],
  ];
  for (const [definition, details] of cases) {
    const refused = await make(definition).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect((refused as Refusal).body.details).toMatchObject(details);
  }
  expect((await call('GET', path, { query: { module: 'Leads' } })).json.assignment_rules).toHaveLength(2);
});

test('of rules made at the same time as many are stored as there may be', async () => {
  const count = { text: 'SELECT 1 FROM crm_assignment_rule WHERE data_space = $1', values: [dataSpace] };
  const there = (await crm.database.query(count)).length;
  await crm.database.query({
    text: `INSERT INTO crm_assignment_rule (data_space, rule_id, module, name, created_by, created_at_ms, modified_by, modified_at_ms)
           SELECT data_space, 9000 + n, module, 'filler ' || n, created_by, created_at_ms, modified_by, modified_at_ms
           FROM crm_assignment_rule, generate_series(1, $2::integer) AS n WHERE data_space = $1 AND rule_id = $3`,
    values: [dataSpace, 99 - there, byCity],
  });
  crm.store.spaces.forget(dataSpace);
  const rule = { module: 'Leads', entries: [{ users: [emails[0]] }] };
  const made = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => make({ ...rule, name: `Late ${index}` })),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await crm.database.query(count)).toHaveLength(100);
});

describe('scoring rules', () => {
  const scoring = 'settings/automation/scoring_rules';
  const module = { api_name: 'Contacts' };
  const worth = (score: number, City: string) => ({ score, criteria: equal('Mailing_City', City) });
  const write = (method: string, where: string, ...scoring_rules: unknown[]) =>
    call(method, where, { body: { scoring_rules } });
  const rule = (name: string, ...field_rules: object[]) => ({ name, module, field_rules });
  const contact = (Mailing_City: string) => one('Contacts', { Last_Name: 'c', Mailing_City });
  /** Positive and negative scores by the names of rules. */
  const scores = async (id: string): Promise<Record<string, [number, number]>> => {
    const { status, json } = await call('GET', `Contacts/${id}/Entity_Scores__s`);
    const data: { Scoring_Rule: { name: string }; Positive_Score: number; Negative_Score: number; Score: number }[] =
      status === 204 ? [] : json.data;
    for (const each of data) expect(each.Score).toBe(each.Positive_Score + each.Negative_Score);
    return Object.fromEntries(data.map((each) => [each.Scoring_Rule.name, [each.Positive_Score, each.Negative_Score]]));
  };

  test('score records that are there by a job, and others as they are written', async () => {
    const before = await contact('Rome');
    expect(await scores(before)).toEqual({});
    const made = await write('POST', scoring, rule('Cities', worth(9, 'Rome'), worth(-4, 'Oslo')));
    expect(made.status, made.text).toBe(201);
    const { id } = made.json.scoring_rules[0].details;
    await expect.poll(() => scores(before), { timeout: 15_000 }).toEqual({ Cities: [9, 0] });
    const version = (await call('GET', `Contacts/${before}`)).json.data[0].Modified_Time;
    const fresh = await contact('Oslo');
    expect(await scores(fresh)).toEqual({ Cities: [0, -4] });
    await call('PUT', `Contacts/${fresh}`, { body: { data: [{ Mailing_City: 'Rome' }] } });
    expect(await scores(fresh)).toEqual({ Cities: [9, 0] });
    const timeline = JSON.stringify((await call('GET', `Contacts/${fresh}/__timeline`)).json);
    expect(timeline).toContain('Mailing_City');
    expect(timeline).not.toContain('$scores');

    // A record that comes back is scored by the rules of then.
    await call('DELETE', `Contacts/${fresh}`);
    const [own] = (await call('GET', `${scoring}/${id}`)).json.scoring_rules;
    const [rome, oslo] = own.field_rules;
    const changed = await write('PUT', `${scoring}/${id}`, {
      field_rules: [{ id: rome.id, score: 2 }, { id: oslo.id, _delete: null }, worth(3, 'Rome')],
    });
    expect(changed.status, changed.text).toBe(200);
    await expect.poll(() => scores(before), { timeout: 15_000 }).toEqual({ Cities: [5, 0] });
    expect((await call('GET', `Contacts/${before}`)).json.data[0].Modified_Time).toBe(version);

    const listed = await call('GET', 'Entity_Scores__s', { query: { fields: 'Score,Entity' } });
    expect(listed.json.data).toEqual([
      {
        ...{ id: before, Score: 5, $field_states: null, $zia_visions: null },
        Entity: { id: before, name: 'c', module: { api_name: 'Contacts', id: expect.any(String) } },
      },
    ]);
    expect((await call('GET', `Entity_Scores__s/${before}`)).json.data).toMatchObject([{ Score: 5 }]);
    expect((await call('GET', 'Entity_Scores__s', { query: { cvid: '1' } })).json.details.param_name).toBe('cvid');

    const copied = await call('POST', `${scoring}/${id}/actions/clone`);
    const copy = copied.json.scoring_rules[0].details.id;
    expect((await call('GET', `${scoring}/${copy}`)).json.scoring_rules[0]).toMatchObject({
      ...{ name: 'Copy of Cities', active: false, field_rules: [{ score: 2 }, { score: 3 }] },
    });
    await call('PUT', `${scoring}/${copy}/actions/activate`);
    await expect.poll(() => scores(before), { timeout: 15_000 }).toEqual({ Cities: [5, 0], 'Copy of Cities': [5, 0] });
    await call('DELETE', `${scoring}/${id}/actions/activate`);
    expect(await scores(before)).toEqual({ 'Copy of Cities': [5, 0] });
    expect((await call('DELETE', scoring, { query: { ids: `${id},${copy}` } })).status).toBe(200);
    expect(await scores(before)).toEqual({});
  });

  test('are refused with what was expected', async () => {
    const kept = await write('POST', scoring, { ...rule('Kept', worth(1, 'x')), active: false });
    const cases: [object, string, string | undefined][] = [
      [{}, 'MANDATORY_NOT_FOUND', 'name'],
      [{ name: 'n'.repeat(26), module, field_rules: [worth(1, 'x')] }, 'INVALID_DATA', 'name'],
      [{ name: 'n', field_rules: [worth(1, 'x')] }, 'MANDATORY_NOT_FOUND', 'module'],
      [{ name: 'n', module: { api_name: 'Nope' }, field_rules: [worth(1, 'x')] }, 'INVALID_DATA', 'module'],
      [rule('n'), 'MANDATORY_NOT_FOUND', 'field_rules'],
      [rule('n', worth(11, 'x')), 'INVALID_DATA', 'score'],
      [rule('n', worth(1.5, 'x')), 'INVALID_DATA', 'score'],
      [rule('n', { criteria: {} }), 'MANDATORY_NOT_FOUND', 'score'],
      [rule('n', { score: 1 }), 'MANDATORY_NOT_FOUND', 'criteria'],
      [rule('n', { score: 1, criteria: equal('Nope', 'x') }), 'INVALID_DATA', 'Nope'],
      [rule('n', { id: '7', score: 1, criteria: equal('Mailing_City', 'x') }), 'INVALID_DATA', 'id'],
      [{ ...rule('n', worth(1, 'x')), layout: { id: '7' } }, 'INVALID_DATA', 'layout'],
      [{ ...rule('n', worth(1, 'x')), signal_rules: [{ score: 1 }] }, 'NOT_SUPPORTED', 'signal_rules'],
      [rule('kept', worth(1, 'x')), 'DUPLICATE_DATA', 'name'],
    ];
    for (const [item, code, name] of cases) {
      const { json } = await write('POST', scoring, item);
      expect([json.scoring_rules?.[0].code, json.scoring_rules?.[0].details.api_name], JSON.stringify(item)).toEqual([
        code,
        name,
      ]);
    }
    const run = (body: object) => call('PUT', 'Contacts/actions/run_scoring_rules', { body });
    const { id } = kept.json.scoring_rules[0].details;
    expect((await run({ scoring_rules: [id] })).json.code).toBe('INVALID_DATA');
    expect((await run({})).json.code).toBe('NOT_ALLOWED');
    expect((await call('GET', 'Entity_Scores__s')).status).toBe(204);
  });
});
