import { LRUCache } from 'lru-cache';
import type { Topology } from '../config/data-centers.ts';
import type { Clock } from '../foundation/clock.ts';
import { callOut } from '../http/outgoing/call-out.ts';
import type { OutgoingPolicy } from '../http/outgoing/outgoing-policy.ts';
import type { Client } from '../oauth/client.ts';
import { type MetadataRules, readClientMetadata } from '../oauth/client-metadata.ts';
import { unregisteredClient } from './unregistered-client.ts';

/** Longest document, in bytes (draft-ietf-oauth-client-id-metadata-document §6.6). */
const mostBytes = 10 * 1024;
const longestUrl = 500;
/** How long a document counts without being asked for again, whatever it says itself, and when it says nothing. */
const ttlSeconds = { least: 60, most: 86_400, otherwise: 600 };
/** A document that was good is used so long when it cannot be had again: its tokens should not die with its host. */
const staleMs = 86_400_000;
const failureMs = 60_000;
const mostAtOnce = 20;

interface Entry {
  readonly client: Client | undefined;
  readonly askAgainAtMs: number;
  readonly staleAtMs: number;
}

/**
 * Clients whose id is the address of a document that describes them (OAuth Client ID Metadata Documents): nobody
 * registers them, and they have no secret. What is fetched is bounded in size, time and number, and private addresses
 * are not called (`OutgoingPolicy`).
 */
export class ClientDocuments {
  readonly #entries = new LRUCache<string, Entry>({ max: 1_000 });
  readonly #loading = new Map<string, Promise<Client | undefined>>();
  readonly #options: {
    readonly clock: Clock;
    readonly policy: OutgoingPolicy;
    readonly topology: Topology;
    readonly rules: MetadataRules;
  };

  constructor(options: {
    readonly clock: Clock;
    readonly policy: OutgoingPolicy;
    readonly topology: Topology;
    readonly rules: MetadataRules;
  }) {
    this.#options = options;
  }

  /** Whether a client id can be the address of a document: https, or http on this machine where that may be called. */
  isAddress(clientId: string): boolean {
    if (!/^https?:\/\//.test(clientId) || clientId.length > longestUrl || !URL.canParse(clientId)) return false;
    const url = new URL(clientId);
    const { hash, hostname, href, password, pathname, protocol, username } = url;
    if (href !== clientId || hash !== '' || username !== '' || password !== '' || pathname === '/') return false;
    const loopback = hostname === 'localhost' || hostname === '127.0.0.1';
    return protocol === 'https:' || (loopback && this.#options.policy.allowLoopback);
  }

  /** The client of a document; undefined for what is none. */
  async find(clientId: string): Promise<Client | undefined> {
    const nowMs = this.#options.clock.nowMs();
    const known = this.#entries.get(clientId);
    if (known && known.askAgainAtMs > nowMs) return known.client;
    const loading = this.#loading.get(clientId);
    if (loading) return loading;
    if (this.#loading.size >= mostAtOnce) return known?.client;
    const fresh = this.#load(clientId, known).finally(() => this.#loading.delete(clientId));
    this.#loading.set(clientId, fresh);
    return fresh;
  }

  async #load(clientId: string, known: Entry | undefined): Promise<Client | undefined> {
    const { clock, policy } = this.#options;
    const headers = { accept: 'application/json' };
    const result = await callOut(clientId, { method: 'GET', headers, mostBytes }, policy);
    const nowMs = clock.nowMs();
    const good = 'status' in result && result.status === 200 && isJson(result.headers['content-type']);
    const client = good ? this.#read(clientId, result.body) : undefined;
    if (!good && known?.client && known.staleAtMs > nowMs) {
      this.#entries.set(clientId, { ...known, askAgainAtMs: nowMs + failureMs });
      return known.client;
    }
    const keptMs = client && good ? ttlOf(result.headers['cache-control']) * 1000 : failureMs;
    this.#entries.set(clientId, { client, askAgainAtMs: nowMs + keptMs, staleAtMs: nowMs + staleMs });
    return client;
  }

  #read(clientId: string, text: string): Client | undefined {
    let metadata: Record<string, unknown>;
    try {
      metadata = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (typeof metadata !== 'object' || metadata === null || metadata.client_id !== clientId) return undefined;
    if (metadata.client_secret !== undefined || metadata.client_secret_expires_at !== undefined) return undefined;
    const method = metadata.token_endpoint_auth_method ?? 'none';
    if (method !== 'none' && method !== 'private_key_jwt') return undefined;
    const read = readClientMetadata({ ...metadata, token_endpoint_auth_method: method }, this.#options.rules);
    if ('error' in read) return undefined;
    return {
      clientId,
      type: read.type,
      ...read.standards,
      ...read.fields,
      // Who stands behind the address is all that is known of it, whatever the document says.
      homepageUrl: new URL(clientId).origin,
      // No secret has an empty hash.
      ...unregisteredClient(this.#options.topology, Buffer.alloc(0)),
    };
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
