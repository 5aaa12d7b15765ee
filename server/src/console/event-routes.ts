import { isEventKind } from '../inspector/event-kinds.ts';
import { outcomes } from '../oauth/outcomes.ts';
import { findOwn } from './clients/own-clients.ts';
import type { ConsoleContext } from './context.ts';
import { badInput } from './failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from './route.ts';
import type { Streams } from './streams.ts';
import { type EventList, event, eventList, type ProtocolEvent } from './wire.ts';

const perPage = 50;

interface Filter {
  readonly clientId: string | null;
  readonly kind: string | null;
  readonly failed: boolean;
  /** Event ids, exclusive. */
  readonly before?: string | null;
  readonly after?: string;
}

interface Row {
  event_id: string;
  at_ms: string;
  kind: string;
  outcome: string;
  client_id: string | null;
  user_id: string | null;
  request_id: string | null;
  detail: Record<string, unknown>;
}

/** Newest first. */
export async function readEvents(context: ConsoleContext, filter: Filter, limit: number): Promise<ProtocolEvent[]> {
  const rows = await context.database.query<Row>({
    // A statement for each form: with one for both the planner could not know that the index of clients serves it.
    name: filter.clientId === null ? 'console-events' : 'console-events-of-client',
    text: `SELECT event_id, at_ms, kind, outcome, client_id, user_id, request_id, detail FROM protocol_event
           WHERE ${filter.clientId === null ? '$2::text IS NULL' : 'client_id = $2'} AND ($3::text IS NULL OR kind = $3)
             AND (NOT $4 OR outcome <> 'Success') AND ($5::bigint IS NULL OR event_id < $5)
             AND ($6::bigint IS NULL OR event_id > $6)
           ORDER BY event_id DESC LIMIT $1`,
    values: [limit, filter.clientId, filter.kind, filter.failed, filter.before ?? null, filter.after ?? null],
  });
  return rows.map((row) => ({
    eventId: row.event_id,
    at: new Date(Number(row.at_ms)).toISOString(),
    dataCenter: context.dataCenter.id,
    kind: row.kind,
    outcome: row.outcome,
    meaning: meaningOf(row.outcome),
    failed: row.outcome !== 'Success',
    clientId: row.client_id,
    userId: row.user_id,
    requestId: row.request_id,
    detail: row.detail,
  }));
}

function meaningOf(outcome: string): string {
  if (outcome === 'Success') return 'It went well.';
  return Object.hasOwn(outcomes, outcome) ? outcomes[outcome as keyof typeof outcomes].meaning : outcome;
}

const listQuery = {
  kind: 'A kind of event',
  outcome: '"failed": only what failed',
  before: 'Only what is older than the event with this id',
} as const;

async function list({ context, query }: ConsoleCall, clientId: string | null): Promise<EventList> {
  const kind = query.get('kind') || null;
  if (kind !== null && !isEventKind(kind)) throw badInput(`kind: there are no events of kind "${kind.slice(0, 50)}".`);
  const outcome = query.get('outcome') || null;
  if (outcome !== null && outcome !== 'failed') {
    throw badInput(`outcome: expected "failed" or nothing, got "${outcome.slice(0, 50)}".`);
  }
  const before = query.get('before') || null;
  if (before !== null && !/^\d{1,18}$/.test(before)) throw badInput('before: expected the id of an event.');
  const found = await readEvents(context, { clientId, kind, before, failed: outcome === 'failed' }, perPage + 1);
  return { events: found.slice(0, perPage), more: found.length > perPage };
}

/** New events as they are stored. */
async function stream(streams: Streams, call: ConsoleCall, clientId: string | null): Promise<void> {
  const { context } = call;
  const filter = { clientId, kind: null, failed: false };
  // The newest of all, not of the client: then a client without events is not looked for among all those of others.
  let after = (await readEvents(context, { ...filter, clientId: null }, 1))[0]?.eventId ?? '0';
  streams.open(call, async () => {
    const fresh = await readEvents(context, { ...filter, after }, perPage);
    after = fresh[0]?.eventId ?? after;
    return fresh.toReversed();
  });
}

/** What happened with a client, for its owner; and all of it, for operators. */
export function eventRoutes(streams: Streams): readonly ConsoleRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/clients/:id/events',
      summary: 'What happened with a client at this data centre, newest first',
      query: listQuery,
      answer: eventList,
      handle: async (call) => list(call, (await findOwn(call)).clientId),
    }),
    defineRoute({
      method: 'GET',
      path: '/clients/:id/events/stream',
      summary: 'What happens with a client, by server-sent events; each message is an event',
      answer: event,
      answerType: 'text/event-stream',
      handle: async (call) => stream(streams, call, (await findOwn(call)).clientId),
    }),
    defineRoute({
      method: 'GET',
      path: '/administration/events',
      summary: 'What happened at this data centre, newest first',
      operator: true,
      query: { ...listQuery, clientId: 'Only what this client did' },
      answer: eventList,
      handle: (call) => list(call, call.query.get('clientId') || null),
    }),
    defineRoute({
      method: 'GET',
      path: '/administration/events/stream',
      summary: 'What happens at this data centre, by server-sent events; each message is an event',
      operator: true,
      answer: event,
      answerType: 'text/event-stream',
      handle: (call) => stream(streams, call, null),
    }),
  ];
}
