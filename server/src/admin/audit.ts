import { findUser } from '../accounts/users.ts';
import type { AuditEntry } from '../audit/audit-entry.ts';
import { type AuditFilter, listAuditEntries } from '../audit/audit-rows.ts';
import type { AuditVerification, NotedHead } from '../audit/verify-audit.ts';
import { hasForm, textForms } from '../foundation/text-forms.ts';
import { readLimit, readMoment } from './bounds.ts';
import type { AdminContext } from './context.ts';
import { badInput, notFound } from './failure.ts';
import { administered } from './users.ts';

/** What a list or an export may be narrowed by, as it comes in a query. */
export interface AuditQuery {
  readonly dataCenter: string;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly failed?: string | undefined;
  /** An e-mail address, or a user id. */
  readonly user?: string | undefined;
  /** Who did it: the e-mail address or id of a user, or a client id. */
  readonly actor?: string | undefined;
  readonly clientId?: string | undefined;
  readonly address?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** An entry as the admin API, the command line and the export have it. */
export function describeAuditEntry(entry: AuditEntry, dataCenter: string) {
  return {
    sequence: entry.sequence,
    at: new Date(entry.atMs).toISOString(),
    data_center: dataCenter,
    action: entry.action,
    outcome: entry.outcome,
    actor: entry.actor,
    actor_id: entry.actorId,
    user_id: entry.userId,
    client_id: entry.clientId,
    address: entry.address,
    user_agent: entry.userAgent,
    request_id: entry.requestId,
    detail: JSON.parse(entry.detail) as Readonly<Record<string, unknown>>,
    previous_hash: entry.previousHash.toString('hex'),
    hash: entry.hash.toString('hex'),
  };
}

/** The entries that fit: the newest first, or the oldest first, for an export in parts. */
export async function listAudit(context: AdminContext, query: AuditQuery, limit: string, order: 'newest' | 'oldest') {
  const { audit, database } = administered(context, query.dataCenter);
  const count = readLimit(limit, 'audit');
  const filter = await readFilter(context, query);
  await audit.flush();
  return (await listAuditEntries(database, filter, count, order)).map((entry) =>
    describeAuditEntry(entry, query.dataCenter),
  );
}

/** Verifies the chain. @param head `SEQUENCE:HASH`, as an earlier verification told. */
export async function verifyAuditLog(
  context: AdminContext,
  dataCenter: string,
  head: string | undefined,
): Promise<AuditVerification> {
  const { audit } = administered(context, dataCenter);
  await audit.flush();
  return audit.verify(head === undefined ? undefined : readHead(head));
}

function readHead(text: string): NotedHead {
  const { auditHead } = textForms;
  if (!hasForm(text, auditHead)) throw badInput(`head: expected ${auditHead.expected}, got "${text}"`);
  const [sequence = '', hash = ''] = text.split(':');
  return { sequence: Number(sequence), hash };
}

async function readFilter(context: AdminContext, query: AuditQuery): Promise<AuditFilter> {
  return {
    action: query.action,
    outcome: query.outcome,
    failed: query.failed === 'true',
    userId: query.user === undefined ? undefined : await userIdOf(context, query.dataCenter, query.user),
    actorId: query.actor?.includes('@') ? await userIdOf(context, query.dataCenter, query.actor) : query.actor,
    clientId: query.clientId,
    address: query.address,
    sinceMs: query.since === undefined ? undefined : readMoment('since', query.since),
    untilMs: query.until === undefined ? undefined : readMoment('until', query.until),
    before: placeOf('before', query.before),
    after: placeOf('after', query.after),
  };
}

async function userIdOf(context: AdminContext, dataCenter: string, text: string): Promise<string> {
  if (/^\d{1,19}$/.test(text)) return text;
  const user = await findUser(administered(context, dataCenter).database, { name: text });
  if (user) return user.userId;
  throw notFound(`data centre "${dataCenter}" has no user "${text}"`);
}

function placeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badInput(`${name}: expected the number of an entry, got "${text}"`);
}
