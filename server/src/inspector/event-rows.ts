import type { Database, Queryable } from '../database/database.ts';
import { maskCredentials } from '../foundation/secrets.ts';
import { boundedDetail } from './bounded.ts';
import { type EventKind, quietKinds } from './event-kinds.ts';
import type { Exchange } from './exchange.ts';

/** An event ready for its row: secrets masked, the detail as JSON. */
export interface StorableEvent {
  readonly kind: EventKind;
  readonly outcome: string;
  readonly clientId: string | null;
  readonly userId?: string | null | undefined;
  readonly requestId?: string | undefined;
  /** JSON. */
  readonly detail: string;
  readonly atMs: number;
  readonly exchange?: Exchange | undefined;
  /** Fingerprints of the codes and tokens that came or were given, and other ties; see `flow-key.ts`. */
  readonly keys?: readonly string[] | undefined;
  /** The flow that the request itself names. */
  readonly flowId?: string | undefined;
}

/** One event as it was stored. */
export interface RecordedEvent {
  readonly eventId: string;
  readonly atMs: number;
  readonly kind: EventKind;
  readonly outcome: string;
  readonly clientId: string | null;
  readonly userId: string | null;
  readonly requestId?: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly flowId?: string;
  readonly exchange?: Exchange;
}

interface EventRow {
  event_id: string;
  at_ms: string;
  kind: EventKind;
  outcome: string;
  client_id: string | null;
  user_id: string | null;
  request_id: string | null;
  detail: Record<string, unknown>;
  flow_id?: string | null;
  exchange?: Exchange | null;
}

const columns = 'event_id, at_ms, kind, outcome, client_id, user_id, request_id, detail';

export async function updateEvent(
  database: Pick<Database, 'query'>,
  eventId: string,
  event: StorableEvent,
): Promise<void> {
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

/** The newest events first, for people and tests. Quiet kinds only where they are named, or failed. */
export async function listEvents(database: Database, filter: EventFilter): Promise<RecordedEvent[]> {
  const { limit, kind, outcome, failed = false, clientId, before, after } = filter;
  const rows = await database.query<EventRow>({
    // A statement for each form: with one for both the planner could not know that the index of clients serves it.
    name: clientId === undefined ? 'list-events' : 'list-events-of-client',
    text: `SELECT ${columns} FROM protocol_event
           WHERE ${clientId === undefined ? '$2::text IS NULL' : 'client_id = $2'}
             AND CASE WHEN $3::text IS NULL THEN kind <> ALL($8) OR outcome <> 'Success' ELSE kind = $3 END
             AND ($4::text IS NULL OR outcome = $4) AND (NOT $5 OR outcome <> 'Success')
             AND ($6::bigint IS NULL OR event_id < $6) AND ($7::bigint IS NULL OR event_id > $7)
           ORDER BY event_id DESC LIMIT $1`,
    values: [limit, clientId ?? null, kind ?? null, outcome ?? null, failed, before ?? null, after ?? null, quietKinds],
  });
  return rows.map(toEvent);
}

/** The events of a flow in their order: the first ones, and the newest where there are more than `limit`. */
export async function eventsOfFlow(queryable: Queryable, flowId: string, limit: number): Promise<RecordedEvent[]> {
  const half = Math.ceil(limit / 2);
  const rows = await queryable.query<EventRow>({
    name: 'events-of-flow',
    text: `SELECT * FROM (
             (SELECT ${columns}, flow_id, exchange FROM protocol_event WHERE flow_id = $1 ORDER BY event_id LIMIT $2)
             UNION
             (SELECT ${columns}, flow_id, exchange FROM protocol_event WHERE flow_id = $1 ORDER BY event_id DESC LIMIT $2)
           ) AS e ORDER BY event_id`,
    values: [flowId, half],
  });
  return rows.map(toEvent);
}

/** What was recorded of one request. */
export async function eventsOfRequest(queryable: Queryable, requestId: string): Promise<RecordedEvent[]> {
  const rows = await queryable.query<EventRow>({
    name: 'events-of-request',
    text: `SELECT ${columns}, flow_id, exchange FROM protocol_event WHERE request_id = $1 ORDER BY event_id LIMIT 100`,
    values: [requestId],
  });
  return rows.map(toEvent);
}

/** One event by its id. */
export async function findEvent(queryable: Queryable, eventId: string): Promise<RecordedEvent | undefined> {
  const [row] = await queryable.query<EventRow>({
    text: `SELECT ${columns}, flow_id, exchange FROM protocol_event WHERE event_id = $1`,
    values: [eventId],
  });
  return row && toEvent(row);
}

function toEvent(row: EventRow): RecordedEvent {
  return {
    eventId: row.event_id,
    atMs: Number(row.at_ms),
    kind: row.kind,
    outcome: row.outcome,
    clientId: row.client_id,
    userId: row.user_id,
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    detail: row.detail,
    ...(row.flow_id && { flowId: row.flow_id }),
    ...(row.exchange && { exchange: row.exchange }),
  };
}

/** PostgreSQL stores no NUL, neither as a character nor as a JSON escape; a replacement character shows where it was. */
export function storable<Text extends string | null>(text: Text): Text {
  return text === null ? text : (text.replaceAll('\0', '\ufffd').replaceAll('\\u0000', '\\ufffd') as Text);
}

/** A detail as it may be stored: JSON, bounded, secrets masked, no NUL. */
export function storableDetail(
  detail: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return storable(maskCredentials(JSON.stringify({ ...boundedDetail(detail), ...more })));
}
