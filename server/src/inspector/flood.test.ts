import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { ManualClock } from '../foundation/clock.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { createEventRecorder, type EventRecorder, listEvents } from './events.ts';

/** A flood of requests is no flood of events or log lines, and yet the first of each sort keeps its exact reason. */
const eventsPerMinute = 100;
let database: Database;
let clock: ManualClock;
let lines: string[];
let events: EventRecorder;

beforeAll(async () => {
  database = await createTestDatabase('data-center', 'us');
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.query({ text: 'TRUNCATE protocol_event' });
  clock = new ManualClock(1_000_000);
  lines = [];
  events = newRecorder();
});

function newRecorder(limit: number = eventsPerMinute): EventRecorder {
  const log = pino({ level: 'info', base: null }, { write: (line: string) => lines.push(line) });
  return createEventRecorder(database, { clock, log, recordEvents: 'all', eventsPerMinute: limit });
}

const stored = async () => {
  await events.flush();
  return listEvents(database, { limit: 10_000 });
};
const preflight = (origin: string) =>
  events.record({ kind: 'cors', outcome: 'OriginUnknown', requestId: 'r', detail: { origin, method: 'GET' } });
const bytesOf = async () =>
  (await database.query<{ n: number }>({ text: 'SELECT sum(length(e::text))::int AS n FROM protocol_event e' }))[0]
    ?.n ?? 0;

describe('many alike', () => {
  test('3,000 refused preflights with 11 kB of origin: the first stand alone, one event tells of the others', async () => {
    for (let number = 0; number < 3000; number++) preflight(`https://${number}.${'x'.repeat(11_000)}.example`);
    const rows = await stored();
    expect(rows).toHaveLength(21);
    const counted = rows.filter(({ detail }) => detail.repeated !== undefined);
    expect(counted).toHaveLength(1);
    expect(counted[0]).toMatchObject({
      kind: 'cors',
      outcome: 'OriginUnknown',
      detail: { repeated: 2980, withinSeconds: 60 },
    });
    expect(String(counted[0]?.detail.origin)).toMatch(/^https:\/\/2999\./);
    expect(
      rows.map(({ detail }) => String(detail.origin)).filter((origin) => /^https:\/\/1?\d\.x/.test(origin)),
    ).toHaveLength(20);
    expect(String(rows[0]?.detail.origin)).toMatch(/x… \(110\d\d characters\)$/);
    expect(await bytesOf()).toBeLessThan(30_000);
    expect(lines).toHaveLength(21);
    expect(lines.join('').length).toBeLessThan(30_000);
  });

  test('the event with the number is brought up to date, a new window begins anew', async () => {
    for (let number = 0; number < 50; number++) preflight('https://a.example');
    expect((await stored()).map(({ detail }) => detail.repeated).filter(Boolean)).toEqual([30]);
    for (let number = 0; number < 5; number++) preflight('https://b.example');
    expect((await stored()).map(({ detail }) => detail.repeated).filter(Boolean)).toEqual([35]);
    clock.advance(60);
    preflight('https://c.example');
    const [newest] = await stored();
    expect(newest?.detail).toEqual({ origin: 'https://c.example', method: 'GET' });
  });

  test('what a window had counted when it ended is told later', async () => {
    for (let number = 0; number < 25; number++) preflight('https://a.example');
    clock.advance(60);
    for (let number = 0; number < 22; number++) preflight('https://a.example');
    const repeated = (await stored()).map(({ detail }) => detail.repeated).filter(Boolean);
    expect(repeated.toSorted()).toEqual([2, 5]);
  });

  test('clients are told apart, and so are outcomes; what needs a token to happen is not limited', async () => {
    for (let number = 0; number < 40; number++) {
      for (const clientId of ['1000.A', '1000.B']) {
        events.record({ kind: 'token', outcome: 'CodeUnknown', clientId });
        events.record({ kind: 'token', outcome: 'Success', clientId });
      }
    }
    const rows = await stored();
    expect(rows.filter(({ outcome }) => outcome === 'Success')).toHaveLength(80);
    const refused = rows.filter(({ outcome }) => outcome === 'CodeUnknown');
    expect(refused).toHaveLength(42);
    expect(
      refused
        .filter(({ detail }) => detail.repeated === 20)
        .map(({ clientId }) => clientId)
        .toSorted(),
    ).toEqual(['1000.A', '1000.B']);
  });
});

describe('many different ones', () => {
  test('are limited per minute; one event tells how many of what were dropped, and a new sort is still seen', async () => {
    for (let number = 0; number < 3000; number++) {
      events.record({ kind: 'token', outcome: 'ClientUnknown', clientId: `1000.${number}` });
    }
    events.record({ kind: 'token', outcome: 'SecretWrong', clientId: '1000.MINE', detail: { reason: 'exact' } });
    const rows = await stored();
    expect(rows).toHaveLength(eventsPerMinute + 2);
    expect(rows.find(({ kind }) => kind === 'events')).toMatchObject({
      outcome: 'EventsDropped',
      detail: { dropped: 2900, of: { 'token ClientUnknown': 2900 }, limit: eventsPerMinute, withinSeconds: 60 },
    });
    expect(rows.find(({ outcome }) => outcome === 'SecretWrong')?.detail).toEqual({ reason: 'exact' });
    expect(lines).toHaveLength(eventsPerMinute + 2);
    clock.advance(60);
    events.record({ kind: 'token', outcome: 'ClientUnknown', clientId: '1000.NEXT' });
    expect((await stored())[0]).toMatchObject({ outcome: 'ClientUnknown', clientId: '1000.NEXT' });
  });

  test('0 records all of them', async () => {
    events = newRecorder(0);
    for (let number = 0; number < 300; number++) preflight('https://a.example');
    expect(await stored()).toHaveLength(300);
  });
});

describe('what an event holds is bounded', () => {
  test('texts, lists, depth and the whole', async () => {
    const deep = { a: { b: { c: { d: { e: { f: { g: 'too deep' } } } } } } };
    const detail = {
      text: 'y'.repeat(60_000),
      list: Array.from({ length: 500 }, (_, index) => index),
      deep,
      many: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`name ${index}`, 'z'.repeat(1000)])),
    };
    events.record({ kind: 'token', outcome: 'CodeUnknown', clientId: 'i'.repeat(50_000), detail });
    const [event] = await stored();
    expect(event?.clientId).toMatch(/^i{100}… \(50000 characters\)$/);
    expect(event?.detail.text).toMatch(/^y{500}… \(60000 characters\)$/);
    expect(event?.detail.list).toEqual([...Array(20).keys(), '… 480 more']);
    expect(JSON.stringify(event?.detail)).not.toContain('too deep');
    expect(JSON.stringify(event).length).toBeLessThan(12_000);
  });

  test('half a secret is not left at the place of a cut; broken characters are stored as others', async () => {
    const secret = 'ab12'.repeat(16);
    events.record({
      kind: 'token',
      outcome: 'CodeUnknown',
      clientId: `${'c'.repeat(80)} ${secret}`,
      detail: { came: `${'-'.repeat(470)} ${secret}`, lone: '\ud83d', nul: 'a\0b', cut: `${'-'.repeat(499)}😀` },
    });
    const [event] = await stored();
    expect(JSON.stringify(event)).not.toContain('ab12ab12');
    expect(event?.detail).toMatchObject({ lone: '\ufffd', nul: 'a\ufffdb' });
    expect(lines.join('')).not.toContain('ab12ab12');
  });
});
