import type { Environment } from '../../config/data-centers.ts';
import type { Database } from '../../database/database.ts';
import { createStatementQueue } from '../../database/statement-queue.ts';
import { type Client, isEnabledAt } from '../../oauth/client.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import type { KnownPlace } from '../../oauth/slots.ts';
import type { TokenRefusal } from '../../oauth/token-authority.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import { plannedAsOne } from '../store/planned-as-one.ts';
import { familyOf, isNewest } from '../store/refresh-family.ts';
import { slotOfLookUp } from '../store/slot-texts.ts';

/** A living token, as the introspection endpoint describes it. */
export interface IntrospectedToken {
  readonly kind: 'access token' | 'refresh token';
  readonly clientId: string;
  readonly userId: string;
  readonly scopes: ScopeSet;
  readonly organizationId: string | null;
  readonly environment: Environment;
  readonly createdAtMs: number;
  /** Null: it does not expire. */
  readonly expiresAtMs: number | null;
  readonly binding: TokenBinding;
}

export type IntrospectionRefusal = TokenRefusal | 'TokenOfOtherClient' | 'RefreshTokenOfOtherClient';
export type Introspection = IntrospectedToken | { readonly refusal: IntrospectionRefusal };

interface Row {
  position: number;
  client_id: string;
  user_id: string;
  organization_id: string | null;
  environment: Environment;
  scopes: string[];
  created_at_ms: string;
  refresh: boolean;
  resources: string[] | null;
  key_thumbprint: string | null;
  active: boolean;
  listed: boolean;
}

/** Looks tokens up for introspection; look-ups of concurrent requests share a statement. */
export class TokenInspector {
  readonly #context: AccountsContext;
  readonly #rows;

  constructor(context: AccountsContext) {
    this.#context = context;
    this.#rows = createStatementQueue<KnownPlace, Row | undefined>({
      run: (places) => findRows(context.database, places, context.tokens.spread),
      maxStatements: 4,
      apart: context.tokens.spread ? ({ slot }) => slot : undefined,
    });
  }

  /**
   * What the token is and whether it lives. Nothing in a token tells its kind, and the kind that a caller names is only
   * a hint (RFC 7662 §2.1), so it is not needed here: the stored row knows.
   */
  async inspect(token: string, caller: Client): Promise<Introspection> {
    const { presented, tokens } = this.#context;
    const came = await presented.placeOf(token);
    const place = came && ((await tokens.settle('access token', came)) ?? (await tokens.settle('refresh token', came)));
    const row = place && (await this.#rows.submit(place));
    if (!row) return { refusal: 'TokenUnknown' };
    return row.refresh ? this.#inspectRefreshToken(row, caller) : this.#inspectAccessToken(token, row, caller);
  }

  /**
   * Of the tokens of other clients only declared resource servers learn (RFC 7662 §4). The one that resource servers in
   * this process ask decides: what it refuses is not active.
   */
  async #inspectAccessToken(token: string, row: Row, caller: Client): Promise<Introspection> {
    if (row.client_id !== caller.clientId && !caller.resourceServer) return { refusal: 'TokenOfOtherClient' };
    const { grant, refusal } = await this.#context.authority.check(token);
    if (!grant) return { refusal };
    return {
      kind: 'access token',
      clientId: grant.clientId,
      userId: grant.userId,
      scopes: grant.scopes,
      organizationId: grant.organizationId,
      environment: grant.environment,
      createdAtMs: Number(row.created_at_ms),
      expiresAtMs: grant.expiresAtMs,
      binding: grant.binding,
    };
  }

  /** A refresh token concerns its own client only: an API must never take one for an access token. */
  async #inspectRefreshToken(row: Row, caller: Client): Promise<Introspection> {
    if (row.client_id !== caller.clientId) return { refusal: 'RefreshTokenOfOtherClient' };
    if (!isEnabledAt(caller, this.#context.dataCenter.id)) return { refusal: 'ClientDisabled' };
    if (!row.active) return { refusal: 'UserInactive' };
    if (!row.listed) return { refusal: 'RefreshTokenEvicted' };
    return {
      kind: 'refresh token',
      clientId: row.client_id,
      userId: row.user_id,
      scopes: this.#context.scopes.setOf(row.scopes),
      organizationId: row.organization_id,
      environment: row.environment,
      createdAtMs: Number(row.created_at_ms),
      expiresAtMs: null,
      binding: { resources: row.resources, keyThumbprint: row.key_thumbprint },
    };
  }
}

async function findRows(
  database: Database,
  places: readonly KnownPlace[],
  spread: boolean,
): Promise<(Row | undefined)[]> {
  const slot = slotOfLookUp(spread);
  const family = familyOf('q.token_hash', slot);
  const rows = await database.query<Row>({
    name: spread ? 'tokens-introspect-of-slot' : 'tokens-introspect',
    text: `SELECT q.position::int, t.client_id, g.user_id, g.organization_id, g.environment, t.scopes, t.created_at_ms, t.refresh,
                  t.resources, t.key_thumbprint,
                  u.active OR g.instance AS active,
                  NOT t.counted OR coalesce(${family} = ANY (uc.refresh_hashes), false) AS listed
           FROM unnest($1::bytea[], $2::int[]) WITH ORDINALITY AS q(token_hash, slot, position)
           CROSS JOIN LATERAL (
             SELECT grant_id, client_id, scopes, created_at_ms, resources, key_thumbprint, false AS refresh, false AS counted
             FROM access_token a WHERE a.token_hash = q.token_hash AND a.slot = ${slot}
             UNION ALL
             SELECT grant_id, client_id, scopes, created_at_ms, resources, key_thumbprint, true, counted
             FROM refresh_token r WHERE r.token_hash = ${family} AND r.slot = ${slot} AND ${isNewest('q.token_hash')}
           ) AS t
           JOIN user_grant g ON g.grant_id = t.grant_id AND g.slot = ${slot}
           JOIN user_account u ON u.user_id = g.user_id AND u.slot = ${slot}
           LEFT JOIN user_client uc ON uc.user_id = g.user_id AND uc.client_id = t.client_id AND uc.slot = ${slot}
           WHERE ${plannedAsOne('q.position')}`,
    values: [places.map(({ hash }) => hash), places.map((place) => place.slot)],
  });
  const found = new Array<Row | undefined>(places.length);
  for (const row of rows) found[row.position - 1] = row;
  return found;
}
