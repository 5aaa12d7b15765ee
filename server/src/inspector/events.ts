import { LRUCache } from 'lru-cache';
import type { Settings } from '../config/settings.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { Expiring } from '../database/delete-expired.ts';
import { createStatementQueue } from '../database/statement-queue.ts';
import { atMost } from '../foundation/at-most.ts';
import { type Caller, currentCaller } from '../foundation/caller.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../http/log.ts';
import type { LateExplanation } from '../oauth/refusal.ts';
import { keptClientId } from './bounded.ts';
import type { EventKind } from './event-kinds.ts';
import { findEvent, type RecordedEvent, type StorableEvent, storableDetail, updateEvent } from './event-rows.ts';
import type { Exchange } from './exchange.ts';
import { type FlowLink, FlowStore } from './flows/flow-store.ts';
import { isFrequent, isUnbounded, type Repeated, RepeatFilter, windowMs } from './repeats.ts';

export { type EventFilter, listEvents, type RecordedEvent } from './event-rows.ts';

/** One thing that happened on the wire, with its precise outcome. Secrets are masked before they get here. */
export interface ProtocolEvent {
  readonly kind: EventKind;
  /** `Success`, or the failure's name in the outcome catalogue. */
  readonly outcome: string;
  readonly clientId?: string | null;
  readonly userId?: string | null;
  readonly requestId?: string;
  /** What was expected and what came; a function where making it costs something, for it may not be wanted. */
  readonly detail?: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>);
  /** Asked for after the answer; the event is stored when it is there. */
  readonly explanation?: LateExplanation | undefined;
  /**
   * Keys of the codes and tokens that came or were given, and other ties to earlier steps (`flow-key.ts`); a function,
   * like `detail`, where hashing them may be for nothing.
   */
  readonly keys?: readonly string[] | (() => readonly string[]) | undefined;
  /** A tie that may have been made at another data centre of the realm. */
  readonly tiedAnywhere?: boolean;
}

/** What a listener tells of a request that it has answered. */
export interface AnsweredRequest {
  readonly requestId: string;
  /** Asked for only where an event of the request is stored. */
  readonly exchange: () => Exchange;
  /** The flow that the request itself names. */
  readonly flowId?: () => string | undefined;
  /** Ties of the request itself, beside those of its events. */
  readonly ties?: () => readonly string[];
  /** What to record where nothing was recorded of the request. */
  readonly otherwise?: () => ProtocolEvent | undefined;
}

export interface EventRecorder {
  /**
   * Records without making the request wait; failures are also logged. Of many alike in a minute the first are recorded
   * and logged one by one, the others as one event with their number (`repeated`). An event of a request is stored when
   * its answer is known.
   */
  record(event: ProtocolEvent): void;
  /** Completes the events of a request with its answer. */
  answered(request: AnsweredRequest): void;
  /** The event that tells of a request which was only counted. */
  counted(requestId: string): Promise<RecordedEvent | undefined>;
  /** Resolves when what is on its way to the store has arrived; requests that have no answer yet do not count. */
  settled(): Promise<void>;
  /** Resolves when everything recorded so far is stored, numbers included, and the store is within its bounds. */
  flush(): Promise<void>;
}

export interface ForgetfulRecorder {
  /** Lets go of the rows that numbers are written to: they are not there any more. */
  forget(): void;
}

/** An event on its way: who it is about in full, its detail not made yet. */
interface ArrivedEvent extends Omit<ProtocolEvent, 'clientId' | 'keys'> {
  readonly clientId: string | null;
  readonly keys?: readonly string[] | undefined;
  readonly atMs: number;
  readonly exchange?: Exchange;
  readonly flowId?: string | undefined;
}

/** Events of a request that has no answer yet. */
interface Unanswered {
  readonly events: ArrivedEvent[];
  /** Wall-clock time: when they are stored without. */
  readonly since: number;
}

/** Events waiting to be stored; beyond that new ones are counted and dropped rather than filling the memory. */
const maxWaiting = 10_000;
const longestExplanationMs = 2_000;
/** How long an event waits for the answer of its request. */
const longestAnswerMs = 1_000;
const countedRequests = 20_000;
const defaultBounds = { maxEvents: 200_000, maxMegabytes: 256, stepsPerMinute: 1_200 } as const;

export interface RecorderOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly recordEvents: Settings['recordEvents'];
  readonly eventsPerMinute: number;
  /** The same database for what nobody waits for: keeping the events within their bounds. Default: that of the events. */
  readonly upkeep?: Queryable;
  readonly bounds?: Pick<Settings['inspector'], 'maxEvents' | 'maxMegabytes' | 'stepsPerMinute'>;
  /** Asks the other data centres which flow a key belongs to; `dataCenter` names the one that will know. */
  readonly findElsewhere?: (key: string, dataCenter: string | undefined) => Promise<FlowLink | undefined>;
  /** Told of every event, whatever is recorded: the audit log. */
  readonly alsoTell?: (event: ProtocolEvent, caller: Caller | undefined) => void;
}

export function createEventRecorder(
  database: Pick<Database, 'query' | 'label'>,
  options: RecorderOptions,
): EventRecorder & ForgetfulRecorder {
  const { bounds = defaultBounds, clock, findElsewhere, log, recordEvents, upkeep } = options;
  const newStore = () =>
    new FlowStore({
      ...{ database, upkeep },
      bounds: { maxEvents: bounds.maxEvents, maxBytes: bounds.maxMegabytes * 1_000_000 },
      onFault: (error) => log.warn({ err: error }, 'the store of events was not tidied; it is tried again'),
    });
  const newFilters = () => ({
    unbounded: new RepeatFilter<ArrivedEvent>(options.eventsPerMinute),
    frequent: new RepeatFilter<ArrivedEvent>(bounds.stepsPerMinute, true),
  });
  let flows = newStore();
  let filters = newFilters();
  const queue = createStatementQueue<StorableEvent, string>({ run: (events) => flows.insert(events) });
  const waiting = new Set<Promise<unknown>>();
  const unanswered = new Map<string, Unanswered>();
  const countedIn = new LRUCache<string, Repeated<ArrivedEvent>>(atMost(countedRequests));
  let telling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let releaseTimer: NodeJS.Timeout | undefined;

  const warn = (error: Error) => log.warn({ err: error }, 'an event was not recorded');

  const logFailure = (event: StorableEvent): void => {
    if (event.outcome === 'Success') return;
    const { exchange, keys, ...logged } = event;
    log.info({ ...logged, detail: JSON.parse(event.detail), dataCenter: database.label }, 'refused');
  };

  const store = (arrived: ArrivedEvent): Promise<unknown> => {
    const event = storableEvent(arrived);
    logFailure(event);
    return queue.submit(event).catch(warn);
  };

  /** Writes the numbers of what was only counted. One at a time: each has one row, which the next call brings up to date. */
  const tellCounted = async (): Promise<void> => {
    for (const filter of [filters.unbounded, filters.frequent]) {
      const { repeated, dropped } = filter.takeUntold();
      for (const group of repeated) {
        const { count } = group;
        const withinSeconds = windowMs / 1000;
        const event = storableEvent(group.event, { repeated: count, withinSeconds });
        logFailure(event);
        if (group.rowId === undefined) [group.rowId] = await flows.insert([event]);
        else await updateEvent(database, group.rowId, event);
        group.told = count;
      }
      for (const { counts, limit } of dropped) {
        const of = Object.fromEntries(counts);
        const sum = [...counts.values()].reduce((total, count) => total + count, 0);
        const detail = { dropped: sum, of, limit, withinSeconds: windowMs / 1000 };
        const atMs = clock.nowMs();
        const event = storableEvent({ kind: 'events', outcome: 'EventsDropped', clientId: null, atMs, detail });
        logFailure(event);
        await flows.insert([event]);
      }
    }
  };

  const tell = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    telling = telling.then(tellCounted).catch(warn);
    return telling;
  };

  const send = (arrived: ArrivedEvent): void => {
    const completed = isCompleted(arrived) ? store(arrived) : complete(arrived, findElsewhere).then(store);
    const stored: Promise<unknown> = completed.finally(() => waiting.delete(stored));
    waiting.add(stored);
  };

  /** Stores what has waited for an answer since before `sinceMs`. */
  const release = (sinceMs: number): void => {
    for (const [requestId, { events, since }] of unanswered) {
      if (since > sinceMs) continue;
      unanswered.delete(requestId);
      for (const event of events) send(event);
    }
    clearTimeout(releaseTimer);
    releaseTimer = undefined;
    if (unanswered.size > 0) releaseLater();
  };
  const releaseLater = (): void => {
    releaseTimer ??= setTimeout(() => release(performance.now() - longestAnswerMs), longestAnswerMs).unref();
  };

  /** The event as it will be stored, or undefined where it is only counted, or not recorded at all. */
  const admitted = (given: ProtocolEvent): ArrivedEvent | undefined => {
    if (recordEvents === 'none' || (given.outcome === 'Success' && recordEvents === 'failures')) return undefined;
    const nowMs = clock.nowMs();
    const clientId = keptClientId(given.clientId);
    const arrived: ArrivedEvent = { ...given, clientId, keys: made(given.keys), atMs: nowMs };
    const filter = isFrequent(given.kind, given.outcome)
      ? filters.frequent
      : isUnbounded(given.kind, given.outcome)
        ? filters.unbounded
        : undefined;
    const admits = filter === undefined || filter.admits(arrived, nowMs);
    const full = waiting.size + unanswered.size >= maxWaiting;
    if (admits && full) filters.unbounded.drop(`${given.kind} ${given.outcome}`);
    if (admits && !full) return arrived;
    const group = admits ? undefined : filter?.groupOf(arrived);
    if (group && given.requestId !== undefined) countedIn.set(given.requestId, group);
    timer ??= setTimeout(tell, windowMs).unref();
    return undefined;
  };

  return {
    record(event) {
      const given = options.alsoTell ? told(event, options.alsoTell) : event;
      const arrived = admitted(given);
      if (!arrived) return;
      const { requestId } = arrived;
      if (requestId === undefined) return send(arrived);
      const before = unanswered.get(requestId);
      if (before) before.events.push(arrived);
      else unanswered.set(requestId, { events: [arrived], since: performance.now() });
      releaseLater();
    },
    answered({ exchange, flowId, otherwise, requestId, ties }) {
      let events = unanswered.get(requestId)?.events;
      if (events) unanswered.delete(requestId);
      else if (otherwise && recordEvents === 'all' && !countedIn.has(requestId)) {
        const event = otherwise();
        const arrived = event && admitted(event);
        if (!arrived) return;
        events = [arrived];
      } else return;
      const told = exchange();
      const named = flowId?.();
      const tied = ties?.() ?? [];
      for (const event of events) {
        const keys = tied.length === 0 ? event.keys : [...(event.keys ?? []), ...tied];
        const tiedAnywhere = event.tiedAnywhere === true || tied.length > 0;
        send({ ...event, keys, tiedAnywhere, exchange: told, flowId: named });
      }
    },
    async counted(requestId) {
      const group = countedIn.get(requestId);
      if (!group) return undefined;
      await tell();
      return group.rowId === undefined ? undefined : findEvent(database, group.rowId);
    },
    async settled() {
      await Promise.all(waiting);
      await telling;
    },
    forget() {
      flows = newStore();
      filters = newFilters();
      countedIn.clear();
    },
    async flush() {
      release(Number.POSITIVE_INFINITY);
      await Promise.all(waiting);
      if (filters.unbounded.hasUntold || filters.frequent.hasUntold) await tell();
      else await telling;
      await flows.idle();
    },
  };
}

/** Whether nothing about the event has to be found out any more. */
function isCompleted({ explanation, tiedAnywhere }: ArrivedEvent): boolean {
  return explanation === undefined && tiedAnywhere !== true;
}

/** The event with what is found out about it in time; as it is, where that takes too long or fails. */
async function complete(event: ArrivedEvent, findElsewhere: RecorderOptions['findElsewhere']): Promise<ArrivedEvent> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, longestExplanationMs, undefined);
  const find = async (dataCenter: string | undefined) => {
    const [key] = event.keys ?? [];
    return key === undefined ? undefined : findElsewhere?.(key, dataCenter);
  };
  const explain = async () => {
    const found = await event.explanation?.();
    if (!found) return { link: event.tiedAnywhere ? await find(undefined) : undefined };
    return { found, link: await find(found.knownIn).catch(() => undefined) };
  };
  const result = await Promise.race([explain().catch(() => undefined), tooLate]);
  clearTimeout(timer);
  if (!result) return event;
  const { found, link } = result;
  const clientId = event.clientId ?? found?.clientId ?? link?.clientId ?? null;
  const fits = link && (link.clientId === null || link.clientId === clientId);
  const joined = { ...event, clientId, ...(fits && event.flowId === undefined && { flowId: link.flowId }) };
  if (!found) return joined;
  return { ...joined, outcome: found.outcome, detail: { ...made(event.detail), ...found.detail } };
}

/** The event, of which `tell` hears now; or, where its outcome is found out later, when that is known. */
function told(event: ProtocolEvent, tell: NonNullable<RecorderOptions['alsoTell']>): ProtocolEvent {
  const caller = currentCaller();
  const { explanation } = event;
  tell(event, caller);
  if (!explanation) return event;
  return {
    ...event,
    explanation: async () => {
      const found = await explanation();
      if (found && found.outcome !== event.outcome) {
        tell({ ...event, outcome: found.outcome, clientId: event.clientId ?? found.clientId ?? null }, caller);
      }
      return found;
    },
  };
}

/** What was given, or what the function that was given makes. */
function made<Value extends object>(given: Value | (() => Value) | undefined): Value | undefined {
  return typeof given === 'function' ? (given as () => Value)() : given;
}

function storableEvent(
  { detail, explanation, tiedAnywhere, ...event }: ArrivedEvent,
  more: Readonly<Record<string, unknown>> = {},
): StorableEvent {
  return { ...event, detail: storableDetail(made(detail) ?? {}, more) };
}

const dayMs = 86_400_000;

/** Events are kept for so many days. */
export function expiringEvents(keptDays: number): Expiring {
  return { table: 'protocol_event', column: 'at_ms', keptMs: keptDays * dayMs };
}
