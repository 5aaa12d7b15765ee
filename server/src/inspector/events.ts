import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { createStatementQueue } from '../database/statement-queue.ts';
import type { Clock } from '../foundation/clock.ts';
import { maskCredentials } from '../foundation/secrets.ts';
import type { Log } from '../http/log.ts';
import type { LateExplanation } from '../oauth/outcomes.ts';
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
  /** Records without making the request wait; failures are also logged. */
  record(event: ProtocolEvent): void;
  /** Resolves when everything recorded so far is stored. */
  flush(): Promise<void>;
}

/** Events waiting to be stored; beyond that new ones are counted and dropped rather than filling the memory. */
const maxWaiting = 10_000;
const longestExplanationMs = 2_000;

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
  const prepare = ({ explanation, ...event }: ProtocolEvent, atMs: number): StorableEvent => {
    const made = typeof event.detail === 'function' ? event.detail() : event.detail;
    const detail = maskCredentials(JSON.stringify(made ?? {}));
    return { ...event, clientId: event.clientId ? maskCredentials(event.clientId) : null, detail, atMs };
  };
  const logRefusal = (event: StorableEvent): void => {
    if (event.outcome === 'Success') return;
    log.info({ ...event, detail: JSON.parse(event.detail), dataCenter: database.label }, 'refused');
  };
  const store = (event: StorableEvent): Promise<unknown> => {
    logRefusal(event);
    return queue.submit(event).catch((error: Error) => log.warn({ err: error }, 'an event was not recorded'));
  };
  return {
    record(event) {
      if (event.outcome === 'Success' && recordEvents === 'failures') return;
      const { explanation } = event;
      const atMs = clock.nowMs();
      if (waiting.size >= maxWaiting) {
        logRefusal(prepare(event, atMs));
        return;
      }
      const stored = (
        explanation
          ? explained(event, explanation).then((each) => store(prepare(each, atMs)))
          : store(prepare(event, atMs))
      ).finally(() => waiting.delete(stored));
      waiting.add(stored);
    },
    async flush() {
      await Promise.all(waiting);
    },
  };
}

/** The event with what is found out about it in time; as it is, where that takes too long or fails. */
async function explained(event: ProtocolEvent, explanation: LateExplanation): Promise<ProtocolEvent> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, longestExplanationMs);
  const found = await Promise.race([explanation().catch(() => undefined), tooLate]);
  clearTimeout(timer);
  if (!found) return event;
  const detail = typeof event.detail === 'function' ? event.detail() : event.detail;
  return { ...event, outcome: found.outcome, detail: { ...detail, ...found.detail } };
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
