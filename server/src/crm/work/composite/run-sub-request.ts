import { Unavailable } from '../../../foundation/unavailable.ts';
import type { CrmAnswer, CrmCall, SubCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { storeFor } from '../../store/records/limited-records.ts';
import { isRetriable } from '../../store/records/transaction-store.ts';
import { route } from '../../wire/admission/admit.ts';
import { checkScopes } from '../../wire/admission/check-scopes.ts';
import { arrived } from '../../wire/admission/stages.ts';
import { checkCall } from '../../wire/answer-call.ts';
import type { CrmContext } from '../../wire/context.ts';
import { costOf, furtherCredits } from '../../wire/costs.ts';
import type { Router } from '../../wire/router.ts';

/** Sub-requests that have not begun after so long are not run. */
const longestMs = 60_000;

/**
 * Runs one call inside another: found by the same router, held against the same scopes, paid for like any call.
 * @returns its answer, refusals included; or why it was not run: there is no time left, or it cannot run inside another: uploads, downloads, bulk jobs, and composite requests themselves.
 */
export async function runSubRequest(
  context: CrmContext,
  router: Router,
  parent: CrmCall,
  requestId: string,
  sub: SubCall,
): Promise<CrmAnswer | 'NOT_SUPPORTED' | 'REQUEST_TIMEOUT'> {
  if (context.clock.nowMs() - parent.nowMs > longestMs) return 'REQUEST_TIMEOUT';
  try {
    const routed = route(router, arrived(null), sub.method, sub.path);
    const { operation, path, version } = routed;
    if (operation.takesFiles || operation.standsAlone) return 'NOT_SUPPORTED';
    checkScopes(routed, parent.grant, context.settings);
    const { organizationId } = parent.space.contents;
    const { limits } = parent.store;
    // The composite request has its place among the calls of the same time already.
    const cost = costOf(operation);
    const pass = await limits.enter(organizationId, `${parent.grant.clientId}/sub`, { ...cost, heavy: false });
    try {
      const { headers, query, body } = sub;
      const store = storeFor(sub.store, parent);
      const space = parent.space.inVersion(version);
      const call = { ...parent, store, space, headers, query, body, path, version, upload: undefined };
      checkCall(call, operation);
      const answer = await operation.handle(call);
      if (answer.file) return 'NOT_SUPPORTED';
      const further = furtherCredits(cost, answer.json);
      if (further > 0) await limits.charge(organizationId, pass, further);
      return answer;
    } finally {
      pass.leave?.();
    }
  } catch (error) {
    if (error instanceof Refusal) {
      const { outcome, status, code, body } = error;
      const { grant } = parent;
      const detail = {
        method: sub.method,
        path: sub.path.slice(0, 200),
        status,
        code,
        details: body.details,
        ...error.reason,
      };
      const { clientId, userId } = grant;
      context.events.record({
        kind: 'api',
        outcome,
        clientId,
        userId,
        requestId,
        detail,
        keys: grant.key === undefined ? [] : [grant.key],
      });
      return { status, json: body };
    }
    if (isRetriable(error) || error instanceof Unavailable) throw error;
    context.log.error({ requestId, method: sub.method, path: sub.path, err: error }, 'a sub-request failed');
    return { status: 500, json: new Refusal('INTERNAL_ERROR').body };
  }
}
