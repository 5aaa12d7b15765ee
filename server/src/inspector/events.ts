import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import type { Expiring } from '../database/delete-expired.ts';
import { createStatementQueue } from '../database/statement-queue.ts';
import type { Clock } from '../foundation/clock.ts';
import { maskCredentials } from '../foundation/secrets.ts';
import type { Log } from '../http/log.ts';
import type { LateExplanation } from '../oauth/outcomes.ts';
import { boundedDetail, boundedText } from './bounded.ts';
import type { EventKind } from './event-kinds.ts';
import { isUnbounded, RepeatFilter, windowMs } from './repeats.ts';

/** One thing that happened on the wire, with its precise outcome. Secrets are masked before they get here. */
export interface ProtocolEvent {
  readonly kind: EventKind;
  /** `Success`, or the failure's name in the outcome catalogue. */
  readonly outcome: string;
  readonly clientId?: string | null;
  readonly userId?: string | null;
  readonly requestId?: string;
  /** What was expected and what came; a function where making it costs something, for it may not be wanted. */
  readonly detail?: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>);
  /** Asked for after the answer; the event is stored when it is there. */
  readonly explanation?: LateExplanation;
}

/** An event ready for its row: secrets masked, the detail as JSON. */
interface StorableEvent extends Omit<ProtocolEvent, 'clientId' | 'detail' | 'explanation'> {
  readonly clientId: string | null;
  readonly detail: string;
  readonly atMs: number;
}

export interface RecordedEvent extends Omit<ProtocolEvent, 'detail' | 'explanation'> {
  readonly detail: Readonly<Record<string, unknown>>;
  readonly eventId: string;
  readonly atMs: number;
}

export interface EventRecorder {
  /**
   * Records without making the request wait; failures are also logged. Of many alike in a minute the first are recorded
   * and logged one by one, the others as one event with their number (`repeated`).
   */
  record(event: ProtocolEvent): void;
  /** Resolves when everything recorded so far is stored, numbers included. */
  flush(): Promise<void>;
}

export interface ForgetfulRecorder {
  /** Lets go of the rows that numbers are written to: they are not there any more. */
  forget(): void;
}

/** An event on its way: who it is about in full, its detail not made yet. */
interface ArrivedEvent extends Omit<ProtocolEvent, 'clientId'> {
  readonly clientId: string | null;
  readonly atMs: number;
}

/** Events waiting to be stored; beyond that new ones are counted and dropped rather than filling the memory. */
const maxWaiting = 10_000;
const longestExplanationMs = 2_000;
const maxClientIdLength = 100;

export function createEventRecorder(
  database: Pick<Database, 'query' | 'label'>,
  options: {
    readonly clock: Clock;
    readonly log: Log;
    readonly recordEvents: Settings['recordEvents'];
    readonly eventsPerMinute: number;
  },
): EventRecorder & ForgetfulRecorder {
  const { clock, log, recordEvents } = options;
  const queue = createStatementQueue<StorableEvent, string>({ run: (events) => insertEvents(database, events) });
  let filter = new RepeatFilter<ArrivedEvent>(options.eventsPerMinute);
  const waiting = new Set<Promise<unknown>>();
  let telling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const warn = (error: Error) => log.warn({ err: error }, 'an event was not recorded');

  const logFailure = (event: StorableEvent): void => {
    if (event.outcome === 'Success') return;
    log.info({ ...event, detail: JSON.parse(event.detail), dataCenter: database.label }, 'refused');
  };

  const store = (arrived: ArrivedEvent): Promise<unknown> => {
    const event = storableEvent(arrived);
    logFailure(event);
    return queue.submit(event).catch(warn);
  };

  /** Writes the numbers of what was only counted. One at a time: each has one row, which the next call brings up to date. */
  const tellCounted = async (): Promise<void> => {
    const { repeated, dropped } = filter.takeUntold();
    for (const group of repeated) {
      const { count } = group;
      const withinSeconds = windowMs / 1000;
      const event = storableEvent(group.event, { repeated: count, withinSeconds });
      logFailure(event);
      if (group.rowId === undefined) [group.rowId] = await insertEvents(database, [event]);
      else await updateEvent(database, group.rowId, event);
      group.told = count;
    }
    for (const { counts, limit } of dropped) {
      const of = Object.fromEntries(counts);
      const sum = [...counts.values()].reduce((total, count) => total + count, 0);
      const detail = { dropped: sum, of, limit, withinSeconds: windowMs / 1000 };
      const event = { kind: 'events', outcome: 'EventsDropped', clientId: null, atMs: clock.nowMs(), detail } as const;
      logFailure(storableEvent(event));
      await insertEvents(database, [storableEvent(event)]);
    }
  };

  const tell = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    telling = telling.then(tellCounted).catch(warn);
    return telling;
  };

  return {
    record(given) {
      if (given.outcome === 'Success' && recordEvents === 'failures') return;
      const nowMs = clock.nowMs();
      const clientId = given.clientId ? maskCredentials(boundedText(given.clientId, maxClientIdLength)) : null;
      const arrived: ArrivedEvent = { ...given, clientId, atMs: nowMs };
      const admitted = !isUnbounded(given.kind, given.outcome) || filter.admits(arrived, nowMs);
      if (admitted && waiting.size >= maxWaiting) filter.drop(`${given.kind} ${given.outcome}`);
      if (!admitted || waiting.size >= maxWaiting) {
        timer ??= setTimeout(tell, windowMs).unref();
        return;
      }
      const { explanation } = arrived;
      const stored = (explanation ? explained(arrived, explanation).then(store) : store(arrived)).finally(() =>
        waiting.delete(stored),
      );
      waiting.add(stored);
    },
    forget() {
      filter = new RepeatFilter<ArrivedEvent>(options.eventsPerMinute);
    },
    async flush() {
      await Promise.all(waiting);
      if (filter.hasUntold) await tell();
      else await telling;
    },
  };
}

/** The event with what is found out about it in time; as it is, where that takes too long or fails. */
async function explained(event: ArrivedEvent, explanation: LateExplanation): Promise<ArrivedEvent> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, longestExplanationMs, undefined);
  const found = await Promise.race([explanation().catch(() => undefined), tooLate]);
  clearTimeout(timer);
  if (!found) return event;
  const detail = typeof event.detail === 'function' ? event.detail() : event.detail;
  return { ...event, outcome: found.outcome, detail: { ...detail, ...found.detail } };
}

function storableEvent(
  { detail, explanation, ...event }: ArrivedEvent,
  more: Readonly<Record<string, unknown>> = {},
): StorableEvent {
  const made = typeof detail === 'function' ? detail() : (detail ?? {});
  return { ...event, detail: maskCredentials(JSON.stringify({ ...boundedDetail(made), ...more })) };
}

/** Returns the ids of the rows, in the order of the events. */
async function insertEvents(database: Pick<Database, 'query'>, events: readonly StorableEvent[]): Promise<string[]> {
  const rows = await database.query<{ event_id: string }>({
    name: 'record-events',
    text: `INSERT INTO protocol_event (at_ms, kind, outcome, client_id, user_id, request_id, detail)
           SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::jsonb[])
           RETURNING event_id`,
    values: [
      events.map((event) => event.atMs),
      events.map((event) => event.kind),
      events.map((event) => event.outcome),
      events.map((event) => storable(event.clientId)),
      events.map((event) => event.userId ?? null),
      events.map((event) => event.requestId ?? null),
      events.map((event) => storable(event.detail)),
    ],
  });
  return rows.map((row) => row.event_id);
}

async function updateEvent(database: Pick<Database, 'query'>, eventId: string, event: StorableEvent): Promise<void> {
  await database.query({
    text: 'UPDATE protocol_event SET at_ms = $2, user_id = $3, request_id = $4, detail = $5 WHERE event_id = $1',
    values: [eventId, event.atMs, event.userId ?? null, event.requestId ?? null, storable(event.detail)],
  });
}

/** Which events are listed: those that fit all that is named. */
export interface EventFilter {
  readonly limit: number;
  readonly kind?: EventKind | undefined;
  readonly outcome?: string | undefined;
  /** Only what did not succeed. */
  readonly failed?: boolean;
  readonly clientId?: string | undefined;
  /** Event ids, exclusive. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** The newest events first, for people and tests. */
export async function listEvents(database: Database, filter: EventFilter): Promise<RecordedEvent[]> {
  const { limit, kind, outcome, failed = false, clientId, before, after } = filter;
  const rows = await database.query<{
    event_id: string;
    at_ms: string;
    kind: EventKind;
    outcome: string;
    client_id: string | null;
    user_id: string | null;
    request_id: string | null;
    detail: Record<string, unknown>;
  }>({
    // A statement for each form: with one for both the planner could not know that the index of clients serves it.
    name: clientId === undefined ? 'list-events' : 'list-events-of-client',
    text: `SELECT event_id, at_ms, kind, outcome, client_id, user_id, request_id, detail FROM protocol_event
           WHERE ${clientId === undefined ? '$2::text IS NULL' : 'client_id = $2'} AND ($3::text IS NULL OR kind = $3)
             AND ($4::text IS NULL OR outcome = $4) AND (NOT $5 OR outcome <> 'Success')
             AND ($6::bigint IS NULL OR event_id < $6) AND ($7::bigint IS NULL OR event_id > $7)
           ORDER BY event_id DESC LIMIT $1`,
    values: [limit, clientId ?? null, kind ?? null, outcome ?? null, failed, before ?? null, after ?? null],
  });
  return rows.map((row) => ({
    eventId: row.event_id,
    atMs: Number(row.at_ms),
    kind: row.kind,
    outcome: row.outcome,
    clientId: row.client_id,
    userId: row.user_id,
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    detail: row.detail,
  }));
}

/** PostgreSQL stores no NUL, neither as a character nor as a JSON escape; a replacement character shows where it was. */
function storable<Text extends string | null>(text: Text): Text {
  return text === null ? text : (text.replaceAll('\0', '\ufffd').replaceAll('\\u0000', '\\ufffd') as Text);
}

/** Events are kept for a month. */
export const expiringEvents: Expiring = { table: 'protocol_event', column: 'at_ms', keptMs: 30 * 86_400_000 };
