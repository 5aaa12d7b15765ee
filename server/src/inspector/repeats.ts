import type { EventKind } from './event-kinds.ts';

/** How many events of the same kind, outcome and client stand alone in a window; of the others one event tells. */
const alikeOneByOne = 20;
export const windowMs = 60_000;

/** What makes events alike. */
interface Alike {
  readonly kind: EventKind;
  readonly outcome: string;
  readonly clientId: string | null;
  readonly keys?: readonly string[] | undefined;
}

/** Events of a window that one event stands for: the newest of them, with their number. */
export interface Repeated<Event> {
  readonly event: Event;
  readonly count: number;
  /** The row that told of them before, if one did. */
  rowId: string | undefined;
  /** Of `count`, those that the row knows of. */
  told: number;
}

/** Events that are not in any row: no place was left in their window. */
export interface Dropped {
  /** By kind and outcome. */
  readonly counts: ReadonlyMap<string, number>;
  readonly limit: number;
}

interface Group<Event> extends Repeated<Event> {
  event: Event;
  count: number;
  alone: number;
}

/** Event kinds of which anybody can cause as many as they like, also when nothing is refused. */
const anonymousKinds: ReadonlySet<EventKind> = new Set<EventKind>(['cors', 'hop', 'device-request']);

/** Event kinds that come with every call of a busy client, when all goes well. */
const frequentKinds: ReadonlySet<EventKind> = new Set<EventKind>([
  'api',
  'introspect',
  'request',
  'token',
  'user-info',
  'userinfo',
]);

/** Whether an event is one of those that a busy and healthy client causes by the thousand. */
export function isFrequent(kind: EventKind, outcome: string): boolean {
  return outcome === 'Success' && frequentKinds.has(kind);
}

/** Whether an event is one that strangers can cause without end. Evictions need living tokens, which have own limits. */
export function isUnbounded(kind: EventKind, outcome: string): boolean {
  return outcome === 'Success' ? anonymousKinds.has(kind) : kind !== 'eviction';
}

/**
 * Keeps a flood of requests from being one of events. In a window of a minute the first events of a sort stand alone,
 * with what was compared; further ones are counted. There are places for so many rows in all; when they are used up,
 * the first of each kind and outcome still gets one, so that no new sort of refusal goes unseen.
 */
export class RepeatFilter<Event extends Alike> {
  readonly #limit: number;
  readonly #frequent: boolean;
  #startMs = 0;
  #rows = 0;
  #groups = new Map<string, Group<Event>>();
  #sorts = new Set<string>();
  #dropped = new Map<string, number>();
  #ended: Repeated<Event>[] = [];
  #endedDropped: Dropped[] = [];

  /**
   * @param limit most rows of a window; 0: every event is a row.
   * @param frequent for what goes well, again and again: any number of alike ones stand alone while there is room, alike
   * are those with the same token, and those that come when no room is left are counted rather than dropped.
   */
  constructor(limit: number, frequent = false) {
    this.#limit = limit;
    this.#frequent = frequent;
  }

  /** Whether the event is to be a row of its own; otherwise it has been counted. */
  admits(event: Event, nowMs: number): boolean {
    if (this.#limit === 0) return true;
    if (nowMs < this.#startMs || nowMs - this.#startMs >= windowMs) this.#begin(nowMs);
    const sort = `${event.kind} ${event.outcome}`;
    const key = this.#keyOf(event);
    const group = this.#groups.get(key);
    const room = this.#rows < this.#limit;
    const most = this.#frequent ? this.#limit : alikeOneByOne;
    if (group ? room && group.alone < most : room || !this.#sorts.has(sort)) {
      if (group) group.alone++;
      else this.#groups.set(key, { event, count: 0, alone: 1, rowId: undefined, told: 0 });
      this.#sorts.add(sort);
      this.#rows++;
      return true;
    }
    if (group) {
      group.event = event;
      group.count++;
    } else if (this.#frequent && this.#groups.size < 2 * this.#limit) {
      this.#groups.set(key, { event, count: 1, alone: 0, rowId: undefined, told: 0 });
    } else this.drop(sort);
    return false;
  }

  /** The group that an event was counted in. */
  groupOf(event: Event): Repeated<Event> | undefined {
    return this.#groups.get(this.#keyOf(event));
  }

  #keyOf(event: Event): string {
    const own = this.#frequent ? ` ${event.keys?.[0]}` : '';
    return `${event.kind} ${event.outcome} ${event.clientId}${own}`;
  }

  /** Counts an event that is lost for another reason. */
  drop(sort: string): void {
    this.#dropped.set(sort, (this.#dropped.get(sort) ?? 0) + 1);
  }

  /** Whether something was counted that no row tells of yet. */
  get hasUntold(): boolean {
    if (this.#ended.length > 0 || this.#endedDropped.length > 0 || this.#dropped.size > 0) return true;
    return [...this.#groups.values()].some(isUntold);
  }

  /** What rows have to be written or brought up to date. The caller sets `rowId` and `told`. */
  takeUntold(): { repeated: Repeated<Event>[]; dropped: Dropped[] } {
    const repeated = [...this.#ended, ...[...this.#groups.values()].filter(isUntold)];
    const dropped = [...this.#endedDropped];
    if (this.#dropped.size > 0) dropped.push({ counts: this.#dropped, limit: this.#limit });
    this.#ended = [];
    this.#endedDropped = [];
    this.#dropped = new Map();
    return { repeated, dropped };
  }

  #begin(nowMs: number): void {
    this.#ended.push(...[...this.#groups.values()].filter(isUntold));
    if (this.#dropped.size > 0) this.#endedDropped.push({ counts: this.#dropped, limit: this.#limit });
    this.#groups = new Map();
    this.#sorts = new Set();
    this.#dropped = new Map();
    this.#rows = 0;
    this.#startMs = nowMs;
  }
}

function isUntold(group: Repeated<unknown>): boolean {
  return group.count > group.told;
}
