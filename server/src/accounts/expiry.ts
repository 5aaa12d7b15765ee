import { type ChangeNotices, clockTopic } from '../database/change-notices.ts';
import type { Database } from '../database/database.ts';
import { deleteExpired, type Expiring } from '../database/delete-expired.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../http/log.ts';
import { expiringEvents } from '../inspector/events.ts';
import { deleteEmptyFlows } from '../inspector/flows/flow-store.ts';

/** How long ended things are kept, so that "expired 3 hours ago" can still be told from "never issued". */
const keepMs = 24 * 3600_000;
const sweepEveryMs = 10 * 60_000;
/** What of the accounts server ends by itself. */
const expiring: readonly Expiring[] = [
  { table: 'authorization_code', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'access_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'enhance_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'attempt_count', column: 'window_ends_ms', keptMs: 0 },
  { table: 'session', column: 'expires_at_ms', keptMs: 0 },
  { table: 'outside_request', column: 'expires_at_ms', keptMs: 0 },
  { table: 'mailed_link', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_proof', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_hop', column: 'expires_at_ms', keptMs: 0 },
];

/** Deletes what ended long ago, and events older than `keptDays`. @returns how many rows went. */
export async function sweepExpired(database: Database, nowMs: number, keptDays = 30): Promise<number> {
  const total = await deleteExpired(database, [...expiring, expiringEvents(keptDays)], nowMs);
  await deleteEmptyFlows(database);
  return total;
}

/** Sweeps from time to time, and when the clock was moved; `alsoSweep`: what has its own way. Returns the way to stop. */
export function startSweeping(
  database: Database,
  notices: ChangeNotices,
  { clock, log, keptDays }: { readonly clock: Clock; readonly log: Log; readonly keptDays: number },
  alsoSweep: () => Promise<unknown> = async () => {},
): () => Promise<void> {
  let running = Promise.resolve();
  const sweep = () => {
    running = running
      .then(() => sweepExpired(database, clock.nowMs(), keptDays))
      .then(alsoSweep)
      .then(
        () => {},
        (error: Error) => log.warn({ err: error, database: database.label }, 'expired rows were not deleted'),
      );
  };
  const timer = setInterval(sweep, sweepEveryMs).unref();
  notices.subscribe(clockTopic, { changed: sweep, reset: () => {} });
  return async () => {
    clearInterval(timer);
    await running;
  };
}
