import type { Queryable } from '../database/database.ts';
import type { EpochMs, SecretHash } from '../foundation/kinds.ts';
import type { ClientId, UserId } from '../oauth/ids.ts';

/** What clients that register themselves (RFC 7591, RFC 7592) leave in the directory beside themselves. */
export class ClientRegistrations {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** Stores an initial access token (RFC 7591 §3): clients that are registered with it belong to the owner. */
  async allow(token: {
    readonly hash: SecretHash;
    readonly dataCenter: string;
    readonly ownerId: UserId;
    readonly nowMs: EpochMs;
    readonly expiresAtMs: EpochMs;
  }): Promise<void> {
    await this.#database.query({
      text: `WITH swept AS (DELETE FROM registration_token WHERE expires_at_ms < $4)
             INSERT INTO registration_token (token_hash, data_center, owner_id, created_at_ms, expires_at_ms)
             VALUES ($1, $2, $3, $4, $5)`,
      values: [token.hash, token.dataCenter, token.ownerId, token.nowMs, token.expiresAtMs],
    });
  }

  /** The owner whom a living initial access token of the data centre registers clients for. */
  async ownerOf(token: {
    readonly hash: SecretHash;
    readonly dataCenter: string;
    readonly nowMs: EpochMs;
  }): Promise<UserId | undefined> {
    const [row] = await this.#database.query<{ owner_id: UserId }>({
      text: 'SELECT owner_id FROM registration_token WHERE token_hash = $1 AND data_center = $2 AND expires_at_ms > $3',
      values: [token.hash, token.dataCenter, token.nowMs],
    });
    return row?.owner_id;
  }

  /** Marks a client as one that registered itself: with this token it manages its registration (RFC 7592 §2). */
  async mark(clientId: ClientId, { hash, method }: { readonly hash: SecretHash; readonly method: string }) {
    await this.#database.query({
      text: 'UPDATE client SET registration_hash = $2, auth_method = $3 WHERE client_id = $1',
      values: [clientId, hash, method],
    });
  }

  /** How the client of a registration access token authenticates; undefined: the token is not this client's. */
  async find(clientId: ClientId, hash: SecretHash): Promise<{ readonly method: string } | undefined> {
    const [row] = await this.#database.query<{ method: string }>({
      text: 'SELECT auth_method AS method FROM client WHERE client_id = $1 AND registration_hash = $2',
      values: [clientId, hash],
    });
    return row;
  }
}
