import type { Clock } from '../foundation/clock.ts';
import { FetchedDocuments } from '../http/outgoing/fetched-documents.ts';
import type { OutgoingPolicy } from '../http/outgoing/outgoing-policy.ts';
import type { Client, ClientKeySet } from '../oauth/client.ts';
import { readClientKeys } from '../oauth/client-keys.ts';

/** Longest key set, in bytes: ten keys with their certificates have room. */
const mostBytes = 64 * 1024;

/** The public keys that clients sign with: registered with them, or published at their `jwks_uri` (RFC 7591 §2). */
export class ClientKeySets {
  readonly #published: FetchedDocuments<ClientKeySet>;

  constructor({ clock, policy }: { readonly clock: Clock; readonly policy: OutgoingPolicy }) {
    const read = (_url: string, document: unknown) => {
      const found = readClientKeys(document);
      return 'keys' in found ? found.keys : undefined;
    };
    this.#published = new FetchedDocuments({ clock, policy, mostBytes, read });
  }

  /**
   * The keys of a client; undefined when it has none, or they cannot be had now.
   * @param missed a key that was not among them: those at an address are asked for anew, once in a while.
   */
  async of({ jwks, jwksUri }: Pick<Client, 'jwks' | 'jwksUri'>, missed = false): Promise<ClientKeySet | undefined> {
    if (jwksUri === null) return jwks ?? undefined;
    return missed ? this.#published.refetch(jwksUri) : this.#published.find(jwksUri);
  }
}
