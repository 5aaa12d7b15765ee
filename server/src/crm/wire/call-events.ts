import type { FastifyRequest } from 'fastify';
import type { EventRecorder } from '../../inspector/events.ts';
import type { TokenGrant } from '../../oauth/token-authority.ts';
import type { CrmAnswer } from '../kernel/call.ts';
import type { Refusal } from '../kernel/errors.ts';
import type { Admitted, Stage } from './admission/stages.ts';

/** The events of a listener's calls: why one was refused, and which operations a grant uses. */
export class CallEvents {
  readonly #events: EventRecorder;
  readonly #seen = new WeakMap<TokenGrant, Set<unknown>>();

  constructor(events: EventRecorder) {
    this.#events = events;
  }

  refused(request: FastifyRequest, stage: Stage | undefined, refusal: Refusal): void {
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
      ...(refusal.explanation && { explanation: refusal.explanation }),
    });
  }

  /** Records failed items and ignored keys always, successes once for each operation of a grant: reads would flood the log of events. */
  answered(request: FastifyRequest, call: Admitted, answer: CrmAnswer): void {
    const { grant, operation, origin } = call;
    const first = answer.failures?.[0];
    const isNew = this.#isNew(grant, operation);
    if (!first && !isNew && call.ignoredKeys.names.length === 0) return;
    this.#events.record({
      kind: 'api',
      outcome: first?.code ?? 'Success',
      clientId: grant.clientId,
      userId: grant.userId,
      requestId: request.id,
      detail: {
        method: request.method,
        path: pathOf(request),
        operation: `${operation.method} ${operation.path}`,
        status: answer.status,
        ...(origin === null ? {} : { origin }),
        ...(first ? { failedItems: answer.failures?.length, firstFailure: first } : {}),
        ...ignoredIn(call),
      },
    });
  }

  preflight(request: FastifyRequest, origin: string, allowed: boolean): void {
    this.#events.record({
      kind: 'cors',
      outcome: allowed ? 'Success' : 'OriginUnknown',
      requestId: request.id,
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

/** What the call said that its version does not know: nothing happened of it, and nobody was told. */
function ignoredIn({ ignoredKeys: { names } }: Stage): { ignoredKeys?: readonly string[] } {
  return names.length === 0 ? {} : { ignoredKeys: names };
}

/** The path of a request for events: no query, which may hold anything, and not without end. */
function pathOf(request: FastifyRequest): string {
  return (request.url ?? '').split('?')[0]?.slice(0, 200) ?? '';
}
