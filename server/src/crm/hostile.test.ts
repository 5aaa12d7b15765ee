import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operation } from './kernel/operation.ts';
import type { Answer } from './testing/crm-platform.ts';
import { startCrm } from './testing/crm-platform.ts';
import { everyOperation, examples, nameOf, pathOf } from './testing/examples/examples.ts';
import { type Example, makeWorld } from './testing/examples/world.ts';
import { multipart } from './testing/multipart.ts';

/**
 * Hostile input, for every operation of the table: whatever stands in a good call's place, the answer is one that the
 * operation's description names (the platform of the tests sees to that), in bounded time and memory, never a fault.
 */
const crm = await startCrm();
afterAll(() => crm.close());
const world = await makeWorld(crm);

const sound = [200, 201, 202, 204, 207, 304, 400, 401, 403, 404, 412, 413, 415, 429];
/** Far more than the slowest answer takes on a busy machine. */
const longestMs = 10_000;
/** Of the process, while it refuses 400 MB of bodies. */
const mostGrowth = 150 * 1024 * 1024;

/** What could be an id, were it not so long. */
const longDigits = '9'.repeat(400);
const texts = [
  "'; DROP TABLE crm_record; --",
  '1 OR 1=1',
  "=cmd|' /C calc'!A0",
  '@SUM(1+1)',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '%00%ff',
  '\u0000',
  '\ud800 \udc00',
  '\u202egnp.exe',
  '{{7*7}}',
  '@{1:$.data[0].details.id}',
  '__proto__',
  longDigits,
  'x'.repeat(100_000),
  '(((((((((((((((((((((((((((((((((((((((',
];
const nested = (depth: number): unknown => (depth === 0 ? 'x' : { group: [nested(depth - 1)], group_operator: 'and' });
const values = fc.constantFrom<unknown>(
  ...texts,
  ...[null, true, -1, 0, 9e307, 9_007_199_254_740_992, [], {}, [[]], [null], [{}], { id: {} }, { id: '\ud800' }],
  ...[nested(14), nested(40), Array.from({ length: 10_000 }, () => 'x'), JSON.parse('{"__proto__":{"id":1}}')],
);

/** Calls that go well, made before anything hostile comes. */
const calls = new Map<string, Example>();
beforeAll(async () => {
  for (const operation of everyOperation) {
    const name = nameOf(operation);
    crm.clock.advance(1);
    calls.set(name, (await examples[name]?.(world)) ?? {});
  }
});

async function send(operation: Operation, example: Example): Promise<Answer> {
  const began = performance.now();
  const answer = await crm.call(operation.method, pathOf(operation, example), example);
  expect(sound, `${answer.status} ${answer.text}`).toContain(answer.status);
  expect(performance.now() - began).toBeLessThan(longestMs);
  return answer;
}

const cases = everyOperation.map((operation) => [nameOf(operation), operation] as const);
const withBody = cases.filter(([, { about, takesFiles }]) => about.body && !takesFiles);
const goodCall = (name: string) => calls.get(name) as Example;
const property = (arbitrary: fc.Arbitrary<Example>, operation: Operation, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (example) => {
      await send(operation, example);
    }),
    { numRuns },
  );

describe('paths, parameters and headers (ROB-03)', () => {
  test.each(cases)('%s', async (name, operation) => {
    const call = goodCall(name);
    const path = call.path ?? [];
    const text = fc.constantFrom(...texts);
    if (path.length > 0) {
      const place = fc.nat({ max: path.length - 1 });
      const inPath = fc
        .tuple(place, text)
        .map(([at, value]) => ({ ...call, path: path.with(at, value.toWellFormed()) }));
      await property(inPath, operation, 3);
    }
    const { query = [], headers = [] } = operation.about;
    if (query.length > 0) {
      const names = fc.subarray(
        query.map((each) => each.name),
        { minLength: 1, maxLength: Math.min(query.length, 3) },
      );
      const inQuery = fc.tuple(names, text).map(([some, value]) => ({
        ...call,
        query: { ...call.query, ...Object.fromEntries(some.map((each) => [each, value.toWellFormed()])) },
      }));
      await property(inQuery, operation, 3);
      for (const parameter of query) {
        await send(operation, { ...call, query: { ...call.query, [parameter.name]: longDigits } });
      }
    }
    for (const header of headers) {
      const value = texts[name.length % 8] as string;
      await send(operation, { ...call, headers: { ...call.headers, [header.name.toLowerCase()]: value } });
    }
  });
});

describe('bodies', () => {
  test.each(withBody)('%s', async (name, operation) => {
    const call = goodCall(name);
    const places = placesIn(call.body);
    const inBody = fc
      .array(fc.tuple(fc.constantFrom(...places), values), { minLength: 1, maxLength: 3 })
      .map((changes) => ({
        ...call,
        body: changes.reduce((body, [at, value]) => withValue(body, at, value), call.body),
      }));
    await property(inBody, operation, 12);
  });

  test.each(withBody)('that are no JSON, or too much of it: %s', async (name, operation) => {
    const { body: _, ...call } = goodCall(name);
    const good = Buffer.from(JSON.stringify(goodCall(name).body ?? {}));
    for (const rawBody of [
      Buffer.concat([good.subarray(0, -2), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), good.subarray(-2)]),
      Buffer.from([0xef, 0xbb, 0xbf, ...good]),
      good.subarray(0, good.length >> 1),
      'null',
      '[]',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `{"data":${'{"a":'.repeat(33)}1${'}'.repeat(33)}}`,
    ]) {
      await send(operation, { ...call, rawBody });
    }
    const { status, json } = await send(operation, { ...call, rawBody: tenMegabytes });
    expect([status, json.code]).toEqual([413, 'LIMIT_EXCEEDED']);
  });
});

const tenMegabytes = Buffer.from(`{"data":[{"Last_Name":"${'x'.repeat(10 * 1024 * 1024)}"}]}`);

describe('files', () => {
  const named = cases.filter(([, { takesFiles }]) => takesFiles);
  const zip = Buffer.from('PK\u0003\u0004', 'latin1');

  test.each(named)('%s', async (name, operation) => {
    const { rawBody: _, ...call } = goodCall(name);
    const part = fc.record({
      filename: fc.constantFrom(...texts.map((text) => text.replaceAll(/["\r\n]/g, '').toWellFormed())),
      type: fc.constantFrom('text/csv', 'image/png', 'text/html', '../x', 'x'.repeat(2_000)),
      content: fc.constantFrom(
        Buffer.alloc(0),
        zip,
        Buffer.concat([zip, Buffer.alloc(200)]),
        Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      ),
    });
    const sent = fc.tuple(part, fc.constantFrom('file', 'other'), fc.nat({ max: 400 })).map(([file, field, cut]) => {
      const body = multipart({ [field]: file });
      const rawBody = cut < 100 ? body.rawBody.subarray(0, cut * 3) : body.rawBody;
      return { ...call, headers: { ...call.headers, ...body.headers }, rawBody };
    });
    await property(sent, operation, 15);
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'application/json']) {
      await send(operation, { ...call, headers: { ...call.headers, 'content-type': type }, rawBody: 'x' });
    }
  });
});

describe('ten thousand terms (ROB-01)', () => {
  const test1 = { field: { api_name: 'Last_Name' }, comparator: 'equal', value: 'x' };
  const group = { group_operator: 'or', group: Array.from({ length: 10_000 }, () => test1) };
  const operation = (name: string) => cases.find(([each]) => each === name)?.[1] as Operation;

  test.each(
    cases.filter(([, { about }]) => about.query?.some(({ name }) => name === 'criteria' || name === 'filters')),
  )('%s', async (name, each) => {
    const criteria = Array.from({ length: 10_000 }, () => '(Last_Name:equals:x)').join('or');
    const call = goodCall(name);
    for (const query of [
      { criteria },
      { filters: JSON.stringify(group) },
      { filters: JSON.stringify(nested(2_000)) },
    ]) {
      await send(each, { ...call, query: { ...call.query, ...query } });
    }
  });

  test('of a query are refused by its limit', async () => {
    const where = Array.from({ length: 10_000 }, () => "Last_Name = 'x'").join(' or ');
    const deep = `${'('.repeat(10_000)}Last_Name = 'x'${')'.repeat(10_000)}`;
    for (const condition of [where, deep, `Last_Name in (${"'x',".repeat(9_999)}'x')`]) {
      const body = { select_query: `select id from Leads where ${condition}` };
      const { status, json } = await send(operation('POST coql'), { body });
      expect([400, ['LIMIT_EXCEEDED', 'SYNTAX_ERROR', 'INVALID_QUERY']]).toEqual([
        status,
        expect.arrayContaining([json.code]),
      ]);
    }
    const criteria = Array.from({ length: 10_000 }, () => '(Last_Name:equals:x)').join('or');
    const found = await send(operation('GET {module}/search'), { path: ['Leads'], query: { criteria } });
    expect([found.status, found.json.code]).toEqual([400, 'CRITERIA_LIMIT_EXCEEDED']);
    const read = { query: { module: { api_name: 'Leads' }, criteria: group } };
    const headers = { 'content-type': 'application/json' };
    expect((await send(operation('POST /bulk/read'), { body: read, headers })).json.code).toBe('LIMIT_EXCEEDED');
  });

  test('over a real connection are refused in the form of the wire', async () => {
    const api = crm.apis.production;
    await api.listen({ port: 0, host: '127.0.0.1' });
    const { port } = api.server.address() as AddressInfo;
    const answered = (path: string, body?: Buffer) =>
      new Promise<{ status: number; json: { code: string } }>((resolve, reject) => {
        const headers = { authorization: `Zoho-oauthtoken ${crm.token}` };
        const outgoing = request({ port, method: body ? 'POST' : 'GET', path, headers }, (incoming) => {
          let text = '';
          incoming.on('data', (chunk) => {
            text += chunk;
          });
          incoming.on('end', () => resolve({ status: incoming.statusCode as number, json: JSON.parse(text) }));
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    const long = await answered(`/crm/v8/Leads/search?criteria=${'(Last_Name:equals:x)or'.repeat(10_000)}`);
    expect([long.status, long.json.code]).toEqual([431, 'INVALID_REQUEST']);
    const before = process.memoryUsage().rss;
    for (let sent = 0; sent < 40; sent++) expect((await answered('/crm/v8/coql', tenMegabytes)).status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(mostGrowth);
  });
});

test('after all that the organization works', async () => {
  const id = await world.lead();
  expect((await crm.call('GET', `/crm/v8/Leads/${id}`)).status).toBe(200);
});

type Place = readonly (string | number)[];

/** Where something stands in a body: every key and every item, however deep. */
function placesIn(value: unknown, at: Place = []): Place[] {
  const inside = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const keys = Array.isArray(value) ? inside.map(Number) : inside;
  return [at, ...keys.flatMap((key) => placesIn((value as Record<string | number, unknown>)[key], [...at, key]))];
}

/** The same with another value in a place; what is no object any more stays as it is. */
function withValue(body: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof body !== 'object' || body === null) return body;
  const inner = withValue((body as Record<string | number, unknown>)[key], rest, value);
  return Array.isArray(body) ? Object.assign([...body], { [key]: inner }) : { ...body, [key]: inner };
}
