import { LRUCache } from 'lru-cache';
import type { Clock } from '../../foundation/clock.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { callOut } from './call-out.ts';
import type { OutgoingPolicy } from './outgoing-policy.ts';

/** How long a document counts without being asked for again, whatever it says itself, and when it says nothing. */
const ttlSeconds = { least: 60, most: 86_400, otherwise: 600 };
/** A document that was good is used so long when it cannot be had again: what hangs from it should not die with its host. */
const staleMs = 86_400_000;
const failureMs = 60_000;
/** Nobody can make us ask for one more often than this. */
const leastBetweenMs = 30_000;
const mostAtOnce = 20;
const mostKept = 1_000;

interface Entry<Value> {
  readonly value: Value | undefined;
  readonly askedAtMs: EpochMs;
  readonly askAgainAtMs: EpochMs;
  readonly staleAtMs: EpochMs;
}

/**
 * JSON documents at addresses that clients brought, kept for a while. What is fetched is bounded in size, time and number, and
 * private addresses are not called (`OutgoingPolicy`).
 */
export class FetchedDocuments<Value> {
  readonly #entries = new LRUCache<string, Entry<Value>>({ max: mostKept });
  readonly #loading = new Map<string, Promise<Value | undefined>>();
  readonly #clock: Clock;
  readonly #policy: OutgoingPolicy;
  readonly #mostBytes: number;
  readonly #read: (url: string, document: unknown) => Value | undefined;

  /** @param options `mostBytes`: of the longest document. `read`: what a document says; undefined for one that is not in order. */
  constructor(options: {
    readonly clock: Clock;
    readonly policy: OutgoingPolicy;
    readonly mostBytes: number;
    readonly read: (url: string, document: unknown) => Value | undefined;
  }) {
    this.#clock = options.clock;
    this.#policy = options.policy;
    this.#mostBytes = options.mostBytes;
    this.#read = options.read;
  }

  /** What the document at an http or https address says; undefined where there is none. */
  async find(url: string): Promise<Value | undefined> {
    const known = this.#entries.get(url);
    return known && known.askAgainAtMs > this.#clock.nowMs() ? known.value : this.#load(url);
  }

  /** The same, asked for anew because it misses something; not if it was asked for a moment ago. */
  async refetch(url: string): Promise<Value | undefined> {
    const known = this.#entries.get(url);
    return known && this.#clock.nowMs() - known.askedAtMs < leastBetweenMs ? known.value : this.#load(url);
  }

  #load(url: string): Promise<Value | undefined> {
    const loading = this.#loading.get(url);
    if (loading) return loading;
    const known = this.#entries.get(url);
    if (this.#loading.size >= mostAtOnce) return Promise.resolve(known?.value);
    const fresh = this.#fetch(url, known).finally(() => this.#loading.delete(url));
    this.#loading.set(url, fresh);
    return fresh;
  }

  async #fetch(url: string, known: Entry<Value> | undefined): Promise<Value | undefined> {
    const call = { method: 'GET', headers: { accept: 'application/json' }, mostBytes: this.#mostBytes } as const;
    const result = await callOut(url, call, this.#policy);
    const askedAtMs = this.#clock.nowMs();
    const good = 'status' in result && result.status === 200 && isJson(result.headers['content-type']);
    const value = good ? this.#parse(url, result.body) : undefined;
    if (!good && known?.value && known.staleAtMs > askedAtMs) {
      this.#entries.set(url, { ...known, askedAtMs, askAgainAtMs: askedAtMs + failureMs });
      return known.value;
    }
    const keptMs = value && good ? ttlOf(result.headers['cache-control']) * 1000 : failureMs;
    this.#entries.set(url, { value, askedAtMs, askAgainAtMs: askedAtMs + keptMs, staleAtMs: askedAtMs + staleMs });
    return value;
  }

  #parse(url: string, text: string): Value | undefined {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      return undefined;
    }
    return this.#read(url, document);
  }
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i.test(contentType ?? '');
}

/** Seconds that `Cache-Control` lets the document be kept, within bounds. */
function ttlOf(cacheControl: string | undefined): number {
  if (/no-(store|cache)/i.test(cacheControl ?? '')) return ttlSeconds.least;
  const said = Number(/max-age=(\d{1,9})/i.exec(cacheControl ?? '')?.[1] ?? ttlSeconds.otherwise);
  return Math.min(ttlSeconds.most, Math.max(ttlSeconds.least, said));
}
