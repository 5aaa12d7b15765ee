import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call } = checkedCalls(crm);

let keys = 0;
const newKey = () => `key-${++keys}`;
const create = (key: string, name: string, token = crm.token) =>
  call('POST', 'Leads', { token, body: { data: [{ Last_Name: name }] }, headers: { 'idempotency-key': key } });
const count = async (name: string) =>
  Number(
    (
      await crm.database.query<{ count: string }>({
        text: `SELECT count(*) FROM crm_record WHERE data ->> 'Last_Name' = $1`,
        values: [name],
      })
    )[0]?.count,
  );

test('the same key and body create once and have the same answer', async () => {
  const key = newKey();
  const first = await create(key, 'Once');
  crm.clock.advance(3);
  const second = await create(key, 'Once');
  expect(first.status).toBe(201);
  expect(second.json).toEqual(first.json);
  expect([first.headers['idempotent-replayed'], second.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
  expect(await count('Once')).toBe(1);
});

test('twenty at the same moment create once', async () => {
  const key = newKey();
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(key, 'Moment')));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await count('Moment')).toBe(1);
});

test('two processes at the same moment create once', async () => {
  // The other environments' listeners share this one's locks; a lock taken away stands for another process.
  const key = newKey();
  const { changeLocks } = crm.store;
  const run = changeLocks.run.bind(changeLocks);
  changeLocks.run = (_keys, work) => work();
  const answers = await Promise.all(Array.from({ length: 4 }, () => create(key, 'Processes')));
  changeLocks.run = run;
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await count('Processes')).toBe(1);
});

test('the same key with another body is refused', async () => {
  const key = newKey();
  await create(key, 'Body');
  const refused = await create(key, 'Other body');
  expect([refused.status, refused.json.code, refused.json.details]).toEqual([
    400,
    'INVALID_DATA',
    { header_name: 'Idempotency-Key' },
  ]);
  expect(await count('Other body')).toBe(0);
});

test('keys belong to their user and last a day', async () => {
  const key = newKey();
  const { userId } = await crm.addUser('Keyed').then(() => ({ userId: crm.neighbour.ownerZuid }));
  const other = crm.tokenFor(crm.neighbour.organizationId, userId);
  await create(key, 'Mine');
  expect((await create(key, 'Theirs', other)).status).toBe(201);
  crm.clock.advance(86_400);
  const token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
  const late = await create(key, 'Mine', token);
  expect(late.headers['idempotent-replayed']).toBeUndefined();
  expect(await count('Mine')).toBe(2);
});

test('what is refused keeps no key', async () => {
  const key = newKey();
  const token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
  const options = { token, headers: { 'idempotency-key': key } };
  expect((await call('POST', 'Leads', { ...options, body: {} })).status).toBe(400);
  expect((await create(key, 'After', token)).status).toBe(201);
});

test('malformed keys are refused, and other methods do not look at them', async () => {
  const token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
  for (const key of ['', 'a b', 'x'.repeat(256)]) {
    const refused = await create(key, 'Bad key', token);
    expect([refused.status, refused.json.code]).toEqual([400, 'INVALID_DATA']);
  }
  expect((await call('GET', 'org', { token, headers: { 'idempotency-key': '' } })).status).toBe(200);
});

test('tags, unique values and settings are created once too', async () => {
  const token = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
  const headers = { 'idempotency-key': newKey() };
  const body = { data: [{ Product_Name: 'P', Tag: [{ name: 'fresh' }] }, {}] };
  const answers = [];
  for (let i = 0; i < 2; i++) answers.push(await call('POST', 'Products', { token, headers, body }));
  expect(answers.map(({ status }) => status)).toEqual([207, 207]);
  const id = answers[1]?.json.data[0].details.id;
  expect((await call('GET', `Products/${id}`, { token })).json.data[0].Tag).toMatchObject([{ name: 'fresh' }]);
  const tag = { headers: { 'idempotency-key': newKey() }, query: { module: 'Leads' }, token };
  const tags = { tags: [{ name: 'once' }] };
  const first = await call('POST', 'settings/tags', { ...tag, body: tags });
  expect((await call('POST', 'settings/tags', { ...tag, body: tags })).json).toEqual(first.json);
});
