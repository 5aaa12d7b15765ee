import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unzip, zipOf as zipOfFixture } from '../../../../server/src/crm/work/bulk/testing/zips.ts';
import { CrmClient, coql, coqlName, type Notification, notificationReceiver } from '../index.ts';
import { type Live, startLive } from '../testing/live.ts';
import { startOddServer } from '../testing/odd-server.ts';
import { csvRows } from './csv.ts';
import { zipEntries } from './zip-read.ts';
import { zipOf } from './zip-write.ts';

let live: Live;
let crm: CrmClient;
beforeAll(async () => {
  live = await startLive();
  crm = new CrmClient(await live.signIn(live.oauth(), 'in'));
});
afterAll(() => live?.stop());
const all = <T>(rows: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(rows);

describe('records', () => {
  test('create, get, update, upsert, delete, deleted', async () => {
    const { details } = await crm.records.create('Leads', {
      Last_Name: "O'Neill",
      Company: 'Acme & Co #1',
      Email: 'o@x.example',
    });
    const id = String(details.id);
    expect(await crm.records.get('Leads', id)).toMatchObject({ Last_Name: "O'Neill", Company: 'Acme & Co #1' });
    await crm.records.update('Leads', { id, Company: 'Other' });
    const same = { Last_Name: 'Two', Email: 'o@x.example', Company: 'Third' };
    const [upserted] = await crm.records.upsertAll('Leads', [same], { duplicateCheckFields: ['Email'] });
    expect(upserted).toMatchObject({ action: 'update', details: { id } });
    expect(await crm.records.delete('Leads', [id])).toMatchObject([{ status: 'success', details: { id } }]);
    expect(await crm.records.get('Leads', id).catch(() => null)).toBeNull();
    expect((await all(crm.records.deleted('Leads'))).map((gone) => gone.id)).toContain(id);
  });

  test('results come in the order of the input, good and refused; a single one throws', async () => {
    const results = await crm.records.createAll('Leads', [
      { Last_Name: 'A' },
      { Company: 'no name' },
      { Last_Name: 'C' },
    ]);
    expect(results.map(({ code }) => code)).toEqual(['SUCCESS', 'MANDATORY_NOT_FOUND', 'SUCCESS']);
    await expect(crm.records.create('Leads', { Company: 'no name' })).rejects.toMatchObject({
      name: 'ApiError',
      code: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Last_Name' },
      mend: expect.any(String),
    });
  });

  test('beyond 2,000 records by an iterator; count, search, COQL', async () => {
    const contacts = Array.from({ length: 2150 }, (_, index) => ({
      Last_Name: `N${index}`,
      Department: index % 2 ? "it's, (odd)" : 'even',
    }));
    const results = await crm.records.createAll('Contacts', contacts);
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(2150);
    const ids = new Set<string>();
    for await (const { id } of crm.records.list('Contacts', { fields: ['Last_Name'], sortBy: 'id' }))
      ids.add(String(id));
    expect(ids.size).toBe(2150);
    expect(await crm.records.count('Contacts')).toBe(2150);
    const found = await all(
      crm.records.search('Contacts', { criteria: '(Last_Name:equals:N77)', fields: ['Last_Name'] }),
    );
    expect(found).toMatchObject([{ Last_Name: 'N77' }]);
    const query = coql`select ${coqlName('Last_Name')} from Contacts where Department = ${"it's, (odd)"} and Last_Name in ${['N1', 'N2', 'N3']}`;
    expect((await all(crm.query(query))).map((row) => row.Last_Name).toSorted()).toEqual(['N1', 'N3']);
    expect(await all(crm.query(coql`select Last_Name from Contacts where id is not null`))).toHaveLength(2150);
    expect(await all(crm.query(coql`select Last_Name from Contacts where id is not null limit 3`))).toHaveLength(3);
  });

  test('a text of COQL stays a text', () => {
    expect(coql`where a = ${"x' or 1=1 \\"}`.text).toBe("where a = 'x\\' or 1=1 \\\\'");
    expect(() => coqlName('a from b')).toThrow(TypeError);
    expect(() => coql`where a in ${[]}`).toThrow('empty list');
    expect(coql`b = ${new Date(0)} and c = ${true} and d = ${null}`.text).toBe(
      "b = '1970-01-01T00:00:00+00:00' and c = true and d = null",
    );
  });

  test('refusals keep the code; paths cannot be escaped', async () => {
    await expect(all(crm.records.list('Nothing', { fields: ['id'] }))).rejects.toMatchObject({
      code: 'INVALID_MODULE',
      status: 400,
    });
    expect(() => crm.related('Leads', '..', 'Notes')).toThrow(TypeError);
    await expect(crm.records.get('Leads', '')).rejects.toThrow(TypeError);
  });
});

test('related records, attachments and files', async () => {
  const id = String((await crm.records.create('Leads', { Last_Name: 'Files' })).details.id);
  const notes = crm.related('Leads', id, 'Notes');
  expect(await notes.create([{ Note_Title: 'T', Note_Content: 'C' }])).toMatchObject([{ status: 'success' }]);
  expect(await all(notes.list({ fields: ['Note_Title'] }))).toMatchObject([{ Note_Title: 'T' }]);
  const pieces = async function* () {
    yield Buffer.from('first, ');
    yield Buffer.from('second');
  };
  const attached = await crm.files.attach('Leads', id, { name: 'Zuñiga 1, 2.txt', content: pieces() });
  const [listed] = await all(crm.files.attachments('Leads', id));
  expect(listed).toMatchObject({ id: attached.details.id });
  const file = await crm.files.attachment('Leads', id, String(listed?.id));
  expect(file.name).toBe('Zuñiga 1, 2.txt');
  expect(Buffer.from(await file.bytes()).toString()).toBe('first, second');
  await crm.files.detach('Leads', id, String(listed?.id));
  expect(await all(crm.files.attachments('Leads', id))).toEqual([]);
  const fileId = await crm.files.upload({ name: 'a.txt', content: 'abc' });
  expect(Buffer.from(await (await crm.files.download(fileId)).bytes()).toString()).toBe('abc');
});

test('metadata and users', async () => {
  live.calls.length = 0;
  const [fields] = await Promise.all([crm.metadata.fields('Leads'), crm.metadata.fields('Leads')]);
  await crm.metadata.fields('Leads');
  expect(fields.map((field) => field.api_name)).toContain('Last_Name');
  expect(live.calls).toHaveLength(1);
  expect((await crm.metadata.modules()).map((module) => module.api_name)).toContain('Leads');
  expect(await crm.metadata.layouts('Leads')).toHaveLength(1);
  expect((await crm.metadata.relatedLists('Leads')).length).toBeGreaterThan(3);
  expect((await crm.metadata.customViews('Leads')).length).toBeGreaterThan(1);
  const me = await crm.users.current();
  expect(me.email).toBe('user@in.example');
  expect(await crm.users.get(String(me.id))).toMatchObject({ id: me.id });
  expect(await all(crm.users.list('ActiveUsers'))).toHaveLength(1);
  expect(await crm.users.organization()).toMatchObject({ type: 'production' });
});

test('bulk write and bulk read, in streams', async () => {
  const rows = async function* () {
    for (let index = 0; index < 500; index++) {
      yield {
        Product_Name: `Bulk "${index}", of;many\nlines`,
        Product_Code: index === 7 ? 'x'.repeat(300) : `c${index}`,
      };
    }
  };
  const results = await all(crm.bulkWrite('Products', rows(), { operation: 'insert', pollMs: 200 }));
  expect(results).toHaveLength(500);
  expect(results.filter(({ status }) => status === 'ADDED')).toHaveLength(499);
  expect(results[7]).toMatchObject({
    status: 'SKIPPED',
    id: undefined,
    errors: expect.stringContaining('Product_Code'),
  });
  const states: string[] = [];
  const read = crm.bulkRead('Products', {
    fields: ['Product_Name', 'Product_Code'],
    criteria: { api_name: 'Product_Code', comparator: 'starts_with', value: 'c49' },
    pollMs: 200,
    onState: (state) => states.push(state),
  });
  const names = (await all(read)).map(({ Product_Name }) => Product_Name).toSorted();
  expect(names).toHaveLength(11);
  expect(names[0]).toBe('Bulk "49", of;many\nlines');
  expect(states.at(-1)).toBe('COMPLETED');
});

test('notifications: told with the channel token, nothing else is believed', async () => {
  const told: Notification[] = [];
  const arrived = Promise.withResolvers<void>();
  const receiver = notificationReceiver({
    token: (channelId) => (channelId === '10001' ? 'channel-token' : undefined),
    onNotification: (notification) => {
      told.push(notification);
      arrived.resolve();
    },
  });
  const server = createServer((request, response) => void receiver.node(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const notifyUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const channel = { channelId: '10001', events: ['Vendors.create'], notifyUrl, token: 'channel-token' };
  try {
    expect(await crm.notifications.watch([channel])).toMatchObject([{ status: 'success' }]);
    const { details } = await crm.records.create('Vendors', { Vendor_Name: 'V' });
    await arrived.promise;
    expect(told).toMatchObject([{ channelId: '10001', module: 'Vendors', operation: 'insert', ids: [details.id] }]);
    const post = async (body: string) => {
      const answer = await receiver.fetch(new Request(notifyUrl, { method: 'POST', body }));
      return answer.status;
    };
    expect(await post('{"channel_id":"10001","token":"other"}')).toBe(403);
    expect(await post('{"channel_id":"10002","token":"channel-token"}')).toBe(403);
    expect(await post('{"channel_id":"10001"}')).toBe(403);
    expect(await post('no json')).toBe(400);
    expect(await post(`"${'x'.repeat(1_000_000)}"`)).toBe(413);
    expect(told).toHaveLength(1);
    expect(await crm.notifications.list()).toHaveLength(1);
    expect(await crm.notifications.unwatch(['10001'])).toMatchObject([{ status: 'success' }]);
  } finally {
    server.close();
  }
});

describe('files of bulk jobs', () => {
  const slices = async function* (bytes: Uint8Array, size: number) {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  };
  test.each([1, 7, 1000, 1_000_000])('zips of several files in pieces of %i bytes', async (size) => {
    const texts = { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'long '.repeat(20_000), 'c.csv': '' };
    const read: Record<string, string> = {};
    for await (const { name, content } of zipEntries(slices(await zipOfFixture(texts), size))) {
      if (name !== 'b.csv' || size > 1) read[name] = Buffer.concat(await all(content)).toString();
    }
    expect(read).toEqual(size > 1 ? texts : { 'a.csv': texts['a.csv'], 'c.csv': '' });
  });

  test('what is written can be read by others, and what is cut short is no end', async () => {
    const text = Array.from({ length: 5000 }, (_, index) => `${index},é\n`);
    const bytes = Buffer.concat(
      await all(
        zipOf(
          'ü.csv',
          (async function* () {
            yield* text;
          })(),
        ),
      ),
    );
    expect(await unzip(bytes)).toEqual(new Map([['ü.csv', text.join('')]]));
    const cut = zipEntries(slices(bytes.subarray(0, 3000), 100));
    await expect(
      (async () => {
        for await (const { content } of cut) await all(content);
      })(),
    ).rejects.toThrow();
  });

  test.each([1, 2, 5, 100])('CSV in pieces of %i bytes', async (size) => {
    const text = 'a,b,c\r\n"x ""y"", z",,é\n"two\r\nlines",2,\nlast,,';
    expect(await all(csvRows(slices(Buffer.from(text), size)))).toEqual([
      ['a', 'b', 'c'],
      ['x "y", z', '', 'é'],
      ['two\r\nlines', '2', ''],
      ['last', '', ''],
    ]);
  });
});

test('JSON says that it is JSON; queries are encoded and end without &; no content length on reads', async () => {
  const odd = await startOddServer();
  try {
    const { DataCenters, OAuthClient } = await import('../index.ts');
    const oauth = new OAuthClient({
      clientId: 'c',
      clientSecret: 's',
      dataCenters: DataCenters.of({ xx: { accounts: odd.origin, api: odd.origin } }),
    });
    odd.answers.push({ body: JSON.stringify({ access_token: 't', refresh_token: 'r', expires_in: 3600 }) });
    const session = await oauth.exchange({ code: 'c' }, { lookUpUser: false });
    const client = new CrmClient(session);
    odd.requests.length = 0;
    odd.otherwise = () => ({ body: '{"data":[]}' });
    await all(client.records.search('Leads', { criteria: '(A:equals:a&b #c)', fields: ['A', 'B'] }));
    await client.records.createAll('Leads', [{ A: 1 }]);
    expect(odd.requests[0]?.path).toBe(
      '/crm/v8/Leads/search?criteria=(A%3Aequals%3Aa%26b%20%23c)&fields=A%2CB&per_page=200',
    );
    expect(odd.requests[0]?.headers['content-length']).toBeUndefined();
    expect(odd.requests[1]?.headers['content-type']).toBe('application/json');
    odd.answers.push({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' });
    await expect(client.users.current()).rejects.toMatchObject({ name: 'ApiError', code: 'HTTP_200' });
    odd.answers.push({ status: 403, body: '{"error":"x"}' });
    await expect(client.users.current()).rejects.toMatchObject({ name: 'ApiError', code: 'HTTP_403' });
  } finally {
    await odd.stop();
  }
});
