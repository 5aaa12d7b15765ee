import { LRUCache } from 'lru-cache';
import { badInput, conflict, notFound } from '../../admin/failure.ts';
import { restoredTopic } from '../../database/change-notices.ts';
import { contentBytes, type DatabaseContent, readContent, writeContent } from '../../database/content.ts';
import { DatabaseCopies } from '../../database/copies.ts';
import { deriveKey } from '../../foundation/secrets.ts';
import { hasForm, textForms } from '../../foundation/text-forms.ts';
import type { LabClock } from '../clock/lab-clock.ts';
import type { LabContext, LabDatabase } from '../context.ts';
import { whilePaused, whileQuiet } from './pause.ts';
import { type Snapshot, SnapshotRegistry } from './registry.ts';

/** What was done with a snapshot, and how long it took. */
export interface SnapshotTaken {
  readonly name: string;
  readonly took_ms: number;
}

export interface DescribedSnapshot {
  readonly name: string;
  readonly saved_at: string;
  readonly offset_ms: number;
  readonly speed: number;
  readonly data_centers: readonly string[];
}

/** A further copy of a snapshot that waits to become the platform's database, by label. */
type Spare = ReadonlyMap<string, string>;

/** A name of PostgreSQL has 63 bytes; the mark of a copy and a random end follow. */
const longestLiveName = 40;
/** States up to this size are kept in memory as well, so many of them. */
const mostContentBytes = 16 * 1024 * 1024;
const mostContents = 4;

/**
 * States of the whole platform: all databases, with the offset of the clock. Each is a copy of every database on its own
 * server. A restore swaps a copy that was made beforehand with the database in use, by name: it costs the renaming and
 * new connections, however much there is. Small states that this process saved are also kept in memory, and only the
 * tables that differ are written again.
 */
export class LabSnapshots {
  readonly #context: LabContext;
  readonly #clock: LabClock;
  readonly registry: SnapshotRegistry;
  readonly #copies: ReadonlyMap<string, DatabaseCopies>;
  /** What small states hold, by snapshot and label. */
  readonly #contents = new LRUCache<string, ReadonlyMap<string, DatabaseContent>>({ max: mostContents });
  /** Of the snapshot that was saved or restored last. */
  #spare: { readonly of: string; readonly made: Promise<Spare> } | undefined;
  #working: Promise<unknown> = Promise.resolve();
  #tidying: Promise<unknown>;
  #closed = false;

  constructor(context: LabContext, clock: LabClock) {
    this.#context = context;
    this.#clock = clock;
    this.registry = new SnapshotRegistry(context.dataDirectory.path);
    this.#copies = new Map(context.databases.map((each) => [each.label, new DatabaseCopies(each.ownerConnection)]));
    this.#tidying = this.#dropLeftovers().catch((error: Error) => this.#warn(error));
  }

  list(): DescribedSnapshot[] {
    return this.registry.list().map(({ name, savedAtMs, clock, databases }) => ({
      name,
      saved_at: new Date(savedAtMs).toISOString(),
      offset_ms: clock.offsetMs,
      speed: clock.speed,
      data_centers: Object.keys(databases).filter((label) => label !== 'directory'),
    }));
  }

  /** Saves the state under this name; one that had the name before is replaced. */
  save(name: string): Promise<SnapshotTaken> {
    return this.#timed(name, async () => {
      checkSnapshotName(name);
      const { clock } = this.#context;
      const fresh = this.newCopyNames();
      await this.#tidying;
      this.#contents.delete(name);
      await this.#paused(
        () => this.#each((copies, label) => copies.copy(copies.name, fresh.get(label) as string)),
        () => this.#keepContents(name),
      );
      const before = this.registry.find(name);
      const realMs = clock.real.nowMs();
      this.registry.put({
        name,
        savedAtMs: realMs,
        clock: { offsetMs: clock.at(realMs) - realMs, speed: clock.state.speed },
        databases: Object.fromEntries(fresh),
        keyMark: this.keyMark,
        demoAccounts: this.#context.demo.accounts(),
      });
      if (before) this.dropLater(Object.entries(before.databases));
      if (!this.#contents.has(name)) this.#prepareSpare(name);
    });
  }

  /**
   * Brings the state back.
   * @param options `fromCopy`: even where it is kept in memory.
   * @throws AdminFailure when there is no such snapshot, or it is of other data centres.
   */
  restore(name: string, { fromCopy = false } = {}): Promise<SnapshotTaken> {
    return this.#timed(name, async () => {
      const snapshot = this.find(name);
      this.check(snapshot);
      if (!fromCopy && (await this.#rewind(snapshot))) return;
      if (this.#spare?.of !== name) this.#prepareSpare(name);
      const spare = await this.#spare?.made;
      this.#spare = undefined;
      if (!spare) throw conflict(`the snapshot ${name} could not be copied; see the log`);
      await this.#putInUse(spare, snapshot.clock);
      this.#prepareSpare(name);
    }).then(async (taken) => {
      await this.#context.demo.adopt(this.registry.find(name)?.demoAccounts);
      return taken;
    });
  }

  /**
   * Puts other databases in the place of those in use, and the machine's time in that of the platform's.
   * @param make makes them under the given names, by label.
   */
  async replace(make: (names: ReadonlyMap<string, string>) => Promise<void>): Promise<void> {
    await this.alone(async () => {
      const fresh = this.newCopyNames();
      try {
        await make(fresh);
        await this.#putInUse(fresh, { offsetMs: 0, speed: 1 });
      } catch (error) {
        this.dropLater([...fresh]);
        throw error;
      }
    });
  }

  /** Takes over databases that were made for a snapshot; one that had the name is replaced. */
  adopt(snapshot: Snapshot): void {
    const before = this.registry.find(snapshot.name);
    this.#contents.delete(snapshot.name);
    this.registry.put(snapshot);
    if (before) this.dropLater(Object.entries(before.databases));
    if (this.#spare?.of === snapshot.name) this.#working = this.#working.then(() => this.#dropSpare());
  }

  async #putInUse(databases: Spare, clock: Snapshot['clock']): Promise<void> {
    const old = this.newCopyNames();
    await this.#paused(
      () => this.#swap(databases, old),
      () => this.#settle(clock),
    );
    this.dropLater([...old]);
  }

  /** @throws AdminFailure when there is no such snapshot. */
  delete(name: string): Promise<SnapshotTaken> {
    return this.#timed(name, async () => {
      const { databases } = this.find(name);
      this.#contents.delete(name);
      this.registry.remove(name);
      if (this.#spare?.of === name) await this.#dropSpare();
      this.dropLater(Object.entries(databases));
    });
  }

  /** Reads what was just saved, where it is little: bringing it back then takes one transaction for each database. */
  async #keepContents(name: string): Promise<void> {
    const { databases } = this.#context;
    const bytes = await Promise.all(databases.map(({ requests }) => contentBytes(requests)));
    if (bytes.reduce((sum, each) => sum + each, 0) > mostContentBytes) return;
    const read = databases.map(async ({ label, requests }) => [label, await readContent(requests)] as const);
    this.#contents.set(name, new Map(await Promise.all(read)));
  }

  /** Brings back what is kept in memory, if anything is. @returns whether that was done. */
  async #rewind(snapshot: Snapshot): Promise<boolean> {
    const contents = this.#contents.get(snapshot.name);
    if (!contents) return false;
    await whileQuiet(this.#context, async () => {
      const write = ({ label, requests }: LabDatabase) =>
        requests.transaction((transaction) => writeContent(transaction, contents.get(label) as DatabaseContent));
      await Promise.all(this.#context.databases.map(write));
      await this.#settle(snapshot.clock);
    });
    return true;
  }

  /** Resolves when what goes on behind answers is done: copies prepared, old ones dropped. */
  async settled(): Promise<void> {
    await this.#working;
    await this.#spare?.made.catch(() => {});
    await this.#tidying;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    await Promise.all([...this.#copies.values()].map((copies) => copies.close()));
  }

  /** Same for the same secret key; tells nothing of it. */
  get keyMark(): string {
    return deriveKey(this.#context.dataDirectory.secretKey, 'snapshot mark').toString('base64url');
  }

  /** A new name for a copy of each database. */
  newCopyNames(): ReadonlyMap<string, string> {
    const end = this.#context.admin.random.bytes(5).toString('hex');
    return new Map([...this.#copies].map(([label, copies]) => [label, `${prefixOf(copies)}${end}`]));
  }

  copiesOf({ label }: Pick<LabDatabase, 'label'>): DatabaseCopies {
    return this.#copies.get(label) as DatabaseCopies;
  }

  /** All databases give their names to the copies, or none does. */
  async #swap(spare: Spare, old: Spare): Promise<void> {
    const renamed: (() => Promise<void>)[] = [];
    const rename = async (copies: DatabaseCopies, from: string, to: string) => {
      await copies.rename(from, to);
      renamed.push(() => copies.rename(to, from));
    };
    try {
      await this.#each(async (copies, label) => {
        await rename(copies, copies.name, old.get(label) as string);
        await rename(copies, spare.get(label) as string, copies.name);
      });
    } catch (error) {
      for (const undo of renamed.toReversed()) await undo();
      throw error;
    }
  }

  /** @throws AdminFailure when there is no such snapshot. */
  find(name: string): Snapshot {
    const snapshot = this.registry.find(name);
    if (snapshot) return snapshot;
    const names = this.registry.list().map((each) => each.name);
    throw notFound(`there is no snapshot ${name.slice(0, 100)}; there is ${names.join(', ') || 'none'}`);
  }

  /** @throws AdminFailure when this platform cannot take the snapshot over. */
  check({ name, databases, keyMark }: Snapshot): void {
    const saved = Object.keys(databases).sort().join(', ');
    const here = [...this.#copies.keys()].sort().join(', ');
    if (saved !== here) throw conflict(`the snapshot ${name} is of ${saved}; this platform runs ${here}`);
    if (keyMark !== this.keyMark) throw conflict(`the snapshot ${name} was sealed under another secret key`);
  }

  /** After the databases were replaced: nothing that this process remembers of the others is true any more. */
  async #settle(clock: Snapshot['clock']): Promise<void> {
    const { admin, directoryNotices } = this.#context;
    for (const notices of [directoryNotices, ...[...admin.dataCenters.values()].map((each) => each.notices)]) {
      notices.deliver(`${restoredTopic}:`);
    }
    await this.#clock.adopt(clock.offsetMs, clock.speed);
  }

  #paused(work: () => Promise<unknown>, settle: () => Promise<void> = async () => {}): Promise<unknown> {
    const alone = async () => {
      await this.#each((copies) => copies.endSessions(copies.name));
      return work();
    };
    return whilePaused(this.#context, alone, settle);
  }

  async #each(work: (copies: DatabaseCopies, label: string) => Promise<void>): Promise<void> {
    const done = await Promise.allSettled([...this.#copies].map(([label, copies]) => work(copies, label)));
    const failed = done.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** The time does not count what it waited for others. */
  #timed(name: string, work: () => Promise<void>): Promise<SnapshotTaken> {
    return this.#next(async () => {
      const began = performance.now();
      await work();
      return { name, took_ms: Math.round(performance.now() - began) };
    });
  }

  /** Runs `work` while no snapshot is saved, restored or copied. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#next(async () => {
      await this.#spare?.made.catch(() => {});
      return work();
    });
  }

  /** One after the other. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => {});
    return done;
  }

  /** Copies the snapshot in the background, for the next restore. */
  #prepareSpare(name: string): void {
    const snapshot = this.registry.find(name);
    if (!snapshot || this.#closed) return;
    const before = this.#dropSpare();
    const made = before.then(async () => {
      const names = this.newCopyNames();
      await this.#each((copies, label) => copies.copy(snapshot.databases[label] as string, names.get(label) as string));
      return names;
    });
    made.catch((error: Error) => this.#warn(error));
    this.#spare = { of: name, made };
  }

  async #dropSpare(): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    const names = await spare?.made.catch(() => undefined);
    if (names) this.dropLater([...names]);
  }

  /** Drops databases in the background; what is left when the process ends goes at the next start. */
  dropLater(databases: readonly (readonly [label: string, name: string])[]): void {
    this.#tidying = this.#tidying
      .then(async () => {
        for (const [label, name] of databases) await this.#copies.get(label)?.drop(name);
      })
      .catch((error: Error) => this.#warn(error));
  }

  async #dropLeftovers(): Promise<void> {
    const wanted = new Set(this.registry.list().flatMap(({ databases }) => Object.values(databases)));
    for (const copies of this.#copies.values()) {
      for (const name of await copies.list(prefixOf(copies))) if (!wanted.has(name)) await copies.drop(name);
    }
  }

  #warn(error: Error): void {
    this.#context.admin.log.warn({ err: error }, 'copies of databases are not in order');
  }
}

function prefixOf({ name }: DatabaseCopies): string {
  return `${name.slice(0, longestLiveName)}_lab_`;
}

/** @throws AdminFailure when no snapshot can have the name. */
export function checkSnapshotName(name: string): void {
  if (hasForm(name, textForms.snapshotName)) return;
  throw badInput(`the name of a snapshot: expected ${textForms.snapshotName.expected}, got "${name.slice(0, 100)}"`);
}
