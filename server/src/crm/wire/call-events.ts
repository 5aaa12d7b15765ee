import type { FastifyRequest } from 'fastify';
import type { EventRecorder } from '../../inspector/events.ts';
import { tieKey } from '../../inspector/flow-key.ts';
import type { TokenGrant } from '../../oauth/token-authority.ts';
import type { CrmAnswer } from '../kernel/call.ts';
import type { Refusal } from '../kernel/errors.ts';
import type { Admitted, Stage } from './admission/stages.ts';

/** What events tell of a call: of its request, or of the tool's call inside one. */
export type Incoming = Pick<FastifyRequest, 'headers' | 'id' | 'ip' | 'method' | 'url'>;

/** The events of a listener's calls: why one was refused, and which operations a grant uses. */
export class CallEvents {
  readonly #events: EventRecorder;
  readonly #seen = new WeakMap<TokenGrant, Set<unknown>>();

  constructor(events: EventRecorder) {
    this.#events = events;
  }

  refused(request: Incoming, stage: Stage | undefined, refusal: Refusal): void {
    const { grant, operation } = stage ?? {};
    this.#events.record({
      kind: 'api',
      outcome: refusal.outcome,
      clientId: (grant ?? refusal.party)?.clientId ?? null,
      userId: (grant ?? refusal.party)?.userId ?? null,
      requestId: request.id,
      detail: {
        method: request.method,
        path: pathOf(request),
        ...(operation === undefined ? {} : { operation: `${operation.method} ${operation.path}` }),
        status: refusal.status,
        code: refusal.code,
        details: refusal.body.details,
        ...refusal.reason,
        ...(stage && ignoredIn(stage)),
      },
      explanation: refusal.explanation,
      keys: grant ? keysOf(request, grant, stage?.origin ?? null) : refusal.keys,
    });
  }

  /** Each call is a step of its flow; lists of events show of those that went well the first of each operation of a grant. */
  answered(request: Incoming, call: Admitted, answer: CrmAnswer): void {
    const { grant, operation, origin } = call;
    const first = answer.failures?.[0];
    // One that failed is no news of what the grant is used for: the first that goes well still is.
    const isNew = first === undefined && this.#isNew(grant, operation);
    const tells = first !== undefined || isNew || call.ignoredKeys.names.length > 0;
    this.#events.record({
      kind: tells ? 'api' : 'request',
      outcome: first?.code ?? 'Success',
      clientId: grant.clientId,
      userId: grant.userId,
      requestId: request.id,
      keys: () => keysOf(request, grant, origin),
      detail: () => ({
        method: request.method,
        path: pathOf(request),
        operation: `${operation.method} ${operation.path}`,
        status: answer.status,
        ...(origin === null ? {} : { origin }),
        ...(first ? { failedItems: answer.failures?.length, firstFailure: first } : {}),
        ...recordsIn(answer),
        ...ignoredIn(call),
      }),
    });
  }

  preflight(request: Incoming, origin: string, allowed: boolean): void {
    this.#events.record({
      kind: 'cors',
      outcome: allowed ? 'Success' : 'OriginUnknown',
      requestId: request.id,
      keys: () => [preflightTie(request, origin, String(request.headers['access-control-request-method']))],
      detail: {
        origin,
        method: request.headers['access-control-request-method'],
        path: pathOf(request),
        ...(allowed ? {} : { expected: 'a JavaScript domain of a client that is enabled in this data centre' }),
      },
    });
  }

  #isNew(grant: TokenGrant, operation: unknown): boolean {
    const known = this.#seen.get(grant);
    if (known?.has(operation)) return false;
    if (known) known.add(operation);
    else this.#seen.set(grant, new Set([operation]));
    return true;
  }
}

/** What ties a call to its token's flow and, when a page made it, to the preflight that announced it. */
function keysOf(request: Incoming, grant: TokenGrant, origin: string | null): readonly string[] {
  const ofToken = grant.key === undefined ? [] : [grant.key];
  return origin === null ? ofToken : [...ofToken, preflightTie(request, origin, request.method)];
}

/** What a preflight and its call have in common: the page's origin, method and path, and the browser. */
function preflightTie(request: Incoming, origin: string, method: string): string {
  return tieKey('preflight', origin, method, pathOf(request), request.ip, request.headers['user-agent'] ?? '');
}

const mostRecordIds = 20;

/** The ids of the records that an answer tells of, so that a record leads to its flows. */
function recordsIn({ json }: CrmAnswer): { records?: readonly string[] } {
  const data = (json as { data?: unknown } | undefined)?.data;
  if (!Array.isArray(data)) return {};
  const ids = data
    .slice(0, mostRecordIds)
    .map((item) => item?.details?.id ?? item?.id)
    .filter((id) => typeof id === 'string');
  return ids.length === 0 ? {} : { records: ids };
}

/** What the call said that its version does not know: nothing happened of it, and nobody was told. */
function ignoredIn({ ignoredKeys: { names } }: Stage): { ignoredKeys?: readonly string[] } {
  return names.length === 0 ? {} : { ignoredKeys: names };
}

/** The path of a request for events: no query, which may hold anything, and not without end. */
function pathOf(request: Incoming): string {
  return request.url.split('?')[0]?.slice(0, 200) ?? '';
}
