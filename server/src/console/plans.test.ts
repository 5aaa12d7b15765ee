import { afterAll, beforeAll, expect } from 'vitest';
import { allOf } from '../crm/language/query/condition.ts';
import { selectMatching } from '../crm/language/query/select-matching.ts';
import { moduleMark } from '../crm/store/records/module-mark.ts';
import { costsOf } from '../crm/testing/plan-costs.ts';
import { settleRecords } from '../crm/testing/settle-records.ts';
import type { Database } from '../database/database.ts';
import { ClientDirectory } from '../directory/clients.ts';
import { systemRandom } from '../foundation/random.ts';
import { listEvents } from '../inspector/events.ts';
import { checkStrictProfile } from '../inspector/profile-check/check-profile.ts';
import type { ClientId } from '../oauth/ids.ts';
import { singleServerTest as test } from '../testing/single-server-test.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { describeClients } from './clients/describe-clients.ts';
import type { ConsoleContext } from './context.ts';
import { visit } from './testing/visitor.ts';
import type { ModuleFacts, OrganizationList } from './wire.ts';

/** What the lists of the console read, of an owner with 10,000 clients among those of others, and of busy tables. */
const ownClients = 10_000;
const othersClients = 90_000;
const busyRows = 50_000;
let platform: TestPlatform;
let owner: { readonly dataCenter: string; readonly ownerId: string };
let database: Database;

beforeAll(async () => {
  platform = await startTestPlatform();
  const { userId } = await platform.addUser('us', 'many@example.com');
  owner = { dataCenter: 'us', ownerId: userId };
  const { directory } = platform.admin;
  database = platform.dataCenters.get('us')?.database as Database;
  await directory.query({
    text: `INSERT INTO client (client_id, type, name, homepage_url, redirect_uris, javascript_domains, data_center, owner_id,
                               same_secret, created_at_ms, updated_at_ms)
           SELECT '1000.' || lpad(n::text, 30, '0'), 'server', 'Application ' || n, NULL, '{}', '{}', 'us',
                  CASE WHEN n <= $1 THEN $2::bigint ELSE n END, false, n, n
           FROM generate_series(1, $3) n`,
    values: [ownClients, userId, ownClients + othersClients],
  });
  await directory.query({
    text: `INSERT INTO client_data_center (client_id, data_center, enabled, secret_hash, secret_created_at_ms)
           SELECT client_id, 'us', true, '', 0 FROM client`,
  });
  await directory.query({ text: 'VACUUM ANALYZE client, client_data_center' });
  await database.query({
    text: `WITH granted AS (
             INSERT INTO user_grant (user_id, client_id, organization_id, environment, scopes, created_at_ms, updated_at_ms)
             SELECT $1, '1000.' || lpad(n::text, 30, '0'), NULL, 'production', '{}', 0, 0 FROM generate_series(1, 1000) n
             RETURNING grant_id, client_id)
           INSERT INTO access_token (token_hash, grant_id, client_id, scopes, created_at_ms, expires_at_ms)
           SELECT sha256((grant_id || ' ' || n)::bytea), grant_id, client_id, '{}', $2, $2
           FROM granted, generate_series(1, $3) n`,
    values: [userId, platform.clock.nowMs(), busyRows / 1000],
  });
  await database.query({
    text: `INSERT INTO protocol_event (at_ms, kind, outcome, client_id, detail)
           SELECT n, 'token', 'Success', '1000.' || lpad((n % 1000)::text, 30, '0'), '{}' FROM generate_series(1, $1) n`,
    values: [busyRows],
  });
  await database.query({
    text: `INSERT INTO crm_record (data_space, module, record_id, version, owner_id, created_by, created_at_ms, modified_by,
                                   modified_at_ms, activity_at_ms, converted, data)
           SELECT (SELECT min(data_space) FROM crm_data_space), 2175, n, 1, 1, 1, n, 1, n, n, false, '{}'
           FROM generate_series(1, $1) n`,
    values: [busyRows],
  });
  await settleRecords(database);
  await database.query({ text: 'ANALYZE user_grant, access_token, protocol_event, crm_record, crm_record_count' });
}, 120_000);
afterAll(() => platform?.stop());

/** The directory of clients over a database that tells what its statements cost. */
const directoryOver = (explaining: Database) =>
  new ClientDirectory(
    explaining,
    { subscribe() {} } as never,
    platform.clock,
    systemRandom,
    Buffer.alloc(32),
    platform.admin.clients.keySets,
  );
const pageCosts = (filter: { search: string; limit: number; offset: number; owner?: typeof owner }) =>
  costsOf(platform.admin.directory, (explaining) => directoryOver(explaining).page(filter));
const readsOf = (rows: unknown) => rows as Awaited<ReturnType<ClientDirectory['page']>>;

test('a page of 10,000 clients is read from an index, newest first, without the clients of others', async () => {
  const first = await pageCosts({ owner, search: '', limit: 50, offset: 0 });
  expect(first.scanned).toEqual([]);
  const { clients, total } = readsOf(first.rows);
  expect([total, clients.length, clients[0]?.name]).toEqual([ownClients, 50, `Application ${ownClients}`]);
  // Counting reads the index once; the page itself a few rows.
  expect(first.blocks).toBeLessThan(700);
  const last = await pageCosts({ owner, search: '', limit: 50, offset: ownClients - 50 });
  expect(last.scanned).toEqual([]);
  expect(readsOf(last.rows).clients.at(-1)?.name).toBe('Application 1');
});

test('a search looks at the own clients only, and a client id is found', async () => {
  const found = await pageCosts({ owner, search: 'application 999', limit: 50, offset: 0 });
  expect(found.scanned).toEqual([]);
  expect(readsOf(found.rows).total).toBe(11);
  const { clients } = readsOf(
    (await pageCosts({ owner, search: '1000.000000000000000000000000000007', limit: 50, offset: 0 })).rows,
  );
  expect(clients.map(({ name }) => name)).toEqual(['Application 7']);
});

test('the uses of a page of clients are counted over their grants', async () => {
  const { clients } = await platform.admin.clients.page({ owner, search: '', limit: 50, offset: ownClients - 50 });
  const costs = await costsOf(database, (explaining) => {
    const context: unknown = { database: explaining, clock: platform.clock, dataCenter: { id: 'us' } };
    return describeClients(context as ConsoleContext, clients);
  });
  expect(costs.scanned.filter((table) => table === 'access_token' || table === 'user_grant')).toEqual([]);
  expect((costs.rows as { usedToday: number }[]).every(({ usedToday }) => usedToday === busyRows / 1000)).toBe(true);
  expect(costs.blocks).toBeLessThan(4000);
});

test('events of one client, and of one that has none, are read from an index', async () => {
  const eventCosts = (clientId: string, after?: string) =>
    costsOf(database, (explaining) => listEvents(explaining, { clientId, after, limit: 51 }));
  for (const clientId of [`1000.${'7'.padStart(30, '0')}`, '1000.NOBODY']) {
    for (const after of [undefined, '0']) {
      const costs = await eventCosts(clientId, after);
      expect([costs.scanned, costs.blocks < 100], `${clientId} ${after}: ${costs.blocks}`).toEqual([[], true]);
    }
  }
});

test('the traffic of a client is read from an index', async () => {
  const events = { settled: async () => {}, counted: async () => undefined };
  for (const clientId of [`1000.${'7'.padStart(30, '0')}`, '1000.NOBODY'] as ClientId[]) {
    const costs = await costsOf(database, (explaining) =>
      checkStrictProfile([{ dataCenter: { id: 'us' }, database: explaining, events }], { clientId, type: 'server' }, 0),
    );
    expect([costs.scanned, costs.blocks < 100], `${clientId}: ${costs.blocks}`).toEqual([[], true]);
  }
});

test('whether records of a module changed is read from a few blocks', async () => {
  const [space] = await database.query<{ id: number }>({ text: 'SELECT min(data_space) AS id FROM crm_data_space' });
  const costs = await costsOf(database, (explaining) => moduleMark(explaining, space?.id ?? 0, 2175));
  expect(costs.rows).toContain(`${busyRows}`);
  expect(costs.blocks).toBeLessThan(40);
});

test('a module of so many records is sorted by what an index has in order, and by nothing else', async () => {
  const email = 'many@example.com';
  const visitor = await visit(platform, email, { known: true });
  const { organizations } = await visitor.json<OrganizationList>('GET', '/organizations');
  const organizationId = organizations[0]?.organizationId ?? '';
  const factsOf = (module: string) => {
    const query = new URLSearchParams({ environment: 'production', organizationId, module });
    return visitor.json<ModuleFacts>('GET', `/records/module?${query}`);
  };
  expect((await factsOf('Contacts')).sortable).toBe(null);
  await database.query({
    text: `UPDATE crm_record_count SET count = count + 1 WHERE module = 2175`,
  });
  const { sortable } = await factsOf('Leads');
  expect(sortable).toEqual(
    expect.arrayContaining(['id', 'Last_Name', 'Created_Time', 'Modified_Time', 'Annual_Revenue']),
  );
  expect(sortable).not.toContain('Company');
  const space = await platform.dataCenters.get('us')?.crm.spaces.get(organizationId, 'production');
  const module = space?.metadata.find('Leads');
  for (const name of sortable ?? []) {
    const field = module?.field.get(name);
    if (!space || !module || !field) throw new Error(`no field ${name}`);
    const costs = await costsOf(database, (explaining) =>
      selectMatching(explaining, {
        ...{ dataSpace: space.dataSpace, module, condition: allOf([]), idsAscending: true, limit: 51, offset: 0 },
        sorting: [{ column: { module, field, path: [] }, ascending: true }],
        output: () => 'r.record_id',
      }),
    );
    expect([costs.scanned, costs.rows], name).toMatchObject([[], { length: 51 }]);
    expect(costs.blocks, name).toBeLessThan(400);
  }
});
