import {
  type Flow,
  type FlowFilter,
  type FlowSource,
  type FlowSummary,
  listFlows,
  readFlow,
} from '../inspector/flows/flow-reader.ts';
import type { LabReplay, ReplayReader } from '../lab/replay/lab-replay.ts';
import type { Client } from '../oauth/client.ts';
import { findOwn } from './clients/own-clients.ts';
import { badInput, notFound } from './failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from './route.ts';
import { sourcesOf } from './sources.ts';
import type { Streams } from './streams.ts';
import { isoTime } from './texts.ts';
import * as wire from './wire-flows.ts';

const perPage = 30;

const listQuery = {
  outcome: '"failed": only flows of which a step failed',
  dataCenter: 'Only flows with a step at this data centre',
  userId: 'Only flows of the user with this id',
  key: 'Only flows of the code or token whose SHA-256 begins with these 16 hexadecimal digits',
  requestId: 'Only the flow of this request',
  recordId: 'Only flows that told of this record',
  before: 'Only flows that began before this time (ISO 8601)',
} as const;

/** @throws ConsoleFailure 400. */
function readFilter(query: URLSearchParams): Omit<FlowFilter, 'limit'> {
  const read = (name: keyof typeof listQuery, pattern: RegExp, expected: string): string | undefined => {
    const text = query.get(name) || undefined;
    if (text !== undefined && !pattern.test(text)) {
      throw badInput(`${name}: expected ${expected}, got "${text.slice(0, 50)}".`);
    }
    return text;
  };
  const outcome = read('outcome', /^failed$/, '"failed" or nothing');
  const before = read('before', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'a time like 2026-01-31T12:00:00.000Z');
  const beforeMs = before === undefined ? undefined : Date.parse(before);
  if (Number.isNaN(beforeMs)) throw badInput(`before: expected a time, got "${before}".`);
  return {
    failed: outcome === 'failed',
    dataCenter: read('dataCenter', /^[a-z][a-z0-9]{0,7}$/, 'the id of a data centre'),
    userId: read('userId', /^\d{1,19}$/, 'up to 19 digits'),
    key: read('key', /^[0-9a-f]{16}$/, '16 hexadecimal digits'),
    requestId: read('requestId', /^[0-9a-f]{16}$/, '16 hexadecimal digits'),
    recordId: read('recordId', /^\d{1,19}$/, 'up to 19 digits'),
    beforeMs,
  };
}

async function list(call: ConsoleCall, client?: Client): Promise<wire.FlowList> {
  const sources = sourcesOf(call, client);
  const filter = { ...readFilter(call.query), clientId: client?.clientId, limit: perPage + 1 };
  const { flows, unreachable } = await listFlows(sources, filter);
  return { flows: flows.slice(0, perPage).map(describe), more: flows.length > perPage, unreachable: [...unreachable] };
}

/** @throws ConsoleFailure 404: unknown, or another client's. */
async function read(call: ConsoleCall, client?: Client): Promise<wire.Flow> {
  const sources = sourcesOf(call, client);
  const found = await find(sources, call.params.flowId ?? '', client);
  return describeFlow(found, await hiddenFrom(call, sources, found.flowId));
}

/** @throws ConsoleFailure 404: unknown, or another client's. */
async function find(sources: readonly FlowSource[], id: string, client?: Client): Promise<Flow> {
  const found = await readFlow(sources, id);
  if (!found || (client && found.clientId !== client.clientId)) throw notFound('flow');
  return found;
}

/**
 * What the lab may do for the reader: owners get no access to other users' data by it, operators none to that of another
 * data centre's users, and only operators move the time.
 */
function replayOf(call: ConsoleCall, client?: Client): { readonly replay: LabReplay; readonly reader: ReplayReader } {
  const { context, session } = call;
  const lab = context.lab();
  if (!lab) throw notFound('page');
  const sources = sourcesOf(call, client);
  const reader: ReplayReader = {
    find: (id) => find(sources, id, client),
    grantsFor: ({ dataCenter, userId }) =>
      dataCenter === context.dataCenter.id && (session.operator || userId === session.userId),
    movesTime: session.operator,
  };
  return { replay: lab.replay, reader };
}

async function replay(call: ConsoleCall, client?: Client): Promise<wire.FlowReplay> {
  const { reader, replay } = replayOf(call, client);
  const { flow_id: flowId, omitted, same, steps } = await replay.run(call.params.flowId ?? '', reader);
  const parts = steps.map(({ data_center: dataCenter, request_id: requestId, waited_ms: waitedMs, ...part }) => ({
    ...{ ...part, dataCenter, requestId, waitedMs },
  }));
  return { flowId, same, omitted, parts };
}

async function test(call: ConsoleCall, client?: Client): Promise<wire.FlowTest> {
  const runner = call.query.get('runner') || 'node';
  if (runner !== 'node' && runner !== 'vitest') {
    throw badInput(`runner: expected "node" or "vitest", got "${runner.slice(0, 50)}".`);
  }
  const { reader, replay } = replayOf(call, client);
  const { flow_id: flowId, source } = await replay.test(call.params.flowId ?? '', runner, reader);
  return { flowId, source };
}

/** The other data centres of the realm that the flow has steps at. */
async function hiddenFrom(call: ConsoleCall, seen: readonly FlowSource[], flowId: string): Promise<string[]> {
  const { admin, context } = call;
  const others = context.topology
    .realmOf(context.dataCenter)
    .map(({ id }) => admin.dataCenters.get(id))
    .filter((source) => source !== undefined && !seen.includes(source));
  const whole = await readFlow(others as FlowSource[], flowId);
  return whole?.flowId === flowId ? [...whole.dataCenters] : [];
}

function describe({ dataCenters, lastAtMs, startedAtMs, ...flow }: FlowSummary): wire.FlowSummary {
  return { ...flow, startedAt: isoTime(startedAtMs), lastAt: isoTime(lastAtMs), dataCenters: [...dataCenters] };
}

function describeFlow(
  { dataCenters, lastAtMs, startedAtMs, steps, unreachable, ...flow }: Flow,
  hiddenIn: string[],
): wire.Flow {
  return {
    ...flow,
    startedAt: isoTime(startedAtMs),
    lastAt: isoTime(lastAtMs),
    dataCenters: [...dataCenters],
    steps: steps as unknown as wire.Flow['steps'],
    unreachable: [...unreachable],
    hiddenIn,
  };
}

/** The flow anew whenever it has grown. */
async function stream(streams: Streams, call: ConsoleCall, client?: Client): Promise<void> {
  let before = (await read(call, client)).steps.length;
  streams.open(call, async () => {
    const now = await read(call, client);
    if (now.steps.length + now.omitted === before) return [];
    before = now.steps.length + now.omitted;
    return [now];
  });
}

/** The newest flows whenever one of them is new or has grown. */
async function streamList(streams: Streams, call: ConsoleCall, client?: Client): Promise<void> {
  const stateOf = ({ flows }: wire.FlowList) => flows.map(({ flowId, steps }) => `${flowId} ${steps}`).join();
  let before = stateOf(await list(call, client));
  streams.open(call, async () => {
    const now = await list(call, client);
    if (stateOf(now) === before) return [];
    before = stateOf(now);
    return [now];
  });
}

/** The flows of a client, for its owner; and those of the data centre, for operators. */
export function flowRoutes(streams: Streams): readonly ConsoleRoute[] {
  const served = [
    { base: '/clients/:id/flows', whose: 'of a client', findClient: (call: ConsoleCall) => findOwn(call) },
    { base: '/administration/flows', whose: 'of this data centre', findClient: async () => undefined, operator: true },
  ] as const;
  return served.flatMap(({ base, findClient, whose, ...operator }) => [
    defineRoute({
      ...operator,
      method: 'GET',
      path: base,
      summary: `The flows ${whose}, newest first`,
      query: listQuery,
      answer: wire.flowList,
      handle: async (call) => list(call, await findClient(call)),
    }),
    defineRoute({
      ...operator,
      method: 'GET',
      path: `${base}/stream`,
      summary: `The newest flows ${whose}, by server-sent events; each message is the list anew`,
      query: listQuery,
      answer: wire.flowList,
      answerType: 'text/event-stream',
      handle: async (call) => streamList(streams, call, await findClient(call)),
    }),
    defineRoute({
      ...operator,
      method: 'GET',
      path: `${base}/:flowId`,
      summary: `One of the flows ${whose}, by its id or that of one of its requests`,
      answer: wire.flow,
      handle: async (call) => read(call, await findClient(call)),
    }),
    defineRoute({
      ...operator,
      method: 'GET',
      path: `${base}/:flowId/stream`,
      summary: `One of the flows ${whose} as it grows, by server-sent events; each message is the flow anew`,
      answer: wire.flow,
      answerType: 'text/event-stream',
      handle: async (call) => stream(streams, call, await findClient(call)),
    }),
    defineRoute({
      ...operator,
      method: 'POST',
      path: `${base}/:flowId/replay`,
      summary: `Does one of the flows ${whose} again, on a platform with the lab`,
      answer: wire.flowReplay,
      handle: async (call) => replay(call, await findClient(call)),
    }),
    defineRoute({
      ...operator,
      method: 'GET',
      path: `${base}/:flowId/test`,
      summary: `One of the flows ${whose} as a test file, on a platform with the lab`,
      query: { runner: '"node" (left out) or "vitest"' },
      answer: wire.flowTest,
      handle: async (call) => test(call, await findClient(call)),
    }),
  ]);
}
