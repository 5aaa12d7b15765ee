import { afterAll, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const path = 'settings/record_locking_configurations';
const key = 'record_locking_configurations';
const deals = { query: { module: 'Deals' } };
const closed = { field: { api_name: 'Stage' }, comparator: 'equal', value: 'Closed Won' };
const rule = (more: object = {}) => ({ name: 'Closed', criteria: closed, ...more });
const post = (item: object, module = 'Deals') => call('POST', path, { query: { module }, body: { [key]: [item] } });
const deal = (Stage: string) => one('Deals', { Deal_Name: 'D', Stage });
const update = (id: string, item: object, options: object = {}) =>
  call('PUT', `Deals/${id}`, { body: { data: [item] }, ...options });
const record = async (id: string) => (await call('GET', `Deals/${id}`)).json.data[0];

test('rules lock records when they are written, and those that are there if they say so', async () => {
  expect((await call('GET', path, deals)).status).toBe(204);
  const before = await deal('Closed Won');
  const made = await post({
    ...{ lock_type: 'both', excluded_fields: [{ api_name: 'Description' }] },
    locking_rules: [rule({ lock_existing_records: true })],
  });
  expect([made.status, made.json[key][0].code], made.text).toEqual([201, 'SUCCESS']);
  const { id } = made.json[key][0].details;
  await until(async () => (await record(before)).Locked__s === true, 'the record that was there is locked');
  const open = await deal('Qualification');
  expect((await record(open)).Locked__s).toBe(false);
  expect((await update(open, { Stage: 'Closed Won' })).status).toBe(200);
  const refused = await update(open, { Stage: 'Qualification' });
  expect([refused.status, refused.json.data[0].code]).toEqual([400, 'RECORD_LOCKED']);
  expect((await call('DELETE', `Deals/${open}`)).json.data[0].code).toBe('RECORD_LOCKED');
  expect((await update(open, { Description: 'free' })).status).toBe(200);

  const [shown] = (await call('GET', path, deals)).json[key];
  expect(shown).toMatchObject({
    ...{ id, lock_type: 'both', excluded_fields: [{ api_name: 'Description' }], locked_for: 'all_profiles' },
    locking_rules: [{ name: 'Closed', criteria: closed, lock_existing_records: true }],
  });
  const locks = `Deals/${open}/Locking_Information__s`;
  const [lock] = (await call('GET', locks)).json.data;
  expect(lock).toMatchObject({
    ...{ Lock_Source__s: 'Automatic', Record_Locking_Configuration_Id__s: id },
    Record_Locking_Rule_Id__s: shown.locking_rules[0].id,
  });
  const reason = await call('PUT', `${locks}/${lock.id}`, { body: { data: [{ Locked_Reason__s: 'x' }] } });
  expect(reason.json.code).toBe('NOT_SUPPORTED');
  expect((await call('DELETE', `${locks}/${lock.id}`)).status).toBe(200);
  expect((await call('GET', locks)).status).toBe(204);
  expect((await record(open)).Locked__s).toBe(false);
  expect((await update(open, { Stage: 'Qualification' })).status).toBe(200);
});

test('a configuration is changed, holds no user of an excluded profile, and is deleted', async () => {
  const [{ id, locking_rules: rules }] = (await call('GET', path, deals)).json[key];
  const change = (item: object) => call('PUT', `${path}/${id}`, { ...deals, body: { [key]: [item] } });
  const held = await deal('Closed Won');
  expect((await update(held, { Amount: 1 })).json.data[0].code).toBe('RECORD_LOCKED');
  const profile = (await call('GET', 'settings/profiles')).json.profiles.find(
    (each: { name: string }) => each.name === 'Administrator',
  );
  expect((await change({ lock_excluded_profiles: [{ id: profile.id }] })).status).toBe(200);
  expect((await update(held, { Amount: 1 })).status).toBe(200);
  const other = await call('PUT', path, { ...deals, body: { [key]: [{ id, lock_excluded_profiles: [] }] } });
  expect(other.status, other.text).toBe(200);
  expect((await change({ lock_type: 'automatic' })).status).toBe(200);
  const manual = await call('POST', `Deals/${await deal('Qualification')}/Locking_Information__s`, {
    body: { data: [{}] },
  });
  expect([manual.status, manual.json.code]).toEqual([400, 'NOT_SUPPORTED']);
  const without = await change({ lock_type: 'manual', locking_rules: [{ id: rules[0].id, _delete: true }] });
  expect(without.status, without.text).toBe(200);
  expect((await record(await deal('Closed Won'))).Locked__s).toBe(false);
  expect((await call('DELETE', `${path}/${id}`, deals)).status).toBe(200);
  expect((await call('DELETE', `${path}/${id}`, deals)).json.code).toBe('INVALID_DATA');
});

test('what makes no sense is refused with what was expected', async () => {
  const at = `$.${key}[0]`;
  const cases: [object, string, string][] = [
    [{}, 'MANDATORY_NOT_FOUND', `${at}.lock_type`],
    [{ lock_type: 'x' }, 'INVALID_DATA', `${at}.lock_type`],
    [{ lock_type: 'automatic' }, 'MANDATORY_NOT_FOUND', `${at}.locking_rules`],
    [{ lock_type: 'both', locking_rules: [{ name: 'N' }] }, 'MANDATORY_NOT_FOUND', `${at}.locking_rules[0].criteria`],
    [{ lock_type: 'manual', excluded_fields: [{ api_name: 'x' }] }, 'INVALID_DATA', `${at}.excluded_fields[0]`],
    [{ lock_type: 'manual', lock_for_portal_users: true }, 'NOT_SUPPORTED', `${at}.lock_for_portal_users`],
  ];
  for (const [item, code, json_path] of cases) {
    const { status, json } = await post(item, 'Vendors');
    expect([status, json[key][0].code, json[key][0].details.json_path]).toEqual([400, code, json_path]);
  }
  expect((await post({ lock_type: 'manual' }, 'Notes')).json.code).toBe('NOT_SUPPORTED');
  await post({ lock_type: 'manual' }, 'Vendors');
  expect((await post({ lock_type: 'manual' }, 'Vendors')).json[key][0].code).toBe('NOT_ALLOWED');
});
