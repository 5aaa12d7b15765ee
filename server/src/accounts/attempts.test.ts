import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSettings } from '../config/load-settings.ts';
import { Database } from '../database/database.ts';
import { ManualClock } from '../foundation/clock.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { AttemptCounter, type AttemptLimit } from './attempts.ts';
import { sweepExpired } from './expiry.ts';

/** Two counters with connections of their own stand for two processes. */
const clock = new ManualClock(1_000_000);
const opened: Database[] = [];
let counters: readonly [AttemptCounter, AttemptCounter];
let database: Database;

beforeAll(async () => {
  database = await createTestDatabase('data-center');
  const second = new Database({ label: 'us', connection: database.connection, limits: { maxConnections: 4 } });
  opened.push(database, second);
  const options = { clock, key: Buffer.alloc(32, 1), windowSeconds: 600 };
  counters = [new AttemptCounter({ ...options, database }), new AttemptCounter({ ...options, database: second })];
});
afterAll(() => Promise.all(opened.map((each) => each.close())));

const ofName = (key: string, most: number): AttemptLimit => ({ of: 'passwords for a name', key, most });
const ofAddress = (key: string, most: number): AttemptLimit => ({ of: 'passwords from an address', key, most });

async function grantedOf(tries: number, limits: (index: number) => readonly AttemptLimit[]): Promise<number> {
  const taken = await Promise.all(
    Array.from({ length: tries }, (_, index) => counters[index % 2 ? 1 : 0].take(limits(index))),
  );
  return taken.filter((each) => each.granted).length;
}

test('of 400 tries at the same time over two processes exactly as many are let through as the limit says (ROB-04)', async () => {
  expect(await grantedOf(400, () => [ofName('anna', 100)])).toBe(100);
  expect(await grantedOf(40, () => [ofName('bert', 100)])).toBe(40);
  expect(await grantedOf(40, () => [ofName('carl', 0)])).toBe(40);
});

test('a window begins with the first try and is not extended by refused ones', async () => {
  const [counter] = counters;
  const limits = [ofName('window', 2)];
  for (const granted of [true, true, false]) expect(await counter.take(limits)).toMatchObject({ granted });
  clock.advance(599);
  expect(await counter.take(limits)).toMatchObject({ granted: false, retryAfterSeconds: 1, limit: limits[0] });
  clock.advance(1);
  expect(await grantedOf(10, () => limits)).toBe(2);
});

test('a try that was none is given back, exactly, and only in its own window', async () => {
  const [counter] = counters;
  const limits = [ofAddress('back', 50), ofName('back', 50)];
  const right = await Promise.all(Array.from({ length: 50 }, () => counter.take(limits)));
  await Promise.all(right.map((attempt) => attempt.granted && attempt.giveBack()));
  expect(await grantedOf(120, () => limits)).toBe(50);
  const attempt = await counter.take([ofName('late', 1)]);
  clock.advance(600);
  expect(await grantedOf(5, () => [ofName('late', 1)])).toBe(1);
  if (attempt.granted) await attempt.giveBack();
  expect(await grantedOf(5, () => [ofName('late', 1)])).toBe(0);
});

test('an address that has used up its tries uses up those of no name', async () => {
  expect(await grantedOf(60, () => [ofAddress('flood', 10), ofName('victim', 20)])).toBe(10);
  expect(await grantedOf(60, (index) => [ofAddress(`other ${index}`, 10), ofName('victim', 20)])).toBe(10);
});

test('a name without tries costs its address none', async () => {
  expect(await grantedOf(30, () => [ofAddress('office', 40), ofName('locked', 10)])).toBe(10);
  expect(await grantedOf(60, () => [ofAddress('office', 40), ofName('free', 0)])).toBe(30);
});

test('tries of many names and addresses crosswise end without a deadlock', async () => {
  const limits = (index: number) => [ofAddress(`a${index % 7}`, 1000), ofName(`n${index % 5}`, 1000)];
  expect(await grantedOf(300, limits)).toBe(300);
});

test('neither names nor addresses are stored, and ended windows are swept', async () => {
  await counters[0].take([ofName('readable', 5)]);
  const rows = await database.query<{ text: string }>({ text: 'SELECT a::text AS text FROM attempt_count a' });
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.some(({ text }) => text.includes('readable'))).toBe(false);
  await sweepExpired(database, clock.nowMs() + 601_000, parseSettings({}));
  expect(await database.query({ text: 'SELECT 1 FROM attempt_count' })).toHaveLength(0);
});
