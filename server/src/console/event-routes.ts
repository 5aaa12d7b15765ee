import { isEventKind } from '../inspector/event-kinds.ts';
import { type EventFilter, listEvents, type RecordedEvent } from '../inspector/events.ts';
import { explain } from '../inspector/explain.ts';
import { tellSuccess } from '../inspector/tell-success.ts';
import { outcomes } from '../oauth/outcomes.ts';
import { findOwn } from './clients/own-clients.ts';
import type { ConsoleContext } from './context.ts';
import { badInput } from './failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from './route.ts';
import type { Streams } from './streams.ts';
import { isoTime } from './texts.ts';
import { type EventList, event, eventList, type ProtocolEvent } from './wire.ts';

const perPage = 50;

async function readEvents({ database, dataCenter }: ConsoleContext, filter: EventFilter): Promise<ProtocolEvent[]> {
  return (await listEvents(database, filter)).map(
    ({ atMs, clientId = null, userId = null, requestId = null, ...event }) => ({
      ...event,
      at: isoTime(atMs),
      dataCenter: dataCenter.id,
      meaning: meaningOf(event),
      failed: event.outcome !== 'Success',
      clientId,
      userId,
      requestId,
      ...(event.outcome === 'Success' ? {} : { explained: explain({ ...event, clientId, dataCenter: dataCenter.id }) }),
    }),
  );
}

function meaningOf({ kind, outcome, detail }: Pick<RecordedEvent, 'kind' | 'outcome' | 'detail'>): string {
  if (outcome === 'Success') return tellSuccess(kind, detail);
  return Object.hasOwn(outcomes, outcome) ? outcomes[outcome as keyof typeof outcomes].meaning : outcome;
}

const listQuery = {
  kind: 'A kind of event',
  outcome: '"failed": only what failed',
  before: 'Only what is older than the event with this id',
} as const;

async function list({ context, query }: ConsoleCall, clientId?: string): Promise<EventList> {
  const kind = query.get('kind') || undefined;
  if (kind !== undefined && !isEventKind(kind))
    throw badInput(`kind: there are no events of kind "${kind.slice(0, 50)}".`);
  const outcome = query.get('outcome') || null;
  if (outcome !== null && outcome !== 'failed') {
    throw badInput(`outcome: expected "failed" or nothing, got "${outcome.slice(0, 50)}".`);
  }
  const before = query.get('before') || undefined;
  if (before !== undefined && !/^\d{1,18}$/.test(before)) throw badInput('before: expected the id of an event.');
  const filter = { clientId, kind, before, failed: outcome === 'failed' };
  const found = await readEvents(context, { ...filter, limit: perPage + 1 });
  return { events: found.slice(0, perPage), more: found.length > perPage };
}

/** New events as they are stored. */
async function stream(streams: Streams, call: ConsoleCall, clientId?: string): Promise<void> {
  const { context } = call;
  // The newest of all, not of the client: then a client without events is not looked for among all those of others.
  let after = (await readEvents(context, { limit: 1 }))[0]?.eventId ?? '0';
  streams.open(call, async () => {
    const fresh = await readEvents(context, { clientId, after, limit: perPage });
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
      handle: (call) => list(call, call.query.get('clientId') || undefined),
    }),
    defineRoute({
      method: 'GET',
      path: '/administration/events/stream',
      summary: 'What happens at this data centre, by server-sent events; each message is an event',
      operator: true,
      answer: event,
      answerType: 'text/event-stream',
      handle: (call) => stream(streams, call),
    }),
  ];
}
