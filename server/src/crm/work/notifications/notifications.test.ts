import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { localDataCenter } from '../../../config/data-centers.ts';
import { ChangeNotices } from '../../../database/change-notices.ts';
import { silentLog } from '../../../http/log.ts';
import { outgoingPolicy } from '../../../http/outgoing/outgoing-policy.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { readContract } from '../../testing/contracts.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { Notifier } from './notifier.ts';

const crm = await startCrm();
const { call, one } = checkedCalls(crm);
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies
const received: any[] = [];
let status = 200;
const receiver = createServer(async (request, response) => {
  const chunks = await Array.fromAsync(request);
  received.push(JSON.parse(Buffer.concat(chunks).toString()));
  response.writeHead(status).end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?a=1`;
const dataCenter = localDataCenter('us', 'global', 0, 8000);
// Its notices are never started: tests say when it sends.
const notifier = new Notifier({
  store: crm.store,
  dataCenter,
  notices: new ChangeNotices(crm.database),
  clock: crm.clock,
  log: silentLog,
  events: { record: (event) => crm.recorded.push(event) },
  policy: outgoingPolicy(crm.settings.outgoingCalls, { dataCenters: [dataCenter] }, []),
});
afterAll(async () => {
  await notifier.close();
  receiver.close();
  await crm.close();
});

let channel = 10_000;
let token = '';
beforeEach(async () => {
  await crm.database.query({ text: 'TRUNCATE crm_watch, crm_notification' });
  received.length = 0;
  status = 200;
  token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
  channel++;
});
const soon = () => new Date(crm.clock.nowMs() + 1_800_000).toISOString().replace(/\.\d+Z$/, '+00:00');
const watch = (item: object) =>
  call('POST', 'actions/watch', {
    token,
    body: { watch: [{ channel_id: String(channel), notify_url: url, channel_expiry: soon(), token: 'tk', ...item }] },
  });
const put = (id: string, item: object) => call('PUT', `Leads/${id}`, { token, body: { data: [item] } });
const leads = (count: number, by = token) =>
  call('POST', 'Leads', { token: by, body: { data: Array.from({ length: count }, () => ({ Last_Name: 'W' })) } });
const lead = async (): Promise<string> => (await leads(1)).json.data[0].details.id;

interface Callback {
  paths: Record<string, { post: { requestBody: { content: Record<string, { schema: object }> } } }>;
  components: object;
}
const contract = readContract('notification_callback.json') as Callback | undefined;
const schema = contract?.paths['/NOTIFY_URL']?.post.requestBody.content['application/json']?.schema;
const validate = schema && new Ajv2020({ strict: false }).compile({ ...schema, components: contract?.components });

describe('what is told', () => {
  test('creates, changes with their values, and deletions, in the form of the contract', async () => {
    const subscribed = await watch({ events: ['Leads.all'], return_affected_field_values: true });
    expect(subscribed.status, subscribed.text).toBe(201);
    const id = await lead();
    await notifier.send();
    await put(id, { Phone: '77', Last_Name: 'Changed' });
    await notifier.send();
    await call('DELETE', `Leads/${id}`, { token });
    await notifier.send();
    expect(received.map(({ operation }) => operation)).toEqual(['insert', 'update', 'delete']);
    for (const body of received) {
      expect(validate?.(body) ?? true, JSON.stringify(validate?.errors)).toBe(true);
      expect(body).toMatchObject({ ids: [id], module: 'Leads', channel_id: String(channel), token: 'tk' });
      expect(body.query_params).toEqual({ a: '1' });
    }
    const [insert, update] = received;
    expect(insert.affected_fields).toEqual([]);
    expect(update.affected_fields[0][id]).toEqual(expect.arrayContaining(['Last_Name', 'Phone']));
    expect(update.affected_values[0].values).toMatchObject({ Phone: '77', Last_Name: 'Changed' });
  });

  test('only the events and modules that are watched', async () => {
    await watch({ events: ['Leads.create', 'Contacts.delete'] });
    await put(await lead(), { Phone: '1' });
    await one('Contacts', { Last_Name: 'C' });
    await notifier.send();
    expect(received.map(({ module, operation }) => [module, operation])).toEqual([['Leads', 'insert']]);
    expect(received[0]).not.toHaveProperty('affected_values');
  });

  test('only changes of the fields of the condition', async () => {
    const group = ['Phone', 'Mobile'].map((api_name) => ({ field: { api_name, id: '1' } }));
    const field_selection = { group_operator: 'or', group };
    const condition = { type: 'field_selection', module: { api_name: 'Leads', id: '1' }, field_selection };
    await watch({ events: ['Leads.edit'], notification_condition: [condition] });
    const id = await lead();
    await put(id, { Company: 'Nobody is told' });
    await put(id, { Mobile: '1', Company: 'Somebody is told' });
    await notifier.send();
    expect(received.map((body) => body.affected_fields[0][id])).toEqual([['Company', 'Mobile']]);
  });

  test('groups of conditions stand inside each other', async () => {
    const field = (api_name: string) => ({ field: { api_name } });
    const both = (...names: string[]) => ({ group_operator: 'and', group: names.map(field) });
    const group = [
      field('Fax'),
      { group_operator: 'AND', group: [{ group: [field('Phone'), field('Mobile')] }, both('City')] },
    ];
    const condition = { type: 'field_selection', field_selection: { group_operator: 'or', group } };
    const made = await watch({ events: ['Leads.edit'], notification_condition: [condition] });
    expect(made.status, made.text).toBe(201);
    const [listed] = (await call('GET', 'actions/watch', { token })).json.watch;
    expect(listed).toMatchObject({ fields: ['Fax', 'Phone', 'City', 'Mobile'], notification_condition: [condition] });
    const id = await lead();
    for (const item of [
      { Phone: '1' },
      { City: 'A' },
      { Mobile: '1', City: 'B' },
      { Phone: '2', City: 'C' },
      { Fax: '1' },
    ]) {
      await put(id, item);
    }
    await notifier.send();
    expect(received.map((body) => body.affected_fields[0][id])).toEqual([
      ['City', 'Mobile'],
      ['City', 'Phone'],
      ['Fax'],
    ]);
  });

  test('a hundred records in one call, and nothing of others', async () => {
    await watch({ events: ['Leads.create'] });
    await leads(100);
    await leads(1, crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid));
    await notifier.send();
    expect(received.map(({ ids }) => ids.length)).toEqual([100]);
  });

  test('nothing of what was rolled back', async () => {
    await watch({ events: ['Leads.create'] });
    const requests = [[{ Last_Name: 'Undone' }], [{}]].map((data, index) => ({
      sub_request_id: String(index),
      method: 'POST',
      uri: '/crm/v8/Leads',
      body: { data },
    }));
    const body = { rollback_on_fail: true, __composite_requests: requests };
    expect((await crm.call('POST', '/crm/v8/__composite_requests', { token, body })).status).toBe(400);
    await notifier.send();
    expect(received).toEqual([]);
  });

  test('nothing after the channel has expired', async () => {
    await watch({ events: ['Leads.create'] });
    await lead();
    crm.clock.advance(1_801);
    await notifier.send();
    expect(received).toEqual([]);
    expect(await crm.database.query({ text: 'SELECT 1 FROM crm_notification' })).toEqual([]);
  });
});

describe('calls that fail', () => {
  test('are made again after a while, and given up in the end', async () => {
    await watch({ events: ['Leads.create'] });
    status = 503;
    await lead();
    await notifier.send();
    await notifier.send();
    expect(received).toHaveLength(1);
    await crm.database.query({ text: 'UPDATE crm_watch SET expires_at_ms = expires_at_ms + 86400000' });
    for (let attempt = 0; attempt < 8; attempt++) {
      crm.clock.advance(1_800);
      await notifier.send();
    }
    expect(received).toHaveLength(6);
    const last = crm.recorded.filter(({ kind }) => kind === 'notification').at(-1);
    expect(last).toMatchObject({ outcome: 'NotDelivered', detail: { why: 'Status503', again: false } });
  });
});

describe('channels', () => {
  const list = (query: Record<string, string> = {}) => call('GET', 'actions/watch', { token, query });
  const change = (method: string, item: object) =>
    call(method, 'actions/watch', { token, body: { watch: [{ channel_id: channel, ...item }] } });

  test('are listed, changed, replaced and dropped', async () => {
    await watch({ events: ['Leads.create', 'Deals.all'] });
    const events = async () => (await list()).json.watch.map((each: { events: string[] }) => each.events);
    expect(await events()).toEqual([['Leads.create'], ['Deals.all']]);
    expect((await change('PATCH', { events: ['Leads.edit'], token: 'new' })).status).toBe(200);
    expect((await list({ module: 'Leads' })).json.watch[0]).toMatchObject({
      events: ['Leads.create', 'Leads.edit'],
      token: 'new',
    });
    const removed = await change('PATCH', { events: ['Deals.all'], _delete_events: true });
    expect(removed.json.watch[0].message).toBe('Successfully removed the subscribe details');
    expect(await events()).toEqual([['Leads.create', 'Leads.edit']]);
    // Without the check by the contract, which does not know the code that the documentation names.
    const nothing = await crm.call('PATCH', '/crm/v8/actions/watch', {
      token,
      body: { watch: [{ channel_id: channel }] },
    });
    expect(nothing.json.watch[0]).toMatchObject({
      code: 'EXPECTED_FIELD_MISSING',
      details: { expected_fields: expect.arrayContaining([{ api_name: 'token', json_path: '$.watch[0].token' }]) },
    });
    expect((await change('PUT', { events: ['Tasks.all'], notify_url: url })).status).toBe(200);
    expect(await events()).toEqual([['Tasks.all']]);
    const dropped = await call('DELETE', 'actions/watch', { token, query: { channel_ids: `${channel},5` } });
    const codes = dropped.json.watch.map(({ code }: { code: string }) => code);
    expect([dropped.status, codes]).toEqual([207, ['SUCCESS', 'NOT_SUBSCRIBED']]);
    expect((await list()).status).toBe(204);
  });

  test('end an hour from now without a time, or with one of more than a week', async () => {
    for (const channel_expiry of [undefined, '2099-01-01T00:00:00Z']) {
      const answer = await watch({ events: ['Leads.all'], channel_expiry });
      const ends = Date.parse(answer.json.watch[0].details.events[0].channel_expiry);
      expect(Math.abs(ends - crm.clock.nowMs() - 3_600_000)).toBeLessThan(1_000);
    }
  });

  test.each([
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775807', '9223372036854775807'],
    ['-0042', '-42'],
    ['0', '0'],
    [-7, '-7'],
  ])('may be called %s', async (channel_id, shown) => {
    expect((await watch({ channel_id, events: ['Leads.create'] })).json.watch[0].details.events[0].channel_id).toBe(
      shown,
    );
    expect((await list({ channel_id: String(channel_id) })).json.watch[0].channel_id).toBe(shown);
    expect((await change('PATCH', { channel_id, token: 'other' })).status).toBe(200);
    await lead();
    await notifier.send();
    expect(received.map((body) => body.channel_id)).toEqual([shown]);
    const dropped = await call('DELETE', 'actions/watch', { token, query: { channel_ids: `${channel_id}` } });
    expect([dropped.status, dropped.json.watch[0].details.channel_id]).toEqual([200, shown]);
  });

  test('with a 64-bit number in JSON keep all its digits', async () => {
    const rawBody = `{"watch":[{"channel_id":-9223372036854775807,"events":["Leads.all"],"notify_url":"${url}"}]}`;
    const answer = await call('POST', 'actions/watch', { token, rawBody });
    expect(answer.json.watch[0].details.events[0].channel_id).toBe('-9223372036854775807');
  });

  const deep = (depth: number): object =>
    depth === 0 ? { field: { api_name: 'Phone' } } : { group: [deep(depth - 1)] };
  const selecting = (field_selection: object) => ({
    events: ['Leads.edit'],
    notification_condition: [{ type: 'field_selection', field_selection }],
  });
  const eleven = Array.from({ length: 11 }, () => deep(0));

  test.each([
    [{ channel_id: '9223372036854775808' }, 'channel_id', { expected_data_type: 'bigint' }],
    [{ channel_id: '-9223372036854775809' }, 'channel_id', { expected_data_type: 'bigint' }],
    [{ channel_id: 1.5 }, 'channel_id', { expected_data_type: 'bigint' }],
    [{ channel_id: '' }, 'channel_id', { expected_data_type: 'bigint' }],
    [{ channel_expiry: '2026-03-10T12:30:00.123+00:00' }, 'channel_expiry', { expected_data_type: 'datetime' }],
    [{ channel_expiry: '2026-03-10T12:30:00.000Z' }, 'channel_expiry', { expected_data_type: 'datetime' }],
    [selecting({ group: [] }), 'notification_condition[0].field_selection.group', { minimum_length: 1 }],
    [selecting({ group: 'x' }), 'notification_condition[0].field_selection.group', { expected_data_type: 'jsonarray' }],
    [
      selecting({ group: [deep(0), { group: [deep(0)], group_operator: 'xor' }] }),
      'notification_condition[0].field_selection.group[1].group_operator',
      { supported_values: ['and', 'or'] },
    ],
    [
      selecting({ group: [{ group: [{ field: { api_name: 'Nope' } }] }] }),
      'notification_condition[0].field_selection.group[0].group[0].field.api_name',
      {},
    ],
    [
      selecting({ group: [...eleven.slice(0, 5), { group: eleven.slice(5) }] }),
      /group\[5\]\.group\[5\]$/,
      { maximum_length: 10 },
    ],
    [selecting(deep(11)), /group\[0\]\.group$/, { limit: 10 }],
  ])('%j is refused with its place', async (item, place, details) => {
    const answer = await watch({ events: ['Leads.all'], ...item });
    const [body] = answer.json.watch;
    expect([answer.status, body.code]).toEqual([400, 'INVALID_DATA']);
    expect(body.details).toMatchObject(details);
    if (typeof place === 'string') expect(body.details.json_path).toBe(`$.watch[0].${place}`);
    else expect(body.details.json_path).toMatch(place);
  });

  test.each([
    [{ events: ['Leads.all'], token: 'x'.repeat(51) }, 'INVALID_DATA'],
    [{ events: ['Nope.all'] }, 'INVALID_DATA'],
    [{ events: ['Leads.explode'] }, 'INVALID_DATA'],
    [{ events: [] }, 'MANDATORY_NOT_FOUND'],
    [{}, 'MANDATORY_NOT_FOUND'],
    [{ events: ['Leads.all'], notify_url: 'ftp://example.com' }, 'INVALID_URL'],
    [{ events: ['Leads.all'], notify_url: 'http://a:b@example.com' }, 'INVALID_URL'],
    [{ events: ['Leads.all'], channel_id: 'x' }, 'INVALID_DATA'],
    [{ events: ['Leads.all'], channel_expiry: '2001-01-01T00:00:00Z' }, 'INVALID_DATA'],
    [{ events: ['Leads.all'], notification_condition: [{ type: 'x' }] }, 'INVALID_DATA'],
    [{ events: ['Leads.all'], return_affected_field_values: 'yes' }, 'INVALID_DATA'],
  ])('%j is refused with %s', async (item, code) => {
    const answer = await watch(item);
    expect([answer.status, answer.json.watch[0].code]).toEqual([400, code]);
  });

  test('need a scope for the module too, and belong to their user', async () => {
    const scoped = crm.tokenWithScopes(['ZohoCRM.notifications.ALL', 'ZohoCRM.modules.leads.READ']);
    const body = { watch: [{ channel_id: '1', events: ['Contacts.all'], notify_url: url }] };
    expect((await call('POST', 'actions/watch', { token: scoped, body })).json.code).toBe('OAUTH_SCOPE_MISMATCH');
    await watch({ events: ['Leads.all'] });
    const other = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect((await call('GET', 'actions/watch', { token: other })).status).toBe(204);
    const drop = await call('DELETE', 'actions/watch', { token: other, query: { channel_ids: String(channel) } });
    expect(drop.json.watch[0].code).toBe('NOT_SUBSCRIBED');
  });
});
