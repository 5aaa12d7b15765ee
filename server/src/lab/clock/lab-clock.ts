import { badInput, conflict } from '../../admin/failure.ts';
import { clockTopic, notifyChanges } from '../../database/change-notices.ts';
import { latestMoment } from '../../database/latest-moment.ts';
import { readClockState, writeClockState } from '../../directory/clock-state.ts';
import type { ClockState } from '../../foundation/clock.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { LabContext } from '../context.ts';
import { parseDuration } from './duration.ts';
import { type Effects, effectsBetween } from './effects.ts';
import { parseMoment } from './moment.ts';

/** The platform's time, as the lab tells it. */
export interface ClockReading {
  /** ISO 8601, in UTC. */
  readonly now: string;
  /** The machine's time. */
  readonly real: string;
  /** How far the platform's time is ahead of the machine's. */
  readonly offset_ms: number;
  /** Seconds of the platform in a second of the machine. */
  readonly speed: number;
  /** What ended by this move. */
  readonly effects: Effects;
}

/** Dates of the CRM have four digits for the year. */
const lastMs = Date.UTC(9999, 11, 31);
const fastest = 100_000;
/** How often what is due is looked for while the time runs faster than the machine's. */
const catchUpMs = 500;

/**
 * Moves the one clock that the whole platform lives by. Its state is kept in the directory, so a start goes on with it,
 * and other processes of the platform follow. It never goes back behind what is committed.
 */
export class LabClock {
  readonly #context: LabContext;
  #moving: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: LabContext) {
    this.#context = context;
    // Another process of this platform has moved it.
    const follow = () => void this.#follow().catch((error: Error) => this.#warn(error));
    context.directoryNotices.subscribe(clockTopic, { changed: follow, reset: follow });
    this.#keepUp();
  }

  show(): Promise<ClockReading> {
    const { real } = this.#context.clock;
    const realMs = real.nowMs();
    return this.#tell(realMs, this.#context.clock.at(realMs), this.#context.clock.at(realMs));
  }

  /** @param by a duration such as `61m`, or milliseconds. */
  advance(by: string | number): Promise<ClockReading> {
    const ms = typeof by === 'string' ? parseDuration(by) : by;
    if (!Number.isFinite(ms) || ms < 0) throw badInput(`the duration: expected 0 ms or more, got ${ms}`);
    return this.#move((state) => ({ ...state, virtualMs: state.virtualMs + Math.round(ms) }));
  }

  /** @param moment ISO 8601 with its offset, such as 2026-03-01T12:00:00Z, or milliseconds since 1970. */
  set(moment: string | EpochMs): Promise<ClockReading> {
    const virtualMs = typeof moment === 'string' ? parseMoment(moment) : moment;
    return this.#move((state) => ({ ...state, virtualMs }));
  }

  /** @param speed seconds of the platform in a second of the machine; 0 stops it. */
  speed(speed: number): Promise<ClockReading> {
    if (!Number.isFinite(speed) || speed < 0 || speed > fastest) {
      throw badInput(`the speed: expected a number from 0 to ${fastest}, got ${speed}`);
    }
    return this.#move((state) => ({ ...state, speed }));
  }

  /** Back to the machine's time. @throws AdminFailure where data is committed that is later than it. */
  reset(): Promise<ClockReading> {
    return this.#move(({ realMs }) => ({ realMs, virtualMs: realMs, speed: 1 }));
  }

  /** Takes over a state without asking for what is committed: with the databases, it comes from a snapshot. */
  async adopt(offsetMs: number, speed: number): Promise<void> {
    const realMs = this.#context.clock.real.nowMs();
    await this.#store({ realMs, virtualMs: realMs + offsetMs, speed });
  }

  /** Resolves when the last move is done. */
  close(): Promise<unknown> {
    clearInterval(this.#timer);
    return this.#moving;
  }

  /** One move at a time. */
  #move(change: (now: ClockState) => ClockState): Promise<ClockReading> {
    const moved = this.#moving.then(() => this.#moveTo(change));
    this.#moving = moved.catch(() => {});
    return moved;
  }

  async #moveTo(change: (now: ClockState) => ClockState): Promise<ClockReading> {
    const { clock } = this.#context;
    const realMs = clock.real.nowMs();
    const fromMs = clock.at(realMs);
    const target = change({ realMs, virtualMs: fromMs, speed: clock.state.speed });
    if (target.virtualMs < 0 || target.virtualMs > lastMs) {
      throw badInput(
        `the time: expected one between 1970 and 9999, got ${target.virtualMs < 0 ? 'an earlier' : 'a later'} one`,
      );
    }
    if (target.virtualMs < fromMs) await this.#checkNothingLater(target.virtualMs, fromMs);
    // Counted before what has ended is swept away.
    const reading = await this.#tell(realMs, fromMs, target.virtualMs, target.speed);
    await this.#store(target);
    return reading;
  }

  async #checkNothingLater(targetMs: EpochMs, fromMs: EpochMs): Promise<void> {
    const latestMs = await this.latestCommittedMs(fromMs);
    if (latestMs === null || latestMs <= targetMs) return;
    throw conflict(
      `the clock cannot go back to ${iso(targetMs)}: data was committed at ${iso(latestMs)}, which is later; restore a snapshot to undo that`,
    );
  }

  /** The latest moment of all data that is committed; null when there is none. */
  async latestCommittedMs(nowMs: EpochMs): Promise<EpochMs | null> {
    const { admin } = this.#context;
    const dataCenters = [...admin.dataCenters.values()];
    await admin.clients.storeSecretUses();
    await Promise.all(dataCenters.map(({ events }) => events.flush()));
    const databases = [admin.directory, ...dataCenters.map(({ database }) => database)];
    const moments = await Promise.all(databases.map((database) => latestMoment(database, nowMs)));
    const known = moments.filter((moment) => moment !== null);
    return known.length === 0 ? null : Math.max(...known);
  }

  async #store(target: ClockState): Promise<void> {
    const { admin, clock } = this.#context;
    const isReal = target.virtualMs === target.realMs && target.speed === 1;
    await writeClockState(admin.directory, isReal ? undefined : target);
    clock.set(target);
    this.#takeEffect();
    await notifyChanges(admin.directory, [`${clockTopic}:`]);
  }

  async #follow(): Promise<void> {
    const { admin, clock } = this.#context;
    const realMs = clock.real.nowMs();
    const stored = (await readClockState(admin.directory)) ?? { realMs, virtualMs: realMs, speed: 1 };
    const { state } = clock;
    const same = stored.speed === state.speed && Math.abs(at(stored, realMs) - at(state, realMs)) < 1;
    if (same) return;
    clock.set(stored);
    this.#takeEffect();
  }

  /** What this process knows for a while only is asked for anew, and what is due by now is done. */
  #takeEffect(): void {
    const { admin, directoryNotices } = this.#context;
    directoryNotices.forgetAllBut(clockTopic);
    for (const { notices } of admin.dataCenters.values()) notices.forgetAllBut(clockTopic);
    this.#catchUp();
    this.#keepUp();
  }

  #catchUp(): void {
    for (const { notices } of this.#context.admin.dataCenters.values()) notices.deliver(`${clockTopic}:`);
  }

  #keepUp(): void {
    clearInterval(this.#timer);
    if (this.#context.clock.state.speed > 1) {
      this.#timer = setInterval(() => this.#catchUp(), catchUpMs).unref();
    }
  }

  async #tell(
    realMs: EpochMs,
    fromMs: EpochMs,
    nowMs: EpochMs,
    speed = this.#context.clock.state.speed,
  ): Promise<ClockReading> {
    const effects = await effectsBetween(this.#context, fromMs, nowMs);
    return { now: iso(nowMs), real: iso(realMs), offset_ms: nowMs - realMs, speed, effects };
  }

  #warn(error: Error): void {
    this.#context.admin.log.warn({ err: error }, 'the clock of the lab cannot be read');
  }
}

function at({ realMs, virtualMs, speed }: ClockState, atRealMs: EpochMs): EpochMs {
  return virtualMs + (atRealMs - realMs) * speed;
}

function iso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}
