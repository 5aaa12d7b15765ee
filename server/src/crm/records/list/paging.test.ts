import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';

/** Pages by token hold while records come, change and go (crm-api 6.1). */
const crm = await startCrm();
afterAll(() => crm.close());

const create = async (module: string, count: number): Promise<string[]> => {
  const data = Array.from({ length: count }, () => ({ [module === 'Leads' ? 'Last_Name' : 'Campaign_Name']: 'x' }));
  const answer = await crm.call('POST', `/crm/v8/${module}`, { body: { data } });
  return answer.json.data.map((each: { details: { id: string } }) => each.details.id);
};
const page = (module: string, query: Record<string, string>) =>
  crm.call('GET', `/crm/v8/${module}`, { query: { fields: 'Modified_Time', ...query } });

type Event = 'insert' | 'delete' | 'update' | 'tick';
const events = fc.array(fc.constantFrom<Event>('insert', 'delete', 'update', 'tick'), { maxLength: 3 });

test('whoever was there from the first page to the last is met exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        first: fc.integer({ min: 3, max: 12 }),
        perPage: fc.integer({ min: 1, max: 4 }),
        sortBy: fc.constantFrom('id', 'Created_Time', 'Modified_Time'),
        order: fc.constantFrom('asc', 'desc'),
        between: fc.array(events, { minLength: 1, maxLength: 12 }),
        pick: fc.nat(),
      }),
      async ({ first, perPage, sortBy, order, between, pick }) => {
        const token = crm.tokenFor(...(await freshOrganization()));
        const call = (method: string, path: string, options = {}) =>
          crm.call(method, `/crm/v8/${path}`, { token, ...options });
        const add = async () => {
          const answer = await call('POST', 'Leads', { body: { data: [{ Last_Name: 'x' }] } });
          return answer.json.data[0].details.id as string;
        };
        const initial: string[] = [];
        for (let index = 0; index < first; index++) {
          initial.push(await add());
          if (index % 2 === 0) crm.clock.advance(1);
        }
        const steady = new Set(initial);
        const met: string[] = [];
        const query = { fields: 'id', per_page: String(perPage), sort_by: sortBy, sort_order: order };
        let next: string | null = '';
        for (let number = 0; next !== null; number++) {
          expect(number).toBeLessThan(100);
          const answer = await call('GET', 'Leads', {
            query: { ...query, ...(next === '' ? {} : { page_token: next }) },
          });
          if (answer.status === 204) break;
          expect(answer.status, answer.text).toBe(200);
          met.push(...answer.json.data.map((each: { id: string }) => each.id));
          next = answer.json.info.next_page_token;
          for (const event of between[number] ?? []) {
            const victim = [...steady][(pick + number) % Math.max(steady.size, 1)];
            if (event === 'insert') await add();
            else if (event === 'tick') crm.clock.advance(1);
            else if (victim !== undefined) {
              // A record that changes moves in the order of changes, and may be met twice or not at all.
              if (event === 'delete' || sortBy === 'Modified_Time') steady.delete(victim);
              if (event === 'delete') await call('DELETE', `Leads/${victim}`);
              else await call('PUT', `Leads/${victim}`, { body: { data: [{ City: 'y' }] } });
            }
          }
        }
        for (const id of steady) expect(met.filter((each) => each === id)).toEqual([id]);
        const ordered = met.filter((id) => steady.has(id));
        const expected = initial.filter((id) => steady.has(id));
        expect(ordered).toEqual(order === 'asc' ? expected : expected.toReversed());
      },
    ),
    { numRuns: 25 },
  );
});

let organizations = 0;
async function freshOrganization(): Promise<[string, string]> {
  const { organizationId, ownerZuid } = await crm.newOrganization(`Pages ${++organizations}`);
  return [organizationId, ownerZuid];
}

/** The token that a list gives for a page, as if it were the one of another page. */
function atPage(token: string, number: number, dataSpace: number, userId: string): string {
  const text = Buffer.from(token, 'base64url').toString('latin1');
  const content = text.slice(0, text.lastIndexOf('.')).replace(/^\d+/, String(number));
  const seal = createHash('sha256').update(`${dataSpace}/${userId}/${content}`).digest('hex').slice(0, 24);
  return Buffer.from(`${content}.${seal}`).toString('base64url');
}

test('tokens reach record 100,000, numbers record 2,000', async () => {
  await create('Campaigns', 3);
  const { idPrefix, ownerId } = crm.organization.environments[0] as { idPrefix: number; ownerId: string };
  const token = async (per_page: string, number: number) => {
    const { info } = (await page('Campaigns', { per_page })).json;
    return { per_page, page_token: atPage(info.next_page_token, number, idPrefix, ownerId) };
  };
  expect((await page('Campaigns', await token('2', 50_000))).status).toBe(200);
  expect((await page('Campaigns', await token('2', 50_001))).json).toMatchObject({
    code: 'PAGINATION_LIMIT_EXCEEDED',
    details: { limit: 100_000 },
  });
  expect((await page('Campaigns', { per_page: '200', page: '10' })).status).toBe(204);
  expect((await page('Campaigns', { per_page: '200', page: '11' })).json.code).toBe(
    'DISCRETE_PAGINATION_LIMIT_EXCEEDED',
  );
});
