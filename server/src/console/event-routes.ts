import { isEventKind } from '../inspector/event-kinds.ts';
import { outcomes } from '../oauth/outcomes.ts';
import type { ConsoleContext } from './context.ts';
import { badInput } from './failure.ts';
import { findOwn } from './own-clients.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from './route.ts';
import { type EventList, eventList, type ProtocolEvent } from './wire.ts';

const perPage = 50;
const pollMs = 1000;

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
async function readEvents(context: ConsoleContext, filter: Filter, limit: number): Promise<ProtocolEvent[]> {
  const rows = await context.database.query<Row>({
    name: 'console-events',
    text: `SELECT event_id, at_ms, kind, outcome, client_id, user_id, request_id, detail FROM protocol_event
           WHERE ($2::text IS NULL OR client_id = $2) AND ($3::text IS NULL OR kind = $3)
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

async function list({ context, query }: ConsoleCall<unknown>, clientId: string | null): Promise<EventList> {
  const kind = query.get('kind') || null;
  if (kind !== null && !isEventKind(kind)) throw badInput(`kind: there are no events of kind "${kind.slice(0, 50)}".`);
  const before = query.get('before') || null;
  if (before !== null && !/^\d{1,18}$/.test(before)) throw badInput('before: expected the id of an event.');
  const found = await readEvents(
    context,
    { clientId, kind, before, failed: query.get('outcome') === 'failed' },
    perPage + 1,
  );
  return { events: found.slice(0, perPage), more: found.length > perPage };
}

/** New events as server-sent events (HTML Living Standard §9.2), until the browser goes away. */
async function stream({ context, reply }: ConsoleCall<unknown>, clientId: string | null): Promise<void> {
  const filter = { clientId, kind: null, failed: false };
  let after = (await readEvents(context, filter, 1))[0]?.eventId ?? '0';
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  raw.write(': begin\n\n');
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      const fresh = await readEvents(context, { ...filter, after }, perPage);
      after = fresh[0]?.eventId ?? after;
      for (const event of fresh.toReversed()) raw.write(`data: ${JSON.stringify(event)}\n\n`);
    } catch {
      // The browser asks again by itself.
      raw.destroy();
    }
    busy = false;
  }, pollMs);
  raw.on('close', () => clearInterval(timer));
}

/** What happened with a client, for its owner; and all of it, for operators. */
export const eventRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients/:id/events',
    summary: 'What happened with a client, newest first',
    answer: eventList,
    handle: async (call) => list(call, (await findOwn(call)).clientId),
  }),
  defineRoute({
    method: 'GET',
    path: '/clients/:id/events/stream',
    summary: 'What happens with a client, by server-sent events',
    handle: async (call) => stream(call, (await findOwn(call)).clientId),
  }),
  defineRoute({
    method: 'GET',
    path: '/administration/events',
    summary: 'What happened at this data centre, newest first',
    operator: true,
    answer: eventList,
    handle: (call) => list(call, call.query.get('clientId') || null),
  }),
  defineRoute({
    method: 'GET',
    path: '/administration/events/stream',
    summary: 'What happens at this data centre, by server-sent events',
    operator: true,
    handle: (call) => stream(call, null),
  }),
];
