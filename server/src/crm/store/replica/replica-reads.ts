import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../../database/statement-queue.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Random } from '../../../foundation/random.ts';
import { Unavailable } from '../../../foundation/unavailable.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { CrmStore, ReplicaReads } from '../../kernel/store.ts';
import { RecordTable } from '../records/record-table.ts';
import { readCount, readMarks, type SpaceMarks } from './mark-table.ts';
import { SightedDatabase } from './sighted-database.ts';
import { WriteMarks } from './write-marks.ts';

const keepEveryMs = 1_000;
/** While it is not used it is looked at more often. */
const lookEveryMs = 250;
/** A replica that does not answer within this time is not used. */
const answerMs = 1_000;
/** Counts, one a second, that the replica may lag behind. */
const mostBehind = 10;
/** For so long a data space that was written in, or that the replica is behind in, is not asked for there. */
const pauseMs = 50;
const pausedSpaces = 10_000;

type Tried<Result> = { readonly result: Result } | { readonly error: unknown };

export interface ReplicaReadsOptions {
  readonly primary: Database;
  readonly replica: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** Told when the replica is used again, or not any more, with the reason. */
  readonly onChange?: (used: boolean, reason: string) => void;
}

/**
 * Reads that a replica answers when it has all that was answered before they came (docs/decisions/0090). Beside the
 * question to the replica one goes to the primary, for the marks of the data space; all calls of a moment share it. Where
 * the two differ, and whenever the replica fails, the primary answers.
 */
export class ReadsFromReplica implements ReplicaReads {
  readonly #primary: Database;
  readonly #replica: Database;
  readonly #onChange: ReplicaReadsOptions['onChange'];
  readonly #marks: WriteMarks;
  readonly #current: StatementQueue<number, SpaceMarks>;
  readonly #paused: LRUCache<number, true>;
  /**
   * Reads by who answered: the replica; or the primary, because the data space was just written in, because the replica
   * lacked something, or because it was not there.
   */
  readonly #counts = { replica: 0, written: 0, behind: 0, away: 0 };
  /** Resolved when the replica is not to be waited for any more. */
  #lost = Promise.withResolvers<undefined>();
  #used = false;
  #reason = 'not asked yet';
  #behind = 0;
  #counted = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #keeping: Promise<void> = Promise.resolve();

  constructor({ primary, replica, clock, random, onChange }: ReplicaReadsOptions) {
    this.#primary = primary;
    this.#replica = replica;
    this.#onChange = onChange;
    const writer = random.bytes(8).readBigUInt64BE() >> 1n;
    this.#marks = new WriteMarks(primary, clock, String(writer));
    this.#current = createStatementQueue({ run: (dataSpaces) => this.#readCurrent(dataSpaces) });
    this.#paused = new LRUCache({ max: pausedSpaces, ttl: pauseMs });
    this.#keepOn();
  }

  /** For metrics. */
  get use() {
    return { reads: this.#counts, lagSeconds: (this.#behind * keepEveryMs) / 1000 };
  }

  whileWriting<Result>(dataSpace: number, work: () => Promise<Result>): Promise<Result> {
    return this.#marks.during(dataSpace, work);
  }

  async read<Result>(store: CrmStore, dataSpace: number, work: (store: CrmStore) => Promise<Result>): Promise<Result> {
    const tried = this.#mayAsk(dataSpace) ? await this.#try(store, dataSpace, work) : undefined;
    if (!tried) return work(store);
    if ('error' in tried) throw tried.error;
    return tried.result;
  }

  #mayAsk(dataSpace: number): boolean {
    if (!this.#used) this.#counts.away++;
    else if (this.#marks.has(dataSpace)) this.#counts.written++;
    else if (this.#paused.has(dataSpace)) this.#counts.behind++;
    else return true;
    return false;
  }

  /** What the replica answers, refusals included; undefined when that does not count. */
  async #try<Result>(
    store: CrmStore,
    dataSpace: number,
    work: (store: CrmStore) => Promise<Result>,
  ): Promise<Tried<Result> | undefined> {
    const sighted = new SightedDatabase(this.#replica, dataSpace);
    const asked = work({ ...store, database: sighted, records: new RecordTable(sighted), replica: undefined }).then(
      (result): Tried<Result> => ({ result }),
      (error: unknown): Tried<Result> => ({ error }),
    );
    const marks = await this.#current.submit(dataSpace).catch(() => undefined);
    if (!marks || marks.open) return this.#pass(dataSpace, marks ? 'written' : 'away');
    const tried = await Promise.race([asked, this.#lost.promise]);
    if (!tried) return this.#pass(dataSpace, 'away');
    if ('error' in tried && !(tried.error instanceof Refusal)) {
      if (tried.error instanceof Unavailable) this.#turn(false, tried.error.message);
      return this.#pass(dataSpace, 'away');
    }
    for (const seen of sighted.sightings) if (seen !== marks.text) return this.#pass(dataSpace, 'behind');
    this.#counts.replica++;
    return tried;
  }

  #pass(dataSpace: number, reason: 'written' | 'behind' | 'away'): undefined {
    this.#counts[reason]++;
    if (reason !== 'away') this.#paused.set(dataSpace, true);
  }

  async #readCurrent(dataSpaces: readonly number[]): Promise<SpaceMarks[]> {
    return readMarks(this.#primary, dataSpaces);
  }

  #keepOn(): void {
    this.#keeping = this.#keep().then(() => {
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#keepOn(), this.#used ? keepEveryMs : lookEveryMs).unref();
    });
  }

  /** Looks whether the replica follows, then counts on for the next look. */
  async #keep(): Promise<void> {
    const seen = await this.#look();
    if (this.#closed) return;
    if (typeof seen === 'string') this.#turn(false, seen);
    else if (seen !== undefined) {
      this.#behind = this.#counted - seen;
      if (this.#behind <= mostBehind) this.#turn(true, '');
      else this.#turn(false, `it lags ${this.#behind} seconds`);
    } else if (this.#counted > mostBehind) this.#turn(false, 'it does not follow the database of its data centre');
    await this.#marks.keep().then(
      (counted) => {
        this.#counted = counted;
      },
      // Without the primary nothing is read from the replica.
      () => {},
    );
  }

  /** How far the replica has come; a text when it does not say so. */
  #look(): Promise<number | undefined | string> {
    return Promise.race([
      readCount(this.#replica, this.#marks.writer).catch((error: Error) => error.message),
      delay(answerMs, `it does not answer within ${answerMs / 1000} s`, { ref: false }),
    ]);
  }

  #turn(used: boolean, reason: string): void {
    if (!used) {
      this.#lost.resolve(undefined);
      this.#lost = Promise.withResolvers();
    }
    if (this.#used === used && this.#reason === reason) return;
    this.#used = used;
    this.#reason = reason;
    this.#onChange?.(used, reason);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#keeping;
    await this.#marks.close();
  }
}
