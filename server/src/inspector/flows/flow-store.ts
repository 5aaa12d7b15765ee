import { LRUCache } from 'lru-cache';
import type { Queryable } from '../../database/database.ts';
import { atMost } from '../../foundation/at-most.ts';
import { isFailure, isOfFlows } from '../event-kinds.ts';
import { type StorableEvent, storable } from '../event-rows.ts';
import { isTie } from '../flow-key.ts';
import { BoundKeeper, linkUseMs, type StoreBounds } from './store-bounds.ts';

/** The flow behind a key. */
export interface FlowLink {
  readonly flowId: string;
  readonly clientId: string | null;
}

const linksInMemory = 20_000;
/** What a row takes beside its texts. */
const rowBytes = 250;
/** Flows that could not be merged yet. */
const mostUnmerged = 1_000;

interface JoinedEvent {
  readonly event: StorableEvent;
  readonly flowId: string | null;
}

export interface FlowStoreOptions {
  readonly database: Queryable;
  readonly bounds: StoreBounds;
  /** The same database for what nobody waits for; default: that one. */
  readonly upkeep?: Queryable | undefined;
  /** Hears of what could not be done beside the writing of events; it is tried again. */
  readonly onFault: (error: Error) => void;
}

/**
 * Stores events together with the flows they belong to. Which flow that is, is said by what the request carried: the
 * flow's own sealed id, else a code, token or other tie that an earlier step had, else another step of the same request.
 * A step that names another client than the flow's begins a flow of its own, so that a flow is of one client and
 * one owner.
 */
export class FlowStore {
  readonly #database: Queryable;
  readonly #bounds: BoundKeeper;
  readonly #onFault: (error: Error) => void;
  readonly #links = new LRUCache<string, FlowLink & { readonly notedAtMs: number }>(atMost(linksInMemory));
  readonly #requests = new LRUCache<string, FlowLink>(atMost(linksInMemory));
  /** Flows of preflights that are to become part of others. */
  readonly #unmerged = new Map<string, string>();

  constructor({ bounds, database, onFault, upkeep = database }: FlowStoreOptions) {
    this.#database = database;
    this.#bounds = new BoundKeeper(upkeep, bounds, onFault);
    this.#onFault = onFault;
  }

  /** Returns the ids of the rows, in the order of the events. Once they are written it fails no more. */
  async insert(events: readonly StorableEvent[]): Promise<string[]> {
    await this.#readLinks(events);
    const links = new Map<string, FlowLink & { readonly atMs: number }>();
    const joined = events.map((event) => this.#join(event, links));
    const rows = await this.#write(joined, links);
    this.#bounds.note(
      rows.length,
      rows.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    await this.#mergePreflights().catch(this.#onFault);
    return rows.map((row) => row.event_id);
  }

  /** Resolves when nothing is done any more beside what is written. */
  idle(): Promise<void> {
    return this.#bounds.idle();
  }

  async #readLinks(events: readonly StorableEvent[]): Promise<void> {
    const wanted = new Set<string>();
    for (const { keys = [] } of events) for (const key of keys) if (!this.#links.has(key)) wanted.add(key);
    if (wanted.size === 0) return;
    const rows = await this.#database.query<{
      key: string;
      flow_id: string;
      client_id: string | null;
      at_ms: string;
    }>({
      name: 'flow-links',
      text: 'SELECT key, flow_id, client_id, at_ms FROM flow_link WHERE key = ANY($1)',
      values: [[...wanted]],
    });
    for (const row of rows) {
      this.#links.set(row.key, { flowId: row.flow_id, clientId: row.client_id, notedAtMs: Number(row.at_ms) });
    }
  }

  #join(event: StorableEvent, links: Map<string, FlowLink & { readonly atMs: number }>): JoinedEvent {
    const { atMs, keys = [], requestId } = event;
    if (!isOfFlows(event.kind)) return { event, flowId: null };
    const flowId = this.#flowOf(event);
    if (flowId === undefined) return { event, flowId: null };
    const known = requestId === undefined ? undefined : this.#requests.get(requestId);
    const clientId = event.clientId ?? (known?.flowId === flowId ? known.clientId : null);
    if (requestId !== undefined) this.#requests.set(requestId, { flowId, clientId });
    for (const key of keys) {
      const before = this.#links.get(key);
      const moves = isTie(key, 'preflight') || (isTie(key, 'session') && event.flowId !== undefined);
      if (before && before.flowId !== flowId && !moves) continue;
      // The call that a preflight announced: the preflight becomes part of the call's flow, and serves no other.
      const announced = before?.clientId === null && before.flowId !== flowId && isTie(key, 'preflight');
      if (announced && clientId !== null) this.#unmerged.set(before.flowId, flowId);
      const stays = before?.flowId === flowId && (before.clientId !== null || clientId === null);
      if (stays && atMs - before.notedAtMs < linkUseMs) continue;
      const link = { flowId, clientId: clientId ?? (before?.flowId === flowId ? before.clientId : null) };
      this.#links.set(key, { ...link, notedAtMs: atMs });
      links.set(key, { ...link, atMs });
    }
    return { event, flowId };
  }

  #flowOf(event: StorableEvent): string | undefined {
    const { clientId, flowId, keys = [], kind, requestId } = event;
    if (flowId !== undefined) return flowId;
    const fits = (link: FlowLink | undefined): link is FlowLink =>
      link !== undefined && (link.clientId === null || clientId === null || link.clientId === clientId);
    for (const key of keys) {
      const link = this.#links.get(key);
      if (fits(link) && !isTie(key, 'preflight')) return link.flowId;
    }
    const ofRequest = requestId === undefined ? undefined : this.#requests.get(requestId);
    if (fits(ofRequest)) return ofRequest.flowId;
    // A document or a page that is on nobody's way is found by its request's id, and is no flow.
    if (kind === 'request' && keys.length === 0) return undefined;
    // A code that was made without a request of the protocol: the console or the command line made it.
    return requestId ?? keys[0];
  }

  async #write(joined: readonly JoinedEvent[], links: ReadonlyMap<string, FlowLink & { readonly atMs: number }>) {
    const flows = summed(joined);
    const linkRows = [...links].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const events = joined.map(({ event }) => event);
    const exchanges = events.map(({ exchange }) => (exchange ? storable(JSON.stringify(exchange)) : null));
    return this.#database.query<{ event_id: string; bytes: number }>({
      name: 'record-events',
      text: `WITH flows AS (
               INSERT INTO flow AS f (flow_id, client_id, user_id, started_at_ms, last_at_ms, failed, steps)
               SELECT * FROM unnest($10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::boolean[], $16::integer[])
               ON CONFLICT (flow_id) DO UPDATE SET
                 client_id = coalesce(f.client_id, EXCLUDED.client_id), user_id = coalesce(f.user_id, EXCLUDED.user_id),
                 started_at_ms = least(f.started_at_ms, EXCLUDED.started_at_ms),
                 last_at_ms = greatest(f.last_at_ms, EXCLUDED.last_at_ms),
                 failed = f.failed OR EXCLUDED.failed, steps = f.steps + EXCLUDED.steps),
             links AS (
               INSERT INTO flow_link (key, flow_id, client_id, at_ms)
               SELECT * FROM unnest($17::text[], $18::text[], $19::text[], $20::bigint[])
               ON CONFLICT (key) DO UPDATE SET
                 flow_id = EXCLUDED.flow_id, client_id = EXCLUDED.client_id, at_ms = EXCLUDED.at_ms)
             INSERT INTO protocol_event (at_ms, kind, outcome, client_id, user_id, request_id, detail, flow_id, exchange, bytes)
             SELECT at_ms, kind, outcome, client_id, user_id, request_id, detail, flow_id, exchange,
                    ${rowBytes} + octet_length(detail::text) + coalesce(octet_length(exchange::text), 0)
             FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::jsonb[], $8::text[], $9::jsonb[])
               AS e(at_ms, kind, outcome, client_id, user_id, request_id, detail, flow_id, exchange)
             RETURNING event_id, bytes`,
      values: [
        events.map((event) => event.atMs),
        events.map((event) => event.kind),
        events.map((event) => event.outcome),
        events.map((event) => storable(event.clientId)),
        events.map((event) => event.userId ?? null),
        events.map((event) => event.requestId ?? null),
        events.map((event) => storable(event.detail)),
        joined.map(({ flowId }) => flowId),
        exchanges,
        flows.map((flow) => flow.flowId),
        flows.map((flow) => storable(flow.clientId)),
        flows.map((flow) => flow.userId),
        flows.map((flow) => flow.startedAtMs),
        flows.map((flow) => flow.lastAtMs),
        flows.map((flow) => flow.failed),
        flows.map((flow) => flow.steps),
        linkRows.map(([key]) => key),
        linkRows.map(([, link]) => link.flowId),
        linkRows.map(([, link]) => storable(link.clientId)),
        linkRows.map(([, link]) => link.atMs),
      ],
    });
  }

  /** What fails is tried again with the next events. */
  async #mergePreflights(): Promise<void> {
    try {
      for (const [from, to] of this.#unmerged) {
        await this.#merge(from, to);
        this.#unmerged.delete(from);
      }
    } finally {
      for (const from of this.#unmerged.keys()) {
        if (this.#unmerged.size <= mostUnmerged) break;
        this.#unmerged.delete(from);
      }
    }
  }

  /** Makes one flow, of a preflight, part of another. */
  async #merge(from: string, to: string): Promise<void> {
    await this.#database.query({
      name: 'merge-flows',
      text: `WITH gone AS (DELETE FROM flow WHERE flow_id = $1 RETURNING started_at_ms, failed, steps),
                  moved AS (UPDATE protocol_event SET flow_id = $2 WHERE flow_id = $1),
                  relinked AS (UPDATE flow_link SET flow_id = $2 WHERE flow_id = $1)
             UPDATE flow f SET started_at_ms = least(f.started_at_ms, gone.started_at_ms),
               failed = f.failed OR gone.failed, steps = f.steps + gone.steps
             FROM gone WHERE f.flow_id = $2`,
      values: [from, to],
    });
  }
}

interface Summed {
  flowId: string;
  clientId: string | null;
  userId: string | null;
  startedAtMs: number;
  lastAtMs: number;
  failed: boolean;
  steps: number;
}

/** What a batch adds to its flows; in the order of their ids, so that batches of two processes do not wait in a ring. */
function summed(joined: readonly JoinedEvent[]): Summed[] {
  const flows = new Map<string, Summed>();
  for (const { event, flowId } of joined) {
    if (flowId === null) continue;
    const failed = isFailure(event.kind, event.outcome);
    const { atMs, clientId } = event;
    const userId = event.userId ?? null;
    const flow = flows.get(flowId);
    if (!flow) {
      flows.set(flowId, { flowId, clientId, userId, startedAtMs: atMs, lastAtMs: atMs, failed, steps: 1 });
      continue;
    }
    flow.clientId ??= clientId;
    flow.userId ??= userId;
    flow.startedAtMs = Math.min(flow.startedAtMs, atMs);
    flow.lastAtMs = Math.max(flow.lastAtMs, atMs);
    flow.failed ||= failed;
    flow.steps++;
  }
  return [...flows.values()].toSorted((a, b) => (a.flowId < b.flowId ? -1 : 1));
}
