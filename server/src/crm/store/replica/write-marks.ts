import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../../database/database.ts';
import { createStatementQueue, type StatementQueue } from '../../../database/statement-queue.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { closeAbandoned, countSpace, type MarkChange, writeMarks } from './mark-table.ts';

/** How long an open mark holds without being renewed; longer than any statement. */
const lifeMs = 60_000;
/** A write is answered only so long before the end of its mark. */
const marginMs = 5_000;
/** Marks of writes that take long are renewed so long before their end. */
const renewMs = lifeMs / 2;
/** After its end an open mark counts as abandoned, whatever the clocks of two machines say. */
const graceMs = 30_000;
/** Without a write for so long the mark is closed: the replica is asked again. */
const quietMs = 200;
/** How often it looks for abandoned marks, in counts. */
const abandonedEvery = 10;
const retryMs = 100;
const openAttempts = 50;

interface Mark {
  underWay: number;
  /** Until when others know that this process may write; 0: they do not. */
  openUntilMs: number;
  opening: Promise<void> | undefined;
  closing: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** The marks of the writes of this process. They are written beside the writes, and one serves those that follow. */
export class WriteMarks {
  /** By data space: those that are not known to be closed. */
  readonly #marks = new Map<number, Mark>();
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #writer: string;
  readonly #changes: StatementQueue<MarkChange, undefined>;
  #version = 0;
  #count = 0;

  /** `writer`: a 63-bit number as text that no other process has. */
  constructor(database: Database, clock: Clock, writer: string) {
    this.#database = database;
    this.#clock = clock;
    this.#writer = writer;
    this.#changes = createStatementQueue({
      run: async (changes) => {
        await writeMarks(database, writer, changes);
        return changes.map(() => undefined);
      },
    });
  }

  /** Whether this process writes in the data space, or did just now. */
  has(dataSpace: number): boolean {
    return this.#marks.has(dataSpace);
  }

  /**
   * Runs what may write in the data space: when it ends, whoever reads knows that the replica may lack it.
   * @throws what `work` throws; Unavailable when nobody can be told.
   */
  async during<Result>(dataSpace: number, work: () => Promise<Result>): Promise<Result> {
    const mark = this.#enter(dataSpace);
    try {
      const opened = this.#open(dataSpace, mark, marginMs);
      // It is waited for below, after the work.
      opened?.catch(() => {});
      let result: Result;
      try {
        result = await work();
      } finally {
        // What failed may have written a part.
        await opened;
      }
      await this.#open(dataSpace, mark, marginMs);
      return result;
    } finally {
      this.#leave(dataSpace, mark);
    }
  }

  /** Once a second: counts on and renews marks; now and then closes those of processes that ended. @returns the count. */
  async keep(): Promise<number> {
    for (const [dataSpace, mark] of this.#marks) {
      if (mark.underWay > 0) this.#open(dataSpace, mark, renewMs)?.catch(() => {});
    }
    const nowMs = this.#clock.nowMs();
    const count = this.#count + 1;
    await this.#changes.submit({ dataSpace: countSpace, open: false, version: count, expiresAtMs: nowMs });
    this.#count = count;
    if (count % abandonedEvery === 0) await closeAbandoned(this.#database, nowMs - graceMs);
    return count;
  }

  /** Closes all marks; nothing is written any more. */
  async close(): Promise<void> {
    const open = [...this.#marks].filter(([, { openUntilMs }]) => openUntilMs > 0);
    for (const [, { timer }] of this.#marks) clearTimeout(timer);
    await Promise.all(open.map(([dataSpace]) => this.#submit(dataSpace, false, this.#clock.nowMs())));
  }

  get writer(): string {
    return this.#writer;
  }

  #enter(dataSpace: number): Mark {
    let mark = this.#marks.get(dataSpace);
    if (!mark) {
      mark = { underWay: 0, openUntilMs: 0, opening: undefined, closing: undefined, timer: undefined };
      this.#marks.set(dataSpace, mark);
    }
    clearTimeout(mark.timer);
    mark.timer = undefined;
    mark.underWay++;
    return mark;
  }

  #leave(dataSpace: number, mark: Mark): void {
    mark.underWay--;
    if (mark.underWay === 0) this.#closeLater(dataSpace, mark);
  }

  #closeLater(dataSpace: number, mark: Mark): void {
    clearTimeout(mark.timer);
    mark.timer = setTimeout(() => {
      mark.timer = undefined;
      mark.closing ??= this.#close(dataSpace, mark).finally(() => {
        mark.closing = undefined;
      });
    }, quietMs).unref();
  }

  /** Undefined when others know for longer than `restMs` that this process may write. */
  #open(dataSpace: number, mark: Mark, restMs: number): Promise<void> | undefined {
    if (mark.openUntilMs - this.#clock.nowMs() > restMs) return undefined;
    mark.opening ??= this.#openNow(dataSpace, mark).finally(() => {
      mark.opening = undefined;
    });
    return mark.opening;
  }

  /** Tries for some seconds: a write that is done should not be refused because its mark found no connection. */
  async #openNow(dataSpace: number, mark: Mark): Promise<void> {
    await mark.closing;
    for (let attempt = 1; ; attempt++) {
      const untilMs = this.#clock.nowMs() + lifeMs;
      try {
        await this.#submit(dataSpace, true, untilMs);
        mark.openUntilMs = untilMs;
        return;
      } catch (error) {
        if (attempt >= openAttempts) throw error;
        await delay(retryMs);
      }
    }
  }

  /** What cannot be closed is tried again; until then nobody asks the replica. */
  async #close(dataSpace: number, mark: Mark): Promise<void> {
    await mark.opening?.catch(() => {});
    if (mark.underWay > 0) return;
    mark.openUntilMs = 0;
    const closed = await this.#submit(dataSpace, false, this.#clock.nowMs()).then(
      () => true,
      () => false,
    );
    if (mark.underWay > 0) return;
    if (closed) this.#marks.delete(dataSpace);
    else this.#closeLater(dataSpace, mark);
  }

  #submit(dataSpace: number, open: boolean, expiresAtMs: number): Promise<undefined> {
    return this.#changes.submit({ dataSpace, open, version: ++this.#version, expiresAtMs });
  }
}
