import type { Database } from '../database/database.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../http/log.ts';

/** How long ended things are kept, so that "expired 3 hours ago" can still be told from "never issued". */
const keepMs = 24 * 3600_000;
const keepEventsMs = 30 * 24 * 3600_000;
const sweepEveryMs = 10 * 60_000;
const rowsPerStatement = 5_000;

const sweeps: readonly { readonly table: string; readonly column: string; readonly keptMs: number }[] = [
  { table: 'authorization_code', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'access_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'enhance_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'attempt_count', column: 'window_ends_ms', keptMs: 0 },
  { table: 'session', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_hop', column: 'expires_at_ms', keptMs: 0 },
  { table: 'crm_idempotency_key', column: 'expires_at_ms', keptMs: 0 },
  { table: 'crm_watch', column: 'expires_at_ms', keptMs: 0 },
  { table: 'crm_credit_use', column: 'slot_ms', keptMs: 2 * keepMs },
  { table: 'protocol_event', column: 'at_ms', keptMs: keepEventsMs },
];

/**
 * Deletes what ended long ago, a bounded number of rows at a time. A table that cannot be swept leaves the others their
 * turn; its error is thrown in the end.
 * @returns how many rows went.
 */
export async function sweepExpired(database: Database, nowMs: number): Promise<number> {
  let total = 0;
  const failures: unknown[] = [];
  for (const { table, column, keptMs } of sweeps) {
    const swept = sweepTable(database, table, column, nowMs - keptMs);
    total += await swept.catch((error: unknown) => {
      failures.push(error);
      return 0;
    });
  }
  if (failures.length > 0) throw failures[0];
  return total;
}

async function sweepTable(database: Database, table: string, column: string, beforeMs: number): Promise<number> {
  for (let total = 0; ; ) {
    const rows = await database.query({
      text: `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE ${column} < $1 LIMIT ${rowsPerStatement}) RETURNING 1`,
      values: [beforeMs],
    });
    total += rows.length;
    if (rows.length < rowsPerStatement) return total;
  }
}

/** Sweeps from time to time. Returns the way to stop. */
export function startSweeping(database: Database, clock: Clock, log: Log): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = sweepExpired(database, clock.nowMs()).then(
      () => {},
      (error: Error) => log.warn({ err: error, database: database.label }, 'expired rows were not deleted'),
    );
  }, sweepEveryMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
