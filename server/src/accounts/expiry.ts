import { type ChangeNotices, clockTopic } from '../database/change-notices.ts';
import type { Database } from '../database/database.ts';
import { deleteExpired, type Expiring } from '../database/delete-expired.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../http/log.ts';
import { expiringEvents } from '../inspector/events.ts';

/** How long ended things are kept, so that "expired 3 hours ago" can still be told from "never issued". */
const keepMs = 24 * 3600_000;
const sweepEveryMs = 10 * 60_000;
/** What of the accounts server, and of its events, ends by itself. */
const expiring: readonly Expiring[] = [
  { table: 'authorization_code', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'access_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'enhance_token', column: 'expires_at_ms', keptMs: keepMs },
  { table: 'attempt_count', column: 'window_ends_ms', keptMs: 0 },
  { table: 'session', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_proof', column: 'expires_at_ms', keptMs: 0 },
  { table: 'used_hop', column: 'expires_at_ms', keptMs: 0 },
  expiringEvents,
];

/** Deletes what ended long ago. @returns how many rows went. */
export function sweepExpired(database: Database, nowMs: number): Promise<number> {
  return deleteExpired(database, expiring, nowMs);
}

/** Sweeps from time to time, and when the clock was moved. Returns the way to stop. */
export function startSweeping(database: Database, notices: ChangeNotices, clock: Clock, log: Log): () => Promise<void> {
  let running = Promise.resolve();
  const sweep = () => {
    running = running
      .then(() => sweepExpired(database, clock.nowMs()))
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
