import type { Database } from '../../database/database.ts';
import { eventsOfFlow, eventsOfRequest, type RecordedEvent } from '../event-rows.ts';
import type { EventRecorder } from '../events.ts';
import { type FlowStep, toStep } from './flow-step.ts';

/** A data centre whose steps the reader may see. */
export interface FlowSource {
  readonly dataCenter: { readonly id: string };
  readonly database: Database;
  readonly events: Pick<EventRecorder, 'settled' | 'counted'>;
}

export interface FlowSummary {
  readonly flowId: string;
  readonly clientId: string | null;
  readonly userId: string | null;
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly outcome: FlowOutcome;
  /** In the order in which the flow came to them. */
  readonly dataCenters: readonly string[];
  readonly steps: number;
}

export type FlowOutcome = 'succeeded' | 'failed';

export interface Flow extends Omit<FlowSummary, 'steps'> {
  readonly steps: readonly FlowStep[];
  /** Steps between the first and the newest ones that are not in `steps`, because there are so many. */
  readonly omitted: number;
  /** Data centres that did not answer: their steps are missing. */
  readonly unreachable: readonly string[];
}

export interface FlowFilter {
  readonly limit: number;
  readonly clientId?: string | undefined;
  readonly userId?: string | undefined;
  /** Only flows with a step there. */
  readonly dataCenter?: string | undefined;
  readonly failed?: boolean | undefined;
  /** The key of a code or token (`credentialKey`). */
  readonly key?: string | undefined;
  readonly requestId?: string | undefined;
  readonly recordId?: string | undefined;
  /** Only flows that began before. */
  readonly beforeMs?: number | undefined;
}

/** Most steps of one flow that are read from a data centre. */
const mostSteps = 400;

interface FlowRow {
  flow_id: string;
  client_id: string | null;
  user_id: string | null;
  started_at_ms: string;
  last_at_ms: string;
  failed: boolean;
  steps: number;
}

interface Part {
  readonly dataCenter: string;
  readonly row: FlowRow;
}

const columns = 'f.flow_id, f.client_id, f.user_id, f.started_at_ms, f.last_at_ms, f.failed, f.steps';

/** The newest flows first, joined over the sources. */
export async function listFlows(
  sources: readonly FlowSource[],
  filter: FlowFilter,
): Promise<{ readonly flows: readonly FlowSummary[]; readonly unreachable: readonly string[] }> {
  const { dataCenter, failed = false, limit } = filter;
  // A flow that failed here may have failed at another data centre only: the list is cut after joining.
  const first = await overAll(sources, (source) =>
    dataCenter === undefined || source.dataCenter.id === dataCenter ? newestFlows(source.database, filter) : [],
  );
  const ids = [...new Set(first.found.flatMap(({ value }) => value.map((row) => row.flow_id)))];
  const all = await overAll(sources, (source) => flowsById(source.database, ids));
  const parts = all.found.flatMap(({ dataCenter, value }) => value.map((row) => ({ dataCenter, row })));
  const flows = joined(parts)
    .filter((flow) => (!failed || flow.outcome === 'failed') && fits(flow, filter))
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs || (a.flowId < b.flowId ? 1 : -1));
  return { flows: flows.slice(0, limit), unreachable: all.unreachable };
}

/**
 * A flow by its id, or by the id of any request of it. A request that belongs to no flow is told as one of its own.
 * @returns undefined where nobody knows the id.
 */
export async function readFlow(sources: readonly FlowSource[], id: string): Promise<Flow | undefined> {
  await Promise.all(sources.map(({ events }) => events.settled()));
  const own = await readSteps(sources, (database) => eventsOfFlow(database, id, mostSteps));
  if (own.steps.length > 0) return toFlow(sources, id, own);
  const ofRequest = await overAll(sources, async ({ database, events }) => {
    const found = await eventsOfRequest(database, id);
    const counted = found.length > 0 ? undefined : await events.counted(id);
    return counted ? [counted] : found;
  });
  const events = ofRequest.found.flatMap(({ dataCenter, value }) => value.map((event) => ({ dataCenter, event })));
  if (events.length === 0) return undefined;
  const flowId = events.find(({ event }) => event.flowId !== undefined)?.event.flowId;
  if (flowId !== undefined) {
    const whole = await readSteps(sources, (database) => eventsOfFlow(database, flowId, mostSteps));
    if (whole.steps.length > 0) return toFlow(sources, flowId, whole);
  }
  const steps = events.map(({ dataCenter, event }) => toStep(event, dataCenter));
  return toFlow([], id, { steps, unreachable: ofRequest.unreachable });
}

async function readSteps(
  sources: readonly FlowSource[],
  read: (database: Database) => Promise<readonly RecordedEvent[]>,
): Promise<{ steps: FlowStep[]; unreachable: readonly string[] }> {
  const { found, unreachable } = await overAll(sources, ({ database }) => read(database));
  const steps = found.flatMap(({ dataCenter, value }) => value.map((event) => toStep(event, dataCenter)));
  return { steps, unreachable };
}

async function toFlow(
  sources: readonly FlowSource[],
  flowId: string,
  { steps: given, unreachable }: { readonly steps: readonly FlowStep[]; readonly unreachable: readonly string[] },
): Promise<Flow> {
  // Of one data centre in the order of their ids; over several by the clock, which all of them share.
  const steps = given.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : sameTime(a, b)));
  const stored = await overAll(sources, ({ database }) => flowsById(database, [flowId]));
  const total = stored.found.flatMap(({ value }) => value).reduce((sum, row) => sum + row.steps, 0);
  const times = steps.map(({ at }) => Date.parse(at));
  return {
    flowId,
    clientId: steps.find((step) => step.clientId !== null)?.clientId ?? null,
    userId: steps.find((step) => step.userId !== null)?.userId ?? null,
    startedAtMs: Math.min(...times),
    lastAtMs: Math.max(...times),
    outcome: steps.some((step) => step.failed) ? 'failed' : 'succeeded',
    dataCenters: [...new Set(steps.map(({ dataCenter }) => dataCenter))],
    steps,
    omitted: Math.max(0, total - steps.length),
    unreachable,
  };
}

function sameTime(a: FlowStep, b: FlowStep): number {
  return a.dataCenter === b.dataCenter ? Number(BigInt(a.eventId) - BigInt(b.eventId)) : 0;
}

/** Asks every source; one that does not answer is named, and holds nobody up. */
export async function overAll<Value>(
  sources: readonly FlowSource[],
  ask: (source: FlowSource) => Promise<Value> | Value,
): Promise<{ found: { dataCenter: string; value: Value }[]; unreachable: string[] }> {
  const answers = await Promise.allSettled(sources.map(async (source) => ask(source)));
  const found: { dataCenter: string; value: Value }[] = [];
  const unreachable: string[] = [];
  answers.forEach((answer, index) => {
    const dataCenter = sources[index]?.dataCenter.id ?? '';
    if (answer.status === 'fulfilled') found.push({ dataCenter, value: answer.value });
    else unreachable.push(dataCenter);
  });
  return { found, unreachable };
}

async function newestFlows(database: Database, filter: FlowFilter): Promise<FlowRow[]> {
  const values: unknown[] = [filter.limit];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (filter.clientId !== undefined) conditions.push(`f.client_id = ${parameter(filter.clientId)}`);
  if (filter.userId !== undefined) conditions.push(`f.user_id = ${parameter(filter.userId)}`);
  if (filter.failed && filter.dataCenter === undefined) conditions.push('f.failed');
  if (filter.beforeMs !== undefined) conditions.push(`f.started_at_ms < ${parameter(filter.beforeMs)}`);
  if (filter.key !== undefined) {
    conditions.push(`f.flow_id IN (SELECT flow_id FROM flow_link WHERE key = ${parameter(filter.key)})`);
  }
  if (filter.requestId !== undefined) {
    const request = parameter(filter.requestId);
    conditions.push(`f.flow_id IN (SELECT flow_id FROM protocol_event WHERE request_id = ${request})`);
  }
  if (filter.recordId !== undefined) {
    const record = parameter(filter.recordId);
    conditions.push(`f.flow_id IN (SELECT flow_id FROM protocol_event
      WHERE detail -> 'records' ? ${record} OR detail ->> 'path' ~ ('/' || ${record} || '(/|$)'))`);
  }
  return database.query<FlowRow>({
    text: `SELECT ${columns} FROM flow f ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
           ORDER BY f.started_at_ms DESC, f.flow_id LIMIT $1`,
    values,
  });
}

async function flowsById(database: Database, ids: readonly string[]): Promise<FlowRow[]> {
  if (ids.length === 0) return [];
  return database.query<FlowRow>({
    name: 'flows-by-id',
    text: `SELECT ${columns} FROM flow f WHERE f.flow_id = ANY($1)`,
    values: [ids],
  });
}

function joined(parts: readonly Part[]): FlowSummary[] {
  const byId = Map.groupBy(parts, ({ row }) => row.flow_id);
  return [...byId].map(([flowId, own]) => {
    const inOrder = own.toSorted((a, b) => Number(a.row.started_at_ms) - Number(b.row.started_at_ms));
    const rows = inOrder.map(({ row }) => row);
    return {
      flowId,
      clientId: rows.find((row) => row.client_id !== null)?.client_id ?? null,
      userId: rows.find((row) => row.user_id !== null)?.user_id ?? null,
      startedAtMs: Number(rows[0]?.started_at_ms),
      lastAtMs: Math.max(...rows.map((row) => Number(row.last_at_ms))),
      outcome: rows.some((row) => row.failed) ? 'failed' : 'succeeded',
      dataCenters: inOrder.map(({ dataCenter }) => dataCenter),
      steps: rows.reduce((sum, row) => sum + row.steps, 0),
    };
  });
}

function fits(flow: FlowSummary, { beforeMs, clientId }: FlowFilter): boolean {
  if (beforeMs !== undefined && flow.startedAtMs >= beforeMs) return false;
  return clientId === undefined || flow.clientId === clientId;
}
