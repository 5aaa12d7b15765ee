import { afterAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { ChangeNotices, notifyChanges } from './change-notices.ts';
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
