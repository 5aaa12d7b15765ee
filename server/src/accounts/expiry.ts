import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { deleteExpired, type Expiring } from '../database/delete-expired.ts';
import { expiringEvents } from '../inspector/events.ts';
import { deleteEmptyFlows } from '../inspector/flows/store-bounds.ts';
import { expiringMails } from '../mail/outbox.ts';

/** How long ended things are kept, so that "expired 3 hours ago" can still be told from "never issued". */
const keepMs = 24 * 3600_000;
const dayMs = 24 * 3600_000;
/** What of the accounts server ends by itself. */
const expiring: readonly Expiring[] = [
  { table: 'authorization_code', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'access_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'refresh_token', column: 'evicted_at_ms', keptMs: keepMs },
  // Whoever brings one of these again is refused either way; by then their family does not end with them any more.
  { table: 'refresh_generation', column: 'replaced_at_ms', keptMs: 180 * dayMs },
  { table: 'signing_key', column: 'retired_at_ms', keptMs: 90 * dayMs },
  { table: 'enhance_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'attempt_count', column: 'window_ends_ms', keptMs: 0 },
  { table: 'session', column: 'expires_at_ms', keptMs: 0 },
  // Those of sessions that ended before their time are told by then, or are given up.
  { table: 'session_client', column: 'session_ends_at_ms', keptMs: keepMs },
  { table: 'outside_request', column: 'expires_at_ms', keptMs: 0 },
  { table: 'mailed_link', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_proof', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_hop', column: 'expires_at_ms', keptMs: 0 },
];

/** Deletes what ended long ago, and mails and events older than `keptDays`. @returns how many rows went. */
export async function sweepExpired(
  database: Database,
  nowMs: number,
  { inspector, mail }: Pick<Settings, 'inspector' | 'mail'>,
): Promise<number> {
  const total = await deleteExpired(
    database,
    [...expiring, expiringMails(mail.keptDays), expiringEvents(inspector.keptDays)],
    nowMs,
  );
  await deleteEmptyFlows(database);
  return total;
}
