import type { Database, Queryable } from '../database/database.ts';
import { createStatementQueue } from '../database/statement-queue.ts';
import { type Caller, currentCaller } from '../foundation/caller.ts';
import type { Clock } from '../foundation/clock.ts';
import { keptUserAgent } from '../foundation/user-agent.ts';
import type { Log } from '../http/log.ts';
import { keptClientId } from '../inspector/bounded.ts';
import { storableDetail } from '../inspector/event-rows.ts';
import type { ProtocolEvent } from '../inspector/events.ts';
import { type ActorRole, type AuditFacts, chained, chainStart } from './audit-entry.ts';
import { insertEntries, newestEntry } from './audit-rows.ts';
import { isAudited } from './audited-events.ts';
import { dropPartition, listPartitions, openPartition, partitionOf, partsIn } from './partitions.ts';
import { type AuditVerification, type NotedHead, verifyAudit } from './verify-audit.ts';

/** Entries alike that stand alone in a minute; the others are one entry with their number. */
const alikeOneByOne = 20;
/** Sorts of entries in a minute that are told apart by who did it. */
const mostAlike = 10_000;
const windowMs = 60_000;
const dayMs = 86_400_000;
/** Serializes all processes that add to the chain. */
const chainLock = 7_426_893;
/** PostgreSQL: no partition of relation found for row. */
const noPartition = '23514';

interface Alike {
  facts: AuditFacts;
  count: number;
}

export interface AuditLogOptions {
  /** Of its own connections, so that no request waits for them. */
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** For the chain of hashes. */
  readonly key: Buffer;
}

/**
 * The audit log of one data centre. Security-relevant events are written down in a chain, over all processes; the answer
 * of the request waits until they are. Of very many alike in a minute the first stand alone and one entry tells the
 * number of the others, so that nobody fills the disk by failing.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #queue;
  readonly #waiting = new Set<Promise<unknown>>();
  #alike = new Map<string, Alike>();
  #windowEndsAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#queue = createStatementQueue<AuditFacts, undefined>({
      run: async (facts) => {
        await this.#append(facts);
        return facts.map(() => undefined);
      },
    });
  }

  /** Writes the event down if it is one that the audit log tells of. The caller is that of the request being served. */
  note(event: ProtocolEvent, caller: Caller | undefined = currentCaller()): void {
    if (!isAudited(event.kind, event.outcome)) return;
    const facts = factsOf(event, this.#options.clock.nowMs(), caller);
    if (facts.outcome !== 'Success' && this.#isCounted(facts)) return;
    const written = this.#write(facts);
    caller?.before.push(written);
  }

  /** Resolves when everything noted so far is written, numbers included. */
  async flush(): Promise<void> {
    this.#endWindow();
    await Promise.all(this.#waiting);
  }

  /**
   * Drops the months that are older than `keptDays` as a whole. The entry that tells of it holds the hash with which the
   * dropped part of the chain ended, so the rest can still be verified.
   * @returns the names of the partitions that went.
   */
  async dropOld(keptDays: number): Promise<string[]> {
    const { clock, database } = this.#options;
    const keptFromMs = clock.nowMs() - keptDays * dayMs;
    const old = (await listPartitions(database)).filter(({ toMs }) => toMs <= keptFromMs);
    for (const partition of old) {
      await this.#chain(async (transaction) => {
        // Whoever reads the log holds it for a moment; entries must not wait for this to wait for them.
        await transaction.query({ text: "SET LOCAL lock_timeout = '2s'" });
        await openPartition(transaction, partitionOf(clock.nowMs()));
        // Another process may have been faster.
        if (!(await listPartitions(transaction)).some(({ name }) => name === partition.name)) return;
        const removed = await partsIn(transaction, partition);
        if (removed.length > 0) {
          await this.#extend(transaction, [
            { ...platformFacts(clock.nowMs()), detail: JSON.stringify({ action: 'retention', keptDays, removed }) },
          ]);
        }
        await dropPartition(transaction, partition);
      });
    }
    return old.map(({ name }) => name);
  }

  /** Goes through the whole chain. `head`: an earlier one, which must still be in it. */
  verify(head?: NotedHead): Promise<AuditVerification> {
    return verifyAudit(this.#options.database, this.#options.key, head);
  }

  #write(facts: AuditFacts): Promise<unknown> {
    const written: Promise<unknown> = this.#queue
      .submit(facts)
      .catch((error: Error) => {
        // What the database does not take is not lost without a trace.
        this.#options.log.error({ err: error, entry: facts }, 'an audit entry was not written');
      })
      .finally(() => this.#waiting.delete(written));
    this.#waiting.add(written);
    return written;
  }

  #isCounted(facts: AuditFacts): boolean {
    if (facts.atMs >= this.#windowEndsAtMs || facts.atMs < this.#windowEndsAtMs - windowMs) {
      this.#endWindow();
      this.#windowEndsAtMs = facts.atMs + windowMs;
    }
    const { action, address, clientId, outcome, userId } = facts;
    // Where very many come from everywhere, their kind makes them alike.
    const key = JSON.stringify([action, outcome, ...(this.#alike.size < mostAlike ? [address, clientId, userId] : [])]);
    const alike = this.#alike.get(key);
    if (!alike) this.#alike.set(key, { facts, count: 1 });
    else {
      alike.facts = facts;
      alike.count++;
      if (alike.count > alikeOneByOne) this.#timer ??= setTimeout(() => this.#endWindow(), windowMs).unref();
    }
    return (alike?.count ?? 1) > alikeOneByOne;
  }

  #endWindow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ended = this.#alike;
    this.#alike = new Map();
    for (const { facts, count } of ended.values()) {
      if (count <= alikeOneByOne) continue;
      const repeated = count - alikeOneByOne;
      const detail = JSON.stringify({ ...JSON.parse(facts.detail), repeated, withinSeconds: windowMs / 1000 });
      void this.#write({ ...facts, detail });
    }
  }

  async #append(facts: readonly AuditFacts[]): Promise<void> {
    try {
      await this.#chain((transaction) => this.#extend(transaction, facts));
    } catch (error) {
      if ((error as { code?: string }).code !== noPartition) throw error;
      await this.#chain(async (transaction) => {
        const months = new Map(facts.map(({ atMs }) => partitionOf(atMs)).map((month) => [month.name, month]));
        for (const month of months.values()) await openPartition(transaction, month);
        await this.#extend(transaction, facts);
      });
    }
  }

  async #extend(transaction: Queryable, facts: readonly AuditFacts[]): Promise<void> {
    const head = (await newestEntry(transaction)) ?? { sequence: 0, hash: chainStart };
    await insertEntries(transaction, chained(this.#options.key, head, facts));
  }

  /** Runs `work` while no other process adds to the chain. */
  #chain<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return this.#options.database.transaction(async (transaction) => {
      await transaction.query({ text: `SELECT pg_advisory_xact_lock(${chainLock})` });
      return work(transaction);
    });
  }
}

function platformFacts(atMs: number): Omit<AuditFacts, 'detail'> {
  const nobody = { actorId: null, userId: null, clientId: null, address: null, userAgent: null, requestId: null };
  return { ...nobody, atMs, action: 'audit', outcome: 'Success', actor: 'platform' };
}

function factsOf(event: ProtocolEvent, atMs: number, caller: Caller | undefined): AuditFacts {
  const detail = typeof event.detail === 'function' ? event.detail() : (event.detail ?? {});
  return {
    atMs,
    action: event.kind,
    outcome: event.outcome,
    ...actorOf(event, detail, caller),
    userId: event.userId ?? null,
    clientId: keptClientId(event.clientId),
    address: caller?.address ?? null,
    userAgent: keptUserAgent(caller?.userAgent),
    requestId: event.requestId ?? caller?.requestId ?? null,
    detail: storableDetail(detail),
  };
}

function actorOf(
  { clientId, kind, outcome, userId }: ProtocolEvent,
  { by, byUser }: Readonly<Record<string, unknown>>,
  caller: Caller | undefined,
): { readonly actor: ActorRole; readonly actorId: string | null } {
  if (by === 'operator') return { actor: 'operator', actorId: typeof byUser === 'string' ? byUser : null };
  if (kind === 'settings' || !caller) return { actor: 'platform', actorId: null };
  if (by === 'owner') return { actor: 'user', actorId: typeof byUser === 'string' ? byUser : (userId ?? null) };
  // Who failed to sign in is not known to be that user.
  if (kind === 'admin' || (kind === 'sign-in' && outcome !== 'Success')) return { actor: 'anonymous', actorId: null };
  if (userId) return { actor: 'user', actorId: userId };
  return clientId ? { actor: 'client', actorId: clientId } : { actor: 'anonymous', actorId: null };
}
