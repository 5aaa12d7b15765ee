import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventKind } from './inspector/event-kinds.ts';
import { listEvents } from './inspector/events.ts';
import { startTestPlatform, type TestPlatform } from './testing/test-platform.ts';

/** Floods of requests that are refused, over HTTP: what they leave in the database and in the log. */
const requests = 300;
const lines: string[] = [];
let platform: TestPlatform;
let origins: Record<string, string>;

beforeAll(async () => {
  const log = pino({ level: 'info', base: null }, { write: (line: string) => lines.push(line) });
  platform = await startTestPlatform({ log });
  origins = { ...platform.topology.find('us')?.origins };
});
afterAll(() => platform.stop());

/** Sends the requests and sums up what was recorded of the kind: rows, the requests they tell of, and bytes. */
async function left(kind: EventKind, send: (number: number) => Promise<Response>) {
  lines.length = 0;
  for (let begun = 0; begun < requests; begun += 20) {
    const answers = Array.from({ length: 20 }, (_, index) => send(begun + index));
    await Promise.all(answers.map(async (answer) => (await answer).arrayBuffer()));
  }
  const { database, events } = platform.dataCenters.get('us') ?? {};
  await events?.flush();
  const rows = database ? await listEvents(database, { limit: 1000, kind }) : [];
  const told = rows.reduce((sum, { detail }) => sum + Number(detail.repeated ?? 1), 0);
  return { rows: rows.length, told, bytes: JSON.stringify(rows).length, logged: lines.join('').length };
}

const small = 30_000;

test('preflights with 11 kB of origin', async () => {
  const sum = await left('cors', (number) =>
    fetch(`${origins.api}/crm/v8/Leads`, {
      method: 'OPTIONS',
      headers: { origin: `https://${number}.${'x'.repeat(11_000)}.example`, 'access-control-request-method': 'GET' },
    }),
  );
  expect(sum).toMatchObject({ rows: 21, told: requests });
  expect([sum.bytes < small, sum.logged < small]).toEqual([true, true]);
});

test('token requests with long parameters', async () => {
  const sum = await left('token', (number) =>
    fetch(`${origins.accounts}/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: `${number}${'y'.repeat(30_000)}`, client_id: 'z'.repeat(30_000) }),
    }),
  );
  expect(sum).toMatchObject({ rows: 21, told: requests });
  expect([sum.bytes < small, sum.logged < small]).toEqual([true, true]);
});

test('calls without a token that lives', async () => {
  const sum = await left('api', (number) =>
    fetch(`${origins.api}/crm/v8/Leads/${number}${'9'.repeat(10_000)}`, {
      headers: { authorization: `Zoho-oauthtoken ${number}` },
    }),
  );
  expect(sum).toMatchObject({ rows: 21, told: requests });
  expect([sum.bytes < small, sum.logged < small]).toEqual([true, true]);
});

test('authorization requests of clients that nobody has', async () => {
  const sum = await left('authorize', (number) =>
    fetch(`${origins.accounts}/oauth/v2/auth?response_type=code&client_id=${number}${'c'.repeat(8000)}`),
  );
  // Each names another client, so each is a row, but a short one.
  expect(sum).toMatchObject({ rows: requests, told: requests });
  expect(sum.logged).toBeLessThan(requests * 700);
  expect(sum.bytes).toBeLessThan(requests * 700);
});
