import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database, Statement } from '../../database/database.ts';
import { ManualClock } from '../../foundation/clock.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import { silentLog } from '../../http/log.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import { createEventRecorder } from '../events.ts';
import { credentialKey, tieKey } from '../flow-key.ts';
import { readFlow } from './flow-reader.ts';

/** The store stays within its bounds whatever comes, and successes beyond their number are counted. */
let database: Database;
const clock = new ManualClock(Date.UTC(2026, 0, 15));

beforeAll(async () => {
  database = await createTestDatabase('data-center', 'us');
});
afterAll(() => database.close());
beforeEach(() => database.query({ text: 'TRUNCATE protocol_event, flow, flow_link' }));

const recorder = (bounds: { maxEvents: number; maxMegabytes: number; stepsPerMinute: number }, eventsPerMinute = 0) =>
  createEventRecorder(database, { clock, log: silentLog, recordEvents: 'all', eventsPerMinute, bounds });
const count = async (table: string) =>
  Number((await database.query<{ n: string }>({ text: `SELECT count(*) AS n FROM ${table}` }))[0]?.n);

test('a flood of refusals without any limit per minute does not grow the store past its bound', async () => {
  const events = recorder({ maxEvents: 1000, maxMegabytes: 0, stepsPerMinute: 0 });
  let most = 0;
  for (let round = 0; round < 40; round++) {
    for (let number = 0; number < 250; number++) {
      const requestId = `${round}-${number}`;
      events.record({ kind: 'token', outcome: 'CodeUnknown', requestId, keys: [credentialKey(requestId)] });
    }
    clock.advance(60);
    await events.flush();
    most = Math.max(most, await count('protocol_event'));
  }
  expect(most).toBeLessThanOrEqual(1000 + 250);
  expect(await count('protocol_event')).toBeGreaterThan(500);
  expect(await count('flow')).toBeLessThanOrEqual(1250);
  expect(await count('flow_link')).toBeLessThanOrEqual(1500);
});

test('10^6 refusals offered in a minute are a few rows', async () => {
  const events = recorder({ maxEvents: 1000, maxMegabytes: 0, stepsPerMinute: 100 }, 100);
  for (let number = 0; number < 1_000_000; number++) {
    events.record({ kind: 'token', outcome: 'ClientUnknown', clientId: `1000.${number % 5000}` });
  }
  await events.flush();
  expect(await count('protocol_event')).toBeLessThanOrEqual(210);
});

test('so many megabytes, too', async () => {
  const events = recorder({ maxEvents: 0, maxMegabytes: 1, stepsPerMinute: 0 });
  for (let round = 0; round < 20; round++) {
    for (let number = 0; number < 50; number++) {
      const detail = Object.fromEntries(Array.from({ length: 8 }, (_, each) => [`text ${each}`, 'x'.repeat(500)]));
      events.record({ kind: 'token', outcome: 'CodeUnknown', requestId: `${round}-${number}`, detail });
    }
    await events.flush();
  }
  const [row] = await database.query<{ bytes: string }>({ text: 'SELECT sum(bytes) AS bytes FROM protocol_event' });
  expect(Number(row?.bytes)).toBeLessThan(1_300_000);
  expect(Number(row?.bytes)).toBeGreaterThan(500_000);
});

test('refreshes beyond their number are one step, which their request ids lead to', async () => {
  const events = recorder({ maxEvents: 0, maxMegabytes: 0, stepsPerMinute: 10 });
  const keys = [credentialKey('refresh')];
  for (let number = 0; number < 50; number++) {
    events.record({ kind: 'token', outcome: 'Success', clientId: '1000.A', requestId: `r${number}`, keys });
  }
  await events.flush();
  expect(await count('protocol_event')).toBe(11);
  const sources = [{ dataCenter: { id: 'us' }, database, events }];
  const flow = await readFlow(sources, 'r42');
  expect(flow?.flowId).toBe((await readFlow(sources, 'r0'))?.flowId);
  expect(flow?.steps.at(-1)?.times).toBe(40);
});

/** The database, whose statements do what `meet` says first. */
const meeting = (meet: (statement: Statement) => Promise<void>) => ({
  label: 'us',
  query: async <Row>(statement: Statement) => {
    await meet(statement);
    return database.query<Row>(statement);
  },
});
const looks = ({ name, text }: Statement) => name === undefined && text.includes('protocol_event');

test('what is written does not wait for the store to be cut back', async () => {
  const { promise: hangs, resolve: goOn } = Promise.withResolvers<void>();
  const hanging = meeting(async (statement) => (looks(statement) ? hangs : undefined));
  const bounds = { maxEvents: 100, maxMegabytes: 0, stepsPerMinute: 0 };
  const options = { clock, log: silentLog, recordEvents: 'all', eventsPerMinute: 0, bounds, upkeep: hanging } as const;
  const events = createEventRecorder(database, options);
  for (let number = 0; number < 500; number++) events.record({ kind: 'token', outcome: 'CodeUnknown' });
  await events.settled();
  expect(await count('protocol_event')).toBe(500);
  goOn();
  await events.flush();
  expect(await count('protocol_event')).toBeLessThanOrEqual(100);
});

test.each([
  ['the database does not answer', new Unavailable('Query read timeout', {})],
  ['another fault', new Error('out of order')],
])('%s: events are written once, and what is done beside them is done later', async (_, fault) => {
  let faults = 0;
  let fails = true;
  const failing = meeting(async (statement) => {
    if (!fails || !(looks(statement) || statement.name === 'merge-flows')) return;
    faults++;
    throw fault;
  });
  const lines: { msg: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const bounds = { maxEvents: 100, maxMegabytes: 0, stepsPerMinute: 0 };
  const events = createEventRecorder(failing, { clock, log, recordEvents: 'all', eventsPerMinute: 0, bounds });
  const round = async (name: string, keys: readonly string[] = []) => {
    for (let number = 0; number < 120; number++) {
      events.record({
        kind: 'token',
        outcome: 'CodeUnknown',
        requestId: `${name}-${number}`,
        clientId: '1000.A',
        keys,
      });
    }
    await events.flush();
  };
  const preflight = tieKey('preflight', 'https://app.example.com');
  events.record({ kind: 'cors', outcome: 'Success', requestId: 'before', keys: [preflight] });
  await events.flush();
  await round('first', [preflight]);
  expect(await count('protocol_event')).toBe(121);
  expect(faults).toBeGreaterThanOrEqual(2);
  expect(new Set(lines.map(({ msg }) => msg))).toEqual(
    new Set(['the store of events was not tidied; it is tried again']),
  );
  const flows = await count('flow');
  fails = false;
  await round('second');
  expect(await count('protocol_event')).toBeLessThanOrEqual(100);
  const [row] = await database.query<{ n: number }>({
    text: "SELECT count(*)::int AS n FROM flow WHERE flow_id = 'before'",
  });
  expect([flows > 0, row?.n]).toEqual([true, 0]);
});
