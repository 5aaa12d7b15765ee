import type { Topology } from '../config/data-centers.ts';
import type { Clock } from '../foundation/clock.ts';
import { FetchedDocuments } from '../http/outgoing/fetched-documents.ts';
import type { OutgoingPolicy } from '../http/outgoing/outgoing-policy.ts';
import type { Client } from '../oauth/client.ts';
import { type MetadataRules, readClientMetadata } from '../oauth/client-metadata.ts';
import { unregisteredClient } from './unregistered-client.ts';

/** Longest document, in bytes (draft-ietf-oauth-client-id-metadata-document §6.6). */
const mostBytes = 10 * 1024;
const longestUrl = 500;

/**
 * Clients whose id is the address of a document that describes them (OAuth Client ID Metadata Documents): nobody
 * registers them, and they have no secret.
 */
export class ClientDocuments {
  readonly #documents: FetchedDocuments<Client>;
  readonly #policy: OutgoingPolicy;

  constructor({
    clock,
    policy,
    rules,
    topology,
  }: {
    readonly clock: Clock;
    readonly policy: OutgoingPolicy;
    readonly topology: Topology;
    readonly rules: MetadataRules;
  }) {
    this.#policy = policy;
    const read = (clientId: string, document: unknown) => readDocument(clientId, document, rules, topology);
    this.#documents = new FetchedDocuments({ clock, policy, mostBytes, read });
  }

  /** Whether a client id can be the address of a document: https, or http on this machine where that may be called. */
  isAddress(clientId: string): boolean {
    if (!/^https?:\/\//.test(clientId) || clientId.length > longestUrl || !URL.canParse(clientId)) return false;
    const url = new URL(clientId);
    const { hash, hostname, href, password, pathname, protocol, username } = url;
    if (href !== clientId || hash !== '' || username !== '' || password !== '' || pathname === '/') return false;
    const loopback = hostname === 'localhost' || hostname === '127.0.0.1';
    return protocol === 'https:' || (loopback && this.#policy.allowLoopback);
  }

  /** The client of a document; undefined for what is none. */
  find(clientId: string): Promise<Client | undefined> {
    return this.#documents.find(clientId);
  }
}

function readDocument(
  clientId: string,
  document: unknown,
  rules: MetadataRules,
  topology: Topology,
): Client | undefined {
  const metadata = document as Readonly<Record<string, unknown>> | null;
  if (typeof metadata !== 'object' || metadata === null || metadata.client_id !== clientId) return undefined;
  if (metadata.client_secret !== undefined || metadata.client_secret_expires_at !== undefined) return undefined;
  const method = metadata.token_endpoint_auth_method ?? 'none';
  if (method !== 'none' && method !== 'private_key_jwt') return undefined;
  const read = readClientMetadata({ ...metadata, token_endpoint_auth_method: method }, rules);
  if ('error' in read) return undefined;
  return {
    clientId,
    type: read.type,
    ...read.standards,
    ...read.fields,
    // Who stands behind the address is all that is known of it, whatever the document says.
    homepageUrl: new URL(clientId).origin,
    // No secret has an empty hash.
    ...unregisteredClient(topology, Buffer.alloc(0)),
    overrides: read.overrides,
  };
}
