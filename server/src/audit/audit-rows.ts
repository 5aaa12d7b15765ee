import type { Queryable } from '../database/database.ts';
import type { ActorRole, AuditEntry } from './audit-entry.ts';

interface Row {
  sequence: string;
  at_ms: string;
  action: string;
  outcome: string;
  actor: ActorRole;
  actor_id: string | null;
  user_id: string | null;
  client_id: string | null;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
  detail: string;
  previous_hash: Buffer;
  hash: Buffer;
}

const columns =
  'sequence, at_ms, action, outcome, actor, actor_id, user_id, client_id, address, user_agent, request_id, detail, previous_hash, hash';

/** Which entries are wanted: those that fit all that is named. */
export interface AuditFilter {
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  /** Only what did not succeed. */
  readonly failed?: boolean | undefined;
  readonly userId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly address?: string | undefined;
  /** Times, the first inclusive, the second exclusive. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Places in the chain, exclusive. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/** Entries that fit, the newest first, or the oldest first for an export. */
export async function listAuditEntries(
  queryable: Queryable,
  filter: AuditFilter,
  limit: number,
  order: 'newest' | 'oldest' = 'newest',
): Promise<AuditEntry[]> {
  const values: unknown[] = [limit];
  const conditions: string[] = [];
  const where = (condition: (place: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  where((place) => `action = ${place}`, filter.action);
  where((place) => `outcome = ${place}`, filter.outcome);
  where((place) => `outcome <> ${place}`, filter.failed ? 'Success' : undefined);
  where((place) => `user_id = ${place}`, filter.userId);
  where((place) => `client_id = ${place}`, filter.clientId);
  where((place) => `actor_id = ${place}`, filter.actorId);
  where((place) => `address = ${place}`, filter.address);
  where((place) => `at_ms >= ${place}`, filter.sinceMs);
  where((place) => `at_ms < ${place}`, filter.untilMs);
  where((place) => `sequence < ${place}`, filter.before);
  where((place) => `sequence > ${place}`, filter.after);
  const rows = await queryable.query<Row>({
    text: `SELECT ${columns} FROM audit_entry ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
           ORDER BY sequence ${order === 'newest' ? 'DESC' : 'ASC'} LIMIT $1`,
    values,
  });
  return rows.map(toEntry);
}

/** The last entry of the chain. */
export async function newestEntry(queryable: Queryable): Promise<Pick<AuditEntry, 'sequence' | 'hash'> | undefined> {
  const [row] = await queryable.query<{ sequence: string; hash: Buffer }>({
    name: 'audit-newest',
    text: 'SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1',
  });
  return row && { sequence: Number(row.sequence), hash: row.hash };
}

export async function insertEntries(queryable: Queryable, entries: readonly AuditEntry[]): Promise<void> {
  const column = <Value>(of: (entry: AuditEntry) => Value) => entries.map(of);
  await queryable.query({
    name: 'audit-insert',
    text: `INSERT INTO audit_entry (${columns})
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[], $14::bytea[])`,
    values: [
      column(({ sequence }) => sequence),
      column(({ atMs }) => atMs),
      column(({ action }) => action),
      column(({ outcome }) => outcome),
      column(({ actor }) => actor),
      column(({ actorId }) => actorId),
      column(({ userId }) => userId),
      column(({ clientId }) => clientId),
      column(({ address }) => address),
      column(({ userAgent }) => userAgent),
      column(({ requestId }) => requestId),
      column(({ detail }) => detail),
      column(({ previousHash }) => previousHash),
      column(({ hash }) => hash),
    ],
  });
}

function toEntry(row: Row): AuditEntry {
  return {
    sequence: Number(row.sequence),
    atMs: Number(row.at_ms),
    action: row.action,
    outcome: row.outcome,
    actor: row.actor,
    actorId: row.actor_id,
    userId: row.user_id,
    clientId: row.client_id,
    address: row.address,
    userAgent: row.user_agent,
    requestId: row.request_id,
    detail: row.detail,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
