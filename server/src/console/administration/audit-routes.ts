import { type describeAuditEntry, listAudit, verifyAuditLog } from '../../admin/audit.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import * as wire from '../wire-administration.ts';

const perPage = 50;

/** The audit log of this data centre, and whether its chain holds. */
export const auditRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/audit',
    summary: 'The audit log, newest first',
    operator: true,
    query: {
      action: 'A kind of event',
      outcome: '"failed": only what did not succeed',
      user: 'E-mail address or id of a user that it is about',
      actor: 'Who did it: e-mail address or id of a user, or a client id',
      clientId: 'The client that it is about',
      address: 'The address that it came from',
      since: 'From this time on (ISO 8601)',
      until: 'Before this time (ISO 8601)',
      before: 'Only what stands before the entry with this number',
    },
    answer: wire.auditList,
    handle: async ({ context, query }): Promise<wire.AuditList> => {
      const text = (name: string) => query.get(name) || undefined;
      const asked = {
        dataCenter: context.dataCenter.id,
        action: text('action'),
        failed: text('outcome') === 'failed' ? 'true' : undefined,
        user: text('user'),
        actor: text('actor'),
        clientId: text('clientId'),
        address: text('address'),
        since: text('since'),
        until: text('until'),
        before: text('before'),
      };
      const entries = await listAudit(context.admin, asked, String(perPage + 1), 'newest');
      return { entries: entries.slice(0, perPage).map(describe), more: entries.length > perPage };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/audit/verify',
    summary: 'Verifies the chain of the audit log',
    operator: true,
    answer: wire.auditVerification,
    handle: async ({ context }): Promise<wire.AuditVerification> => {
      const { faults, ...result } = await verifyAuditLog(context.admin, context.dataCenter.id, undefined);
      return { ...result, faults: [...faults] };
    },
  }),
];

function describe(entry: ReturnType<typeof describeAuditEntry>): wire.AuditEntry {
  return {
    sequence: entry.sequence,
    at: entry.at,
    action: entry.action,
    outcome: entry.outcome,
    failed: entry.outcome !== 'Success',
    actor: entry.actor,
    actorId: entry.actor_id,
    userId: entry.user_id,
    clientId: entry.client_id,
    address: entry.address,
    userAgent: entry.user_agent,
    requestId: entry.request_id,
    detail: { ...entry.detail },
    hash: entry.hash,
  };
}
