import { type EventKind, isFailure } from '../event-kinds.ts';
import type { RecordedEvent } from '../event-rows.ts';
import type { Component, Exchange } from '../exchange.ts';
import { type Explained, explain } from '../explain.ts';

/** One step of a flow, as people and programs see it. */
export interface FlowStep {
  readonly eventId: string;
  /** ISO 8601. */
  readonly at: string;
  readonly dataCenter: string;
  readonly component: Component;
  /** Who asked: a browser on pages of the platform, or the app (its page or its server). */
  readonly caller: 'browser' | 'app';
  readonly kind: EventKind;
  readonly outcome: string;
  readonly failed: boolean;
  /** The lab made this answer. */
  readonly injected: boolean;
  /** How many requests the step stands for. */
  readonly times: number;
  readonly requestId: string | null;
  readonly clientId: string | null;
  readonly userId: string | null;
  /** Null for what no request did, an eviction for example. */
  readonly request: Exchange['request'] | null;
  /** Null as long as it is not known. */
  readonly answer: Exchange['answer'] | null;
  /** What was compared. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Of failed steps. */
  readonly explanation: Explained | null;
}

/** Kinds of steps that a browser makes on pages of the accounts server. */
const browserKinds: ReadonlySet<EventKind> = new Set<EventKind>([
  'authorize',
  'consent',
  'device-code',
  'device-consent',
  'hop',
  'password',
  'sign-in',
  'sign-out',
  'silent-refresh',
]);
const apiKinds: ReadonlySet<EventKind> = new Set<EventKind>(['api', 'cors', 'notification']);

export function toStep(event: RecordedEvent, dataCenter: string): FlowStep {
  const { clientId, detail, exchange, kind, outcome } = event;
  const failed = isFailure(kind, outcome);
  return {
    eventId: event.eventId,
    at: new Date(event.atMs).toISOString(),
    dataCenter,
    component: exchange?.component ?? (apiKinds.has(kind) ? 'api' : 'accounts'),
    caller: callerOf(event),
    kind,
    outcome,
    failed,
    injected: detail.injected === true || outcome.startsWith('Injected'),
    times: typeof detail.repeated === 'number' ? detail.repeated : 1,
    requestId: event.requestId ?? null,
    clientId,
    userId: event.userId,
    request: exchange?.request ?? requestIn(detail),
    answer: exchange?.answer ?? (typeof detail.status === 'number' ? { status: detail.status } : null),
    detail,
    explanation: failed ? explain({ kind, outcome, detail, dataCenter, clientId }) : null,
  };
}

function callerOf({ exchange, kind }: RecordedEvent): FlowStep['caller'] {
  if (browserKinds.has(kind)) return 'browser';
  const { headers = {} } = exchange?.answer ?? {};
  const page = headers.location !== undefined || String(headers['content-type'] ?? '').includes('html');
  return kind === 'request' && exchange?.component === 'accounts' && page ? 'browser' : 'app';
}

function requestIn({ method, path }: Readonly<Record<string, unknown>>): Exchange['request'] | null {
  return typeof method === 'string' && typeof path === 'string' ? { method, path } : null;
}
