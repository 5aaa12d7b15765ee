import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunningClock } from '../../../../server/src/testing/running-clock.ts';
import { createDatabaseUrl } from '../../../../server/src/testing/test-platform.ts';
import { json, type Live, startLive } from '../testing/live.ts';
import { startRedis } from '../testing/redis-server.ts';
import { openStore, type WorkerSetup } from '../testing/worker.ts';
import { Workers } from '../testing/workers.ts';

/**
 * Sixteen processes that share a store, of every kind at once. The time is moved on between the rounds, for the platform
 * and the processes alike, so that each round begins with an access token that has ended: 10,240 calls in all.
 * `scripts/share-a-store.ts` makes 10,000 of each kind, in real time.
 */
const processes = 16;
const rounds = 5;
const callsEach = 32;
const kinds = ['file', 'sqlite', 'postgres', 'redis'];
const key = 'shared';

let live: Live;
let setup: WorkerSetup;
let workers: Workers;
const directory = mkdtempSync(join(tmpdir(), 'grantway-processes-'));
const closings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const [started, redis, database] = await Promise.all([startLive(), startRedis(), createDatabaseUrl('directory')]);
  live = started;
  closings.push(() => redis.stop());
  setup = {
    clientId: live.server.client_id,
    clientSecret: live.server.secrets.in as string,
    dataCenters: Object.fromEntries(
      [...live.dataCenters].map(({ id, accounts, api }) => [id, { accounts, api: api.production as string }]),
    ),
    stores: {
      file: join(directory, 'tokens.csv'),
      sqlite: join(directory, 'tokens.sqlite'),
      postgres: database,
      redis: redis.socket,
    },
    key,
  };
  for (const kind of kinds) {
    const oauth = live.oauth({ store: await openStore(kind, setup.stores[kind] as string) });
    await live.signIn(oauth, 'in', { key, lookUpUser: false });
  }
});
afterEach(() => workers.stop());
afterAll(async () => {
  await live?.stop();
  for (const close of closings) await close();
  rmSync(directory, { recursive: true });
});
const aheadMs = () => live.platform.clock.nowMs() - Date.now();

test('killed between the renewal and its storage: the next process takes over, nothing is lost', async () => {
  workers = new Workers();
  const stores = { sqlite: setup.stores.sqlite as string };
  await workers.start(1, { ...setup, stores, dieBeforeSaving: true });
  (live.platform.clock as RunningClock).advance(3601);
  await workers.roundToDeath({ calls: 1, aheadMs: aheadMs() });
  const left = await (await openStore('sqlite', stores.sqlite)).get(key);
  expect(left?.row.lease).not.toBeNull();
  // Past the lease of the process that has ended.
  (live.platform.clock as RunningClock).advance(21);
  await workers.start(1, { ...setup, stores });
  expect(await workers.round({ calls: 1, aheadMs: aheadMs() })).toEqual([
    { good: 1, failures: [], renewals: { sqlite: 1 } },
  ]);
});

test(`${processes} processes: each end of the token is one renewal, and no call fails`, {
  timeout: 180_000,
}, async () => {
  workers = new Workers();
  await workers.start(processes, setup);
  let last: readonly { readonly renewals: Readonly<Record<string, number>> }[] = [];
  for (let round = 0; round < rounds; round++) {
    (live.platform.clock as RunningClock).advance(3601);
    const results = await workers.round({ calls: callsEach, aheadMs: aheadMs() });
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.reduce((sum, { good }) => sum + good, 0)).toBe(processes * kinds.length * callsEach);
    last = results;
  }
  const total = (kind: string) => last.reduce((sum, { renewals }) => sum + (renewals[kind] ?? 0), 0);
  expect(Object.fromEntries(kinds.map((kind) => [kind, total(kind)]))).toEqual(
    Object.fromEntries(kinds.map((kind) => [kind, rounds])),
  );
});

test('the platform answers the shared token', async () => {
  workers = new Workers();
  const oauth = live.oauth({ store: await openStore('redis', setup.stores.redis as string) });
  const answer = await oauth.session(key).send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' });
  expect((await json(answer)).users[0].email).toBe('user@in.example');
});
