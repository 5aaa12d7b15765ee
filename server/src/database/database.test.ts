import { afterAll, describe, expect, test } from 'vitest';
import { Unavailable } from '../foundation/unavailable.ts';
import { platformVersion } from '../foundation/version.ts';
import { startDatabaseProxy } from '../testing/database-proxy.ts';
import { until } from '../testing/platform-process.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { ChangeNotices, notifyChanges } from './change-notices.ts';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { createStatementQueue } from './statement-queue.ts';

const database = await createTestDatabase('directory');
afterAll(() => database.close());

describe('Database', () => {
  test('counts round trips and rolls a failed transaction back', async () => {
    const before = database.roundTrips;
    await expect(
      database.transaction(async (transaction) => {
        await transaction.query({ text: "INSERT INTO directory_fact VALUES ('a', 'b')" });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(database.roundTrips - before).toBe(3);
    expect(await database.query({ text: 'SELECT * FROM directory_fact' })).toEqual([]);
  });

  test('migrating again changes nothing', async () => {
    expect(await migrate(database, 'directory', 0)).toEqual([]);
  });

  test('a changed migration is refused', async () => {
    const other = await createTestDatabase('directory');
    await other.query({ text: "UPDATE migration SET checksum = 'other'" });
    await expect(migrate(other, 'directory', 0)).rejects.toThrow(/migrations are never edited/);
    await other.close();
  });

  test.each([
    ['only adds', '0.0.0', true],
    ['takes away what this release does not need', platformVersion, true],
    ['takes away what this release needs', '999.0.0', false],
    ['says nothing of it', null, false],
  ])('beside a migration of a later release that %s', async (_name, oldest, goesOn) => {
    const other = await createTestDatabase('directory');
    await other.query({
      text: "INSERT INTO migration (name, checksum, applied_at_ms, oldest_release) VALUES ('9999-later', 'x', 0, $1)",
      values: [oldest],
    });
    const migrated = migrate(other, 'directory', 0);
    if (goesOn) expect(await migrated).toEqual([]);
    else await expect(migrated).rejects.toThrow('was migrated by a newer release ("9999-later" is unknown here)');
    // What is missing of its own is not applied to tables that are not as it knows them.
    await other.query({ text: "DELETE FROM migration WHERE name LIKE '0013%'" });
    await expect(migrate(other, 'directory', 0)).rejects.toThrow('was migrated by a newer release');
    await other.close();
  });
});

test('plans are not compiled, whatever the server does by default', async () => {
  const text = "SELECT setting, source FROM pg_settings WHERE name = 'jit'";
  expect(await database.query({ text })).toEqual([{ setting: 'off', source: 'client' }]);
});

describe('limits', () => {
  const seconds = { connectTimeoutSeconds: 1, statementTimeoutSeconds: 1, lockTimeoutSeconds: 1 };
  const short = new Database({
    label: 'short',
    connection: database.connection,
    limits: { ...seconds, idleInTransactionTimeoutSeconds: 1, maxConnections: 1 },
  });
  afterAll(() => short.close());
  const works = async () => (await short.query({ text: 'SELECT 1 AS one' }))[0];

  test('a statement ends at its limit, a transaction may have another one', async () => {
    const slow = { text: 'SELECT pg_sleep(1.5)' };
    await expect(short.query(slow)).rejects.toMatchObject({ name: 'Unavailable', code: '57014' });
    const longer = { statementTimeoutSeconds: 20 };
    expect(await short.transaction((transaction) => transaction.query(slow), longer)).toHaveLength(1);
    const shorter = { statementTimeoutSeconds: 1 };
    const cut = database.transaction((transaction) => transaction.query({ text: 'SELECT pg_sleep(20)' }), shorter);
    await expect(cut).rejects.toMatchObject({ name: 'Unavailable', code: '57014' });
    expect(await works()).toEqual({ one: 1 });
  });

  test('a pool that is used up is an outage of the moment', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const holding = short.transaction(async (transaction) => {
      begin();
      await promise;
      return transaction.query({ text: 'SELECT 1' });
    });
    await begun;
    await expect(works()).rejects.toMatchObject({ name: 'Unavailable' });
    resolve();
    await holding.catch(() => {});
    expect(await works()).toEqual({ one: 1 });
  });

  test('no more wait for a connection than may; those that do are served', async () => {
    const crowded = new Database({
      label: 'crowded',
      connection: database.connection,
      limits: { ...seconds, connectTimeoutSeconds: 30, maxConnections: 1, maxWaiting: 20 },
    });
    try {
      const begun = Promise.withResolvers<void>();
      const free = Promise.withResolvers<void>();
      const holding = crowded.transaction(() => {
        begun.resolve();
        return free.promise;
      });
      await begun.promise;
      const asked = Array.from({ length: 2_000 }, () => crowded.query({ text: 'SELECT 1 AS one' }));
      const settled = Promise.allSettled(asked);
      free.resolve();
      const results = await settled;
      await holding;
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
      const [refused] = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      expect(refused).toBeInstanceOf(Unavailable);
      expect(refused).toMatchObject({ message: 'the database of "crowded" is busy: 20 statements wait already' });
      expect(await crowded.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
    } finally {
      await crowded.close();
    }
  });

  test('a transaction that pauses too long is ended, and what comes after it is in order', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const paused = short.transaction(async (transaction) => {
      const [{ pid } = { pid: 0 }] = await transaction.query<{ pid: number }>({
        text: 'SELECT pg_backend_pid() AS pid',
      });
      const gone = async () =>
        (await database.query({ text: 'SELECT 1 FROM pg_stat_activity WHERE pid = $1', values: [pid] })).length === 0;
      await until(gone, 'the server ended the connection');
      resolve();
      return transaction.query({ text: 'SELECT 1' });
    });
    await expect(paused).rejects.toMatchObject({ name: 'Unavailable' });
    await promise;
    expect(await works()).toEqual({ one: 1 });
  });
});

describe('a database that hangs', () => {
  test('is found out once; what comes then need not wait, and its return is noticed', async () => {
    await using proxy = await startDatabaseProxy(database.connection);
    const hanging = new Database({
      label: 'hanging',
      connection: { connectionString: proxy.url },
      limits: { connectTimeoutSeconds: 1, statementTimeoutSeconds: 1 },
    });
    const ask = () => hanging.query({ text: 'SELECT 1' });
    await ask();
    proxy.hang();
    await expect(ask()).rejects.toMatchObject({ name: 'Unavailable' });
    const refusal = () =>
      ask().then(
        () => '',
        (error: Error) => error.message,
      );
    await until(async () => /it hangs$/.test(await refusal()), 'it is known to hang');
    await proxy.restore();
    await until(async () => (await refusal()) === '', 'it is back');
    await hanging.close();
  });
});

describe('ChangeNotices', () => {
  test('a notice arrives with its commit, and never without', async () => {
    const notices = new ChangeNotices(database);
    const heard: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    notices.subscribe('token', {
      changed: (key) => {
        heard.push(key);
        if (key === 'last') resolve();
      },
      reset: () => {},
    });
    await notices.start();
    await database
      .transaction(async (transaction) => {
        await notifyChanges(transaction, ['token:lost']);
        throw new Error('rolled back');
      })
      .catch(() => {});
    await notifyChanges(database, ['token:a:b', 'other:x', 'token:last']);
    await promise;
    expect(heard).toEqual(['a:b', 'last']);
    await notices.close();
  });
});

describe('createStatementQueue', () => {
  test('jobs of one turn share a statement; one bad job does not fail the others', async () => {
    const batches: number[][] = [];
    const queue = createStatementQueue<number, number>({
      run: async (jobs) => {
        batches.push([...jobs]);
        if (jobs.includes(3)) throw new Error('bad');
        return jobs.map((job) => job * 10);
      },
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map((job) => queue.submit(job)));
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'bad'))).toEqual([
      10,
      20,
      'bad',
      40,
    ]);
    expect(batches).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]]);
  });

  test("an outage is nobody's fault: each job is told at once, and none is tried alone", async () => {
    const batches: number[] = [];
    const queue = createStatementQueue<number, number>({
      run: async (jobs) => {
        batches.push(jobs.length);
        throw new Unavailable('away', { code: jobs.includes(9) ? '55P03' : '57P01' });
      },
    });
    const results = await Promise.allSettled([1, 2, 3].map((job) => queue.submit(job)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(batches).toEqual([3]);
    // A lock is not: the others need not wait for it.
    await Promise.allSettled([8, 9].map((job) => queue.submit(job)));
    expect(batches).toEqual([3, 2, 1, 1]);
  });

  test('while a statement is under way the next batch gathers', async () => {
    const batches: number[] = [];
    let release = () => {};
    const queue = createStatementQueue<number, number>({
      run: async (jobs) => {
        batches.push(jobs.length);
        if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
        return jobs;
      },
      maxJobs: 2,
    });
    const first = queue.submit(1);
    await new Promise(setImmediate);
    const rest = [2, 3, 4].map((job) => queue.submit(job));
    release();
    expect(await Promise.all([first, ...rest])).toEqual([1, 2, 3, 4]);
    expect(batches).toEqual([1, 2, 1]);
  });
});
