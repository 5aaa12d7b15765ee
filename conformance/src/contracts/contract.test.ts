import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ContractOperation, contractOperations } from '../../../server/src/crm/testing/contract-documents.ts';
import { until } from '../../../server/src/testing/platform-process.ts';
import { areas } from './areas/index.ts';
import { departures } from './departures.ts';
import { derivedCalls } from './derived.ts';
import { type HttpCall, openStage, type Stage } from './stage.ts';
import { type Expected, isGood, type OperationCall, type Row } from './table.ts';

/**
 * Every operation of the contract documents, called with good and with bad input on a live platform; every answer is
 * held against its document. The documents say which operations there are; the areas say how they are called.
 */
const documented = contractOperations();
const operations = documented.filter(({ path }) => path.startsWith('/crm/'));
/** What the platform itself sends. */
const callback = documented.find(({ document }) => document === 'notification_callback.json');

let stage: Stage;
const fixtures = new Map<string, Promise<unknown>>();
if (operations.length > 0) {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
}

const keyOf = ({ method, path }: ContractOperation) =>
  `${method} ${path.replace(/^\/crm(\/bulk)?\/v8\//, '$1/').replace(/^\//, '')}`;

function rowsOf(operation: ContractOperation): readonly Row<never>[] {
  return areas.find(({ document }) => document === operation.document)?.rows[keyOf(operation)] ?? [];
}

const departureOf = (operation: ContractOperation) =>
  departures.find((each) => each.document === operation.document && each.operation === keyOf(operation));

function fixtureOf(document: string): Promise<unknown> {
  const known = fixtures.get(document) ?? areas.find((each) => each.document === document)?.setUp(stage);
  fixtures.set(document, known as Promise<unknown>);
  return known as Promise<unknown>;
}

async function callOf(operation: ContractOperation, [, call = {}]: Row<never>): Promise<HttpCall> {
  const { at = {}, ...rest }: OperationCall =
    typeof call === 'function' ? await call((await fixtureOf(operation.document)) as never) : call;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const part = at[name] ?? (name === 'module_api_name' ? 'Leads' : undefined);
    if (part === undefined) throw new Error(`${keyOf(operation)}: nothing stands for {${name}}`);
    return encodeURIComponent(part);
  });
  const bulk: Record<string, string> = path.startsWith('/crm/bulk/') ? { 'content-type': 'application/json' } : {};
  return { ...rest, method: operation.method, path, headers: { ...bulk, ...rest.headers } };
}

/** What is wrong with the answer to a call: nothing when it is as expected and as the document says. */
async function faultOf(operation: ContractOperation, call: HttpCall, expected: Expected): Promise<string | undefined> {
  const { status, json, text } = await stage.call(call);
  const [code, wanted] = typeof expected === 'number' ? ['', expected] : withStatus(expected);
  const fault =
    status !== wanted || (code !== '' && !codesOf(json).includes(code))
      ? `expected ${expected}`
      : departureOf(operation)?.codes?.includes(code)
        ? undefined
        : operation.checkAnswer(status, json);
  if (fault === undefined) return undefined;
  const sent = [call.query, call.rawBody ?? call.body].filter((part) => part !== undefined);
  return `${call.method} ${call.path} ${sent.map((part) => JSON.stringify(part)).join(' ')} -> ${status} ${text.slice(0, 1000)}: ${fault}`;
}

function withStatus(expected: string): [string, number] {
  const [code = '', status = '400'] = /^\d/.test(expected) ? ['', expected] : expected.split(' ');
  return [code, Number(status)];
}

function codesOf(json: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const items = Object.values(json ?? {}).find(Array.isArray) ?? [];
  return [json?.code, ...items.map((item: { code?: unknown }) => item?.code)];
}

describe.skipIf(operations.length === 0)('contract', () => {
  test('every operation of the documents is covered, by good and by bad calls, and nothing else is', () => {
    const uncovered = operations.filter((operation) => {
      const rows = rowsOf(operation);
      return !(rows.some(isGood) && rows.some((row) => !isGood(row)));
    });
    expect(uncovered.map((each) => `${each.document}: ${keyOf(each)}`)).toEqual([]);
    const known = new Set(operations.map((operation) => `${operation.document}: ${keyOf(operation)}`));
    const rows = areas.flatMap(({ document, rows }) => Object.keys(rows).map((key) => `${document}: ${key}`));
    expect(rows.filter((row) => !known.has(row))).toEqual([]);
  });

  for (const operation of operations) {
    const rows = rowsOf(operation);
    const good = rows.filter(isGood);
    if (rows.length === 0) continue;
    const title = `${operation.document} ${keyOf(operation)}: ${good.length} good, ${rows.length - good.length} bad`;
    test(title, async () => {
      await fixtureOf(operation.document);
      const faults: (string | undefined)[] = [];
      for (const row of rows) {
        const call = await callOf(operation, row);
        const bodyFault = row[0] === 200 || row[0] === 201 ? operation.checkBody(call.body) : undefined;
        faults.push(bodyFault && `${JSON.stringify(call.body)} is no body of the contract: ${bodyFault}`);
        faults.push(await faultOf(operation, call, row[0]));
      }
      const [first] = good as [Row<never>];
      for (const [why, expected, change] of await derivedCalls(
        operation,
        departureOf(operation),
        stage,
        await callOf(operation, first),
      )) {
        const call = change(await callOf(operation, first));
        const fault = await faultOf(operation, call, expected === 'as before' ? first[0] : expected);
        faults.push(fault && `${why}: ${fault}`);
      }
      const found = faults.filter((fault) => fault !== undefined);
      if (found.length > 0) throw new Error(found.join('\n'));
    });
  }
});

describe.skipIf(!callback)('contract', () => {
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  const received: any[] = [];
  const receiver = createServer(async (request, response) => {
    received.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
    response.end();
  });
  afterAll(() => {
    receiver.close();
  });

  test('notification_callback.json POST NOTIFY_URL: 3 good, 0 bad', async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/?a=1`;
    const watch = {
      channel_id: '1',
      events: ['Leads.all'],
      token: 't',
      notify_url,
      return_affected_field_values: true,
    };
    await stage.prepare('POST', 'actions/watch', { body: { watch: [watch] } });
    const lead = await stage.lead();
    await stage.prepare('PUT', `Leads/${lead}`, { body: { data: [{ Company: 'Other' }] } });
    await stage.prepare('DELETE', `Leads/${lead}`);
    await until(() => received.length === 3, 'three notifications');
    for (const body of received) expect(callback?.checkBody(body), JSON.stringify(body)).toBeUndefined();
    expect(received.map(({ operation, ids }) => [operation, ids])).toEqual(
      ['insert', 'update', 'delete'].map((operation) => [operation, [lead]]),
    );
    await stage.prepare('DELETE', 'actions/watch', { query: { channel_ids: '1' } });
  });
});

test.runIf(operations.length === 0)(
  'the contract documents are not available: expected GRANTWAY_CONTRACTS to name their folder',
  (context) => context.skip(),
);
