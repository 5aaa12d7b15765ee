import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import type { Expiring } from '../../../database/delete-expired.ts';
import { atMost } from '../../../foundation/at-most.ts';
import type { Clock } from '../../../foundation/clock.ts';

/** Credits count in slots of this length; a slot counts until all of it is older than the window. */
const slotMs = 10 * 60_000;
const windowMs = 24 * 3600_000;
/** A process takes at most this many credits beforehand, and at most this part of what is left. */
const largestBlock = 1_000;
const partOfRest = 50;
/** After a refusal the database is asked again only then. */
const refusedMs = 1_000;
const mostAccounts = 100_000;
/** The slot of the row that is locked for an organization's account: no time, and nothing used. */
const lockSlotMs = 0;

export interface Taking {
  readonly granted: boolean;
  /** What the organization has left. */
  readonly left: number;
  /** When more may be there. */
  readonly retryAtMs: number;
}

interface Account {
  slotMs: number;
  /** Taken from the database, not spent yet. */
  unspent: number;
  /** What the database had left beside that. */
  rest: number;
  refusedUntilMs: number;
  retryAtMs: number;
  refill: Promise<void> | undefined;
}

/**
 * The API credits of organizations over rolling 24 hours, the same for all processes of a data centre: the database
 * knows what was taken, and each process takes small blocks beforehand, so that calls do not wait for it. Never more
 * than the limit is spent in any 24 hours; what a process that died had not spent counts as used.
 */
export class CreditLedger {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #limit: number;
  /** Of those that were used last; what one of the others had not spent counts as used. */
  readonly #accounts = new LRUCache<string, Account>(atMost(mostAccounts));

  constructor(database: Database, clock: Clock, limit: number) {
    this.#database = database;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Lets go of what was taken beforehand: the database knows nothing of it any more. */
  forget(): void {
    this.#accounts.clear();
  }

  /** Takes credits, all or none. `force` takes them even when that is more than there are. */
  async take(organizationId: string, credits: number, force = false): Promise<Taking> {
    let account = this.#accounts.get(organizationId);
    if (!account) {
      account = { slotMs: 0, unspent: 0, rest: 0, refusedUntilMs: 0, retryAtMs: 0, refill: undefined };
      this.#accounts.set(organizationId, account);
    }
    for (;;) {
      const nowMs = this.#clock.nowMs();
      if (account.slotMs === slotOf(nowMs) && account.unspent >= credits) {
        account.unspent -= credits;
        return { granted: true, left: Math.max(account.rest + account.unspent, 0), retryAtMs: 0 };
      }
      if (!force && nowMs < account.refusedUntilMs && account.rest < credits) {
        return { granted: false, left: Math.max(account.rest + account.unspent, 0), retryAtMs: account.retryAtMs };
      }
      account.refill ??= this.#refill(organizationId, account, credits, force);
      await account.refill;
    }
  }

  async #refill(organizationId: string, account: Account, credits: number, force: boolean): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const slot = slotOf(nowMs);
    try {
      const taken = await this.#database.transaction(async (transaction) => {
        await transaction.query({
          text: `INSERT INTO crm_credit_use (organization_id, slot_ms, used) VALUES ($1, ${lockSlotMs}, 0)
                 ON CONFLICT (organization_id, slot_ms) DO UPDATE SET used = 0`,
          values: [organizationId],
        });
        // What was not spent goes back first: it would count for a slot in which it was not used.
        if (account.unspent > 0) {
          await transaction.query({
            text: 'UPDATE crm_credit_use SET used = used - $3 WHERE organization_id = $1 AND slot_ms = $2',
            values: [organizationId, account.slotMs, account.unspent],
          });
        }
        const [sum] = await transaction.query<{ used: string; oldest: string | null }>({
          text: `SELECT coalesce(sum(used), 0) AS used, min(slot_ms) FILTER (WHERE used > 0) AS oldest
                 FROM crm_credit_use WHERE organization_id = $1 AND slot_ms > $2`,
          values: [organizationId, nowMs - windowMs - slotMs],
        });
        const rest = this.#limit - Number(sum?.used ?? 0);
        const wanted = Math.max(credits, Math.min(largestBlock, Math.floor(rest / partOfRest)));
        const block = force || rest >= credits ? wanted : 0;
        if (block > 0) {
          await transaction.query({
            text: `INSERT INTO crm_credit_use (organization_id, slot_ms, used) VALUES ($1, $2, $3)
                   ON CONFLICT (organization_id, slot_ms) DO UPDATE SET used = crm_credit_use.used + EXCLUDED.used`,
            values: [organizationId, slot, block],
          });
        }
        return { block, rest: rest - block, oldest: Number(sum?.oldest ?? slot) };
      });
      account.slotMs = slot;
      account.unspent = taken.block;
      account.rest = taken.rest;
      account.retryAtMs = taken.oldest + windowMs + slotMs;
      account.refusedUntilMs = taken.block === 0 ? nowMs + refusedMs : 0;
    } finally {
      account.refill = undefined;
    }
  }
}

function slotOf(nowMs: number): number {
  return nowMs - (nowMs % slotMs);
}

/** Uses of credits count within the last day. */
export const expiringCredits: Expiring = { table: 'crm_credit_use', column: 'slot_ms', keptMs: 2 * 86_400_000 };
