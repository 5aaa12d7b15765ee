import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSelfClientCode } from './admin/self-client-code.ts';
import { resolveDatabaseUrls } from './cli/resolve-settings.ts';
import { buildTopology, parseSettings } from './config/load-settings.ts';
import { openDatabases } from './databases.ts';
import { silentLog } from './http/log.ts';
import { type DatabaseProxy, startDatabaseProxy } from './testing/database-proxy.ts';
import { type ReplicatedServer, startReplicatedServer } from './testing/replicated-server.ts';
import { createDatabaseUrl, startTestPlatform, type TestPlatform } from './testing/test-platform.ts';
import { unlimited } from './testing/unlimited.ts';

/**
 * Two platforms, which share no memory, over one PostgreSQL with a replica that follows as fast as it can: what one of
 * them has answered, the lists of the other one show.
 */
const secretKey = '5c'.repeat(32);
let servers: ReplicatedServer;
let primary: DatabaseProxy;
let replica: DatabaseProxy;
let platforms: readonly [TestPlatform, TestPlatform];
let people: Person[];

beforeAll(async () => {
  servers = await startReplicatedServer(['dc_us'], { synchronous: false });
  [primary, replica] = await Promise.all([
    startDatabaseProxy(servers.primary('dc_us')),
    startDatabaseProxy(servers.standby('dc_us')),
  ]);
  const options = {
    secretKey,
    databaseUrls: {
      directory: await createDatabaseUrl('directory'),
      dataCenters: { us: primary.url },
      replicas: { us: replica.url },
    },
    settings: { limits: unlimited },
  };
  const first = await startTestPlatform(options);
  platforms = [first, await startTestPlatform({ ...options, clock: first.clock })];
  people = await Promise.all(Array.from({ length: 12 }, (_, index) => newPerson(`p${index}@us.example`)));
}, 120_000);
afterAll(async () => {
  await Promise.all((platforms ?? []).map((platform) => platform.stop()));
  await replica?.[Symbol.asyncDispose]();
  await primary?.[Symbol.asyncDispose]();
  await servers?.stop();
});

/** With an organization of their own, and a token. */
interface Person {
  /** A call at one of the platforms. @returns the body; undefined with status 204. */
  call<Answer = { data: { id: string }[] }>(at: 0 | 1, path: string, body?: object): Promise<Answer | undefined>;
  create(at: 0 | 1, lastName: string): Promise<string>;
}

async function newPerson(email: string): Promise<Person> {
  const [platform] = platforms;
  await platform.addUser('us', email);
  const made = await platform.addClient({ type: 'self', owner: email, dataCenter: 'us' });
  const { code } = await createSelfClientCode(platform.admin, {
    ...{ dataCenter: 'us', clientId: made.client_id, minutes: 10, environment: 'production' },
    scope: 'ZohoCRM.modules.ALL,ZohoCRM.coql.READ,ZohoSearch.securesearch.READ,ZohoCRM.bulk.ALL',
    ...{ organizationId: undefined, description: '' },
  });
  const own = { client_id: made.client_id, client_secret: made.client_secret as string };
  const body = new URLSearchParams({ ...own, grant_type: 'authorization_code', code });
  const answer = await fetch(`${origins(0).accounts}/oauth/v2/token`, { method: 'POST', body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const headers = { authorization: `Zoho-oauthtoken ${token}` };
  const person: Person = {
    async call(at, path, sent) {
      const response = await fetch(`${origins(at).api}/crm/v8/${path}`, {
        headers,
        ...(sent && { method: 'POST', body: JSON.stringify(sent) }),
      });
      const text = await response.text();
      expect(response.status, `${path}: ${text}`).toBeLessThan(300);
      return text === '' ? undefined : JSON.parse(text);
    },
    async create(at, lastName) {
      const made = await person.call<{ data: { details: { id: string } }[] }>(at, 'Leads', {
        data: [{ Last_Name: lastName, Company: 'Lovelace Ltd' }],
      });
      return made?.data[0]?.details.id ?? '';
    },
  };
  return person;
}

const origins = (at: 0 | 1) => platforms[at].topology.find('us')?.origins as { accounts: string; api: string };
const reads = (at: 0 | 1) =>
  ({ ...platforms[at].dataCenters.get('us')?.replicaUse?.().reads }) as Record<string, number>;
const answered = (at: 0 | 1) => reads(at).replica ?? 0;

async function asked<Result>(server: pg.ClientConfig, question: string): Promise<Result[]> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    for (;;) {
      try {
        return (await client.query(question)).rows;
      } catch (error) {
        // The replica ends whatever is in the way of what it replays.
        if ((error as { code?: string }).code !== '40001') throw error;
      }
    }
  } finally {
    await client.end();
  }
}

/** Lists the leads until the replica answers; each answer has to show the lead. */
async function seenUntilReplicaAnswers(person: Person, at: 0 | 1, id: string): Promise<void> {
  await expect
    .poll(async () => {
      const before = answered(at);
      const list = await person.call(at, 'Leads?fields=Last_Name&per_page=200');
      expect(list?.data.map((each) => each.id)).toContain(id);
      return answered(at) > before;
    })
    .toBe(true);
}

const statements = async (at: 0 | 1, pool: string) => {
  const { adminOrigin, admin } = platforms[at];
  const response = await fetch(`${adminOrigin}/metrics`, { headers: { authorization: `Bearer ${admin.adminToken}` } });
  const line = (await response.text())
    .split('\n')
    .find(
      (each) => each.startsWith('grantway_database_statements_total{database="us') && each.includes(`pool="${pool}"`),
    );
  return Number(line?.split(' ').at(-1));
};

test('lists, searches, queries, counts and related lists are read from the replica; a record is not', async () => {
  const [person] = people as [Person];
  const id = await person.create(0, 'Daly');
  await person.call(0, `Leads/${id}/Notes`, { data: [{ Note_Title: 'first' }] });
  await seenUntilReplicaAnswers(person, 1, id);
  const lists: [string, object?][] = [
    ['Leads?fields=Last_Name,Owner'],
    ['Leads?fields=Last_Name&sort_by=Created_Time&sort_order=asc&ids=1,2'],
    ['Leads/search?last_name=Daly&criteria=(Last_Name:equals:Daly)'],
    ['Leads/search?word=daly'],
    ['Leads/search?criteria=(Last_Name:equals:Nobody)'],
    ['Leads/actions/count'],
    ['Leads/actions/count?criteria=(Company:starts_with:Love)'],
    [`Leads/${id}/Notes?fields=Note_Title,Parent_Id`],
    [
      `Leads/${id}/actions/get_related_records_count`,
      { get_related_records_count: [{ related_list: { api_name: 'Notes' } }] },
    ],
    ['Leads/deleted?type=all'],
    ['coql', { select_query: "select Last_Name, Owner from Leads where Company like 'Love%' limit 10" }],
    ['coql', { select_query: 'select COUNT(id), Company from Leads where Company is not null group by Company' }],
  ];
  const all = () => lists.map(async ([path, body]) => JSON.stringify(await person.call(1, path, body)));
  const onReplica: (string | undefined)[] = [];
  for (const [index] of lists.entries()) {
    const before = { replica: answered(1), statements: await statements(1, 'replica') };
    const [path, body] = lists[index] as [string, object?];
    onReplica.push(JSON.stringify(await person.call(1, path, body)));
    expect(answered(1), path).toBe(before.replica + 1);
    expect(await statements(1, 'replica'), path).toBeGreaterThan(before.statements);
  }
  expect(onReplica.join('\n')).toContain('Daly');
  await replica.goDown();
  try {
    await expect.poll(async () => (await person.call(1, 'Leads/actions/count')) && reads(1).away).toBeGreaterThan(0);
    expect(await Promise.all(all())).toEqual(onReplica);
  } finally {
    await replica.restore();
  }
  await seenUntilReplicaAnswers(person, 1, id);
  const before = answered(1);
  await person.call(1, `Leads/${id}`);
  expect(answered(1)).toBe(before);
});

test('a list from the replica is one statement there, and a short one to the primary that lists of a moment share', async () => {
  const [person] = people as [Person];
  await seenUntilReplicaAnswers(person, 0, await person.create(0, 'Count'));
  const database = platforms[0].dataCenters.get('us')?.database;
  const total = async () => [database?.roundTrips ?? 0, await statements(0, 'replica'), answered(0)] as const;
  /** Asks for the list so often at once: statements to the primary and to the replica, and lists that the latter answered. */
  const counted = async (times: number) => {
    const before = await total();
    await Promise.all(Array.from({ length: times }, () => person.call(0, 'Leads?fields=Last_Name')));
    const after = await total();
    return after.map((count, index) => count - (before[index] ?? 0)) as [number, number, number];
  };
  // Metrics count the jobs, with a statement. Once a second, and now and then, something else asks as well.
  await expect.poll(() => counted(1)).toEqual([1 + 1, 1, 1]);
  const shared = async () => {
    const [toPrimary, toReplica, byReplica] = await counted(40);
    return toPrimary < 40 && toReplica === 40 && byReplica === 40;
  };
  await expect.poll(shared).toBe(true);
});

test('what one process answered is in the next list of the other one, whoever reads it from where', async () => {
  const before = [reads(0), reads(1)];
  await Promise.all(
    people.map(async (person, index) => {
      for (let turn = 0; turn < 25; turn++) {
        const at = ((turn + index) % 2) as 0 | 1;
        const other = (1 - at) as 0 | 1;
        const id = await person.create(at, `Lead ${turn}`);
        const found = await person.call(other, `Leads/search?criteria=(Last_Name:equals:Lead ${turn})`);
        expect(found?.data.map((each) => each.id)).toContain(id);
        if (turn % 8 === 0) await seenUntilReplicaAnswers(person, other, id);
      }
    }),
  );
  for (const at of [0, 1] as const) {
    expect(answered(at)).toBeGreaterThan(before[at]?.replica ?? 0);
    expect(reads(at).written).toBeGreaterThan(before[at]?.written ?? 0);
  }
}, 60_000);

test('a replica that stops in the midst of writes is not believed, although it knows that they go on', async () => {
  const [writer] = people as [Person];
  await seenUntilReplicaAnswers(writer, 1, await writer.create(0, 'First'));
  let going = true;
  const steady = (async () => {
    while (going) await writer.create(0, 'Steady');
  })();
  try {
    const knows = async () =>
      (await asked(servers.standby('dc_us'), 'SELECT FROM crm_write_mark WHERE open AND data_space > 0')).length > 0;
    await expect.poll(knows).toBe(true);
    await asked(servers.standby('dc_us'), 'SELECT pg_wal_replay_pause()');
    const id = await writer.create(0, 'Unseen');
    const list = await writer.call(1, 'Leads?fields=Last_Name&per_page=200&sort_by=id');
    expect(list?.data.map((each) => each.id)).toContain(id);
  } finally {
    going = false;
    await steady;
    await asked(servers.standby('dc_us'), 'SELECT pg_wal_replay_resume()');
  }
});

test('a replica that does not replay is not believed where something was written; elsewhere it goes on', async () => {
  const [writer, other] = people as [Person, Person];
  await seenUntilReplicaAnswers(other, 1, await other.create(1, 'Elsewhere'));
  await asked(servers.standby('dc_us'), 'SELECT pg_wal_replay_pause()');
  const id = await writer.create(0, 'Unseen');
  const { behind = 0 } = reads(1);
  await expect
    .poll(async () => {
      const list = await writer.call(1, 'Leads?fields=Last_Name&per_page=200');
      expect(list?.data.map((each) => each.id)).toContain(id);
      return (reads(1).behind ?? 0) - behind;
    })
    .toBeGreaterThan(3);
  const before = answered(1);
  await other.call(1, 'Leads?fields=Last_Name');
  expect(answered(1)).toBe(before + 1);
  await asked(servers.standby('dc_us'), 'SELECT pg_wal_replay_resume()');
  await seenUntilReplicaAnswers(writer, 1, id);
});

/** Creates at one platform and lists at the other, over and over, while `work` goes on. @returns how often. */
async function underLoad(work: () => Promise<unknown>): Promise<number> {
  let ended = false;
  let turns = 0;
  const load = people.map(async (person, index) => {
    while (!ended) {
      const id = index % 3 === 0 ? await person.create(0, 'Load') : undefined;
      const list = await person.call(1, 'Leads?fields=Last_Name&per_page=200&sort_by=id');
      if (id) expect(list?.data.map((each) => each.id)).toContain(id);
      turns++;
    }
  });
  try {
    await work();
  } finally {
    ended = true;
    await Promise.all(load);
  }
  return turns;
}

test('a replica that is killed or hangs fails no call, and is used again afterwards', async () => {
  const used = () => expect.poll(() => lag()).toBe(true);
  const lag = async () => {
    const before = answered(1);
    await (people[9] as Person).call(1, 'Leads?fields=Last_Name');
    return answered(1) > before;
  };
  const turns = await underLoad(async () => {
    await servers.killStandby();
    await expect.poll(() => reads(1).away).toBeGreaterThan(5);
    await servers.startStandby();
    await used();
    replica.hang();
    const { away = 0 } = reads(1);
    await expect.poll(() => reads(1).away).toBeGreaterThan(away + 5);
    await replica.restore();
    await used();
  });
  expect(turns).toBeGreaterThan(10);
}, 60_000);

test('a statement that the replica ends, because it is in the way of what it replays, is asked of the primary', async () => {
  const conflicts = async () => {
    const question = `SELECT conflicts::int AS count FROM pg_stat_database WHERE datname = 'dc_us'`;
    return (await asked<{ count: number }>(servers.standby('dc_us'), question))[0]?.count ?? 0;
  };
  const before = await conflicts();
  const lock = 'BEGIN; LOCK TABLE crm_record IN ACCESS EXCLUSIVE MODE; COMMIT;';
  const turns = await underLoad(async () => {
    await expect
      .poll(
        async () => {
          await asked(servers.primary('dc_us'), lock.repeat(10));
          return conflicts();
        },
        { interval: 1 },
      )
      .toBeGreaterThan(before);
  });
  expect(turns).toBeGreaterThan(5);
}, 60_000);

test('a replica that takes over serves as both', async () => {
  const [person] = people as [Person];
  const id = await person.create(0, 'Before');
  await seenUntilReplicaAnswers(person, 1, id);
  await servers.failOver();
  primary.leadTo(servers.standby('dc_us'));
  await expect
    .poll(async () => {
      const { status } = await fetch(`${origins(1).api}/readyz`);
      return status;
    })
    .toBe(200);
  await seenUntilReplicaAnswers(person, 1, id);
});

test('a URL that cannot be is refused at the start, without its password', async () => {
  vi.stubEnv('GRANTWAY_DC_US_READ_URL', 'postgres://u:sekrit@127.0.0.1/dc');
  try {
    expect(() => resolveDatabaseUrls(parseSettings({ dataCenters: ['us'] }))).toThrow(
      'GRANTWAY_DC_US_READ_URL: expected GRANTWAY_DC_US_URL beside it, the database that it is a replica of, got none',
    );
    vi.stubEnv('GRANTWAY_DC_US_URL', 'postgres://127.0.0.1/dc');
    const urls = resolveDatabaseUrls(parseSettings({ dataCenters: ['us'] }));
    expect(urls.replicas).toEqual({ us: 'postgres://u:sekrit@127.0.0.1/dc' });
  } finally {
    vi.unstubAllEnvs();
  }
  const settings = parseSettings({ dataCenters: ['us'] });
  for (const [url, expected] of [
    ['mysql://u:sekrit@127.0.0.1/dc', 'the database URL of "us, replica": expected one that begins with postgres://'],
    ['postgres://u:sekrit@[oops/dc', 'the database URL of "us, replica": expected a URL as PostgreSQL reads it'],
  ] as const) {
    const databaseUrls = { dataCenters: { us: primary.url }, replicas: { us: url } };
    const opening = openDatabases(
      { databaseUrls, dataDirectory: { postgresDirectory: '' }, log: silentLog, settings },
      buildTopology(settings),
      0,
    );
    const message = await opening.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toContain(expected);
    expect(message).not.toContain('sekrit');
  }
});
