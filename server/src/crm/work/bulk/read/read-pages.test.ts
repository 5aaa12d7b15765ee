import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../../testing/checked-call.ts';
import { startCrm } from '../../../testing/crm-platform.ts';
import { unzip } from '../testing/zips.ts';

const crm = await startCrm({}, { rowsPerRead: 2 });
afterAll(() => crm.close());
const { create } = checkedCalls(crm);
const headers = { 'content-type': 'application/json' };

/** The result of a query, and the ids in it. */
async function page(query: object) {
  const started = await crm.call('POST', '/crm/bulk/v8/read', { headers, body: { query } });
  expect(started.status, started.text).toBe(201);
  const path = `/crm/bulk/v8/read/${started.json.data[0].details.id}`;
  for (;;) {
    const [job] = (await crm.call('GET', path)).json.data;
    if (job.state !== 'COMPLETED') {
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    const file = await crm.call('GET', `${path}/result`);
    const text = file.status === 204 ? '' : ([...(await unzip(file.bytes)).values()][0] ?? '');
    const ids = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    return { ...job.result, path, ids };
  }
}

test('pages follow each other by number and by token, each record once (crm-api 9.1)', async () => {
  const ids = await create('Leads', ...['A', 'B', 'C', 'D', 'E'].map((Last_Name) => ({ Last_Name })));
  const query = { module: { api_name: 'Leads' }, fields: ['Last_Name'] };
  const first = await page({ ...query, page: 1 });
  expect([first.ids, first.count, first.more_records]).toEqual([ids.slice(0, 2), 2, true]);
  const second = await page({ page_token: first.next_page_token });
  expect([second.ids, second.page, second.more_records]).toEqual([ids.slice(2, 4), 2, true]);
  const third = await page({ page_token: second.next_page_token });
  expect([third.ids, third.more_records, third.next_page_token]).toEqual([ids.slice(4), false, null]);
  expect((await page({ ...query, page: 3 })).ids).toEqual(ids.slice(4));
  expect(await page({ ...query, page: 4 })).toMatchObject({ count: 0, more_records: false });

  const other = await crm.call('POST', '/crm/bulk/v8/read', {
    headers,
    body: { query: { page_token: first.next_page_token, module: { api_name: 'Leads' } } },
  });
  expect([other.status, other.json.code]).toEqual([400, 'INVALID_DATA']);
});
