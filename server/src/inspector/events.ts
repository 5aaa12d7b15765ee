import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { createStatementQueue } from '../database/statement-queue.ts';
import type { Clock } from '../foundation/clock.ts';
import { maskCredentials } from '../foundation/secrets.ts';
import type { Log } from '../http/log.ts';
import type { EventKind } from './event-kinds.ts';

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
}

/** An event ready for its row: secrets masked, the detail as JSON. */
interface StorableEvent extends Omit<ProtocolEvent, 'clientId' | 'detail'> {
  readonly clientId: string | null;
  readonly detail: string;
  readonly atMs: number;
}

export interface RecordedEvent extends Omit<ProtocolEvent, 'detail'> {
  readonly detail: Readonly<Record<string, unknown>>;
  readonly eventId: string;
  readonly atMs: number;
}

export interface EventRecorder {
  /** Records without making the request wait; failures are also logged. */
  record(event: ProtocolEvent): void;
  /** Resolves when everything recorded so far is stored. */
  flush(): Promise<void>;
}

/** Events waiting to be stored; beyond that new ones are counted and dropped rather than filling the memory. */
const maxWaiting = 10_000;

export function createEventRecorder(
  database: Database,
  options: { readonly clock: Clock; readonly log: Log; readonly recordEvents: Settings['recordEvents'] },
): EventRecorder {
  const { clock, log, recordEvents } = options;
  const queue = createStatementQueue<StorableEvent, undefined>({
    run: async (events) => {
      await database.query({
        name: 'record-events',
        text: `INSERT INTO protocol_event (at_ms, kind, outcome, client_id, user_id, request_id, detail)
               SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::jsonb[])`,
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
      return events.map(() => undefined);
    },
  });
  const waiting = new Set<Promise<unknown>>();
  return {
    record(event) {
      const failed = event.outcome !== 'Success';
      if (!failed && recordEvents === 'failures') return;
      const made = typeof event.detail === 'function' ? event.detail() : event.detail;
      const detail = maskCredentials(JSON.stringify(made ?? {}));
      const clientId = event.clientId ? maskCredentials(event.clientId) : null;
      if (failed) log.info({ ...event, clientId, detail: JSON.parse(detail), dataCenter: database.label }, 'refused');
      if (waiting.size >= maxWaiting) return;
      const stored = queue
        .submit({ ...event, clientId, detail, atMs: clock.nowMs() })
        .catch((error: Error) => log.warn({ err: error }, 'an event was not recorded'))
        .finally(() => waiting.delete(stored));
      waiting.add(stored);
    },
    async flush() {
      await Promise.all(waiting);
    },
  };
}

/** The newest events first, for people and tests. */
export async function listEvents(
  database: Database,
  filter: { readonly limit: number; readonly kind?: EventKind; readonly outcome?: string; readonly clientId?: string },
): Promise<RecordedEvent[]> {
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
    text: `SELECT event_id, at_ms, kind, outcome, client_id, user_id, request_id, detail FROM protocol_event
           WHERE ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR outcome = $3)
             AND ($4::text IS NULL OR client_id = $4)
           ORDER BY event_id DESC LIMIT $1`,
    values: [filter.limit, filter.kind ?? null, filter.outcome ?? null, filter.clientId ?? null],
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
