import { createHmac } from 'node:crypto';
import { isRefreshTokenKept } from '../../accounts/store/kept-refresh-token.ts';
import { findUser } from '../../accounts/users.ts';
import { findClient } from '../../admin/clients.ts';
import type { AdminContext, AdministeredDataCenter } from '../../admin/context.ts';
import { badInput } from '../../admin/failure.ts';
import { inspectToken } from '../../admin/inspect-token.ts';
import { type CheckedWish, checkEnabled, checkWish, type GrantWish, issueCode } from '../../admin/issue-code.ts';
import { administered } from '../../admin/users.ts';
import { apiOrigin } from '../../config/data-centers.ts';
import { deriveKey, maskSecret, secretHash } from '../../foundation/secrets.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import { type Client, rulesOf } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { isCredential, prefixOf } from '../../oauth/formats.ts';
import { challengeOf, isVerifier } from '../../oauth/pkce.ts';
import { slotOf } from '../../oauth/slots.ts';
import { notBound } from '../../oauth/token-binding.ts';

/** Who grants what to whom: as if the user had signed in and accepted. */
export interface GrantOrder extends GrantWish {
  readonly dataCenter: string;
  readonly clientId: string;
  /** E-mail address of a user of that data centre; left out: the owner of the client. */
  readonly user?: string | undefined;
}

export interface CodeOrder extends GrantOrder {
  /** Left out: the first one that the client registered. */
  readonly redirectUri?: string | undefined;
  /** Of PKCE: the code is bound to its S256 challenge. */
  readonly codeVerifier?: string | undefined;
}

export interface GrantedCode {
  readonly code: string;
  readonly redirect_uri: string | null;
  readonly expires_at: string;
}

export interface GrantedTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly api_domain: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

interface Checked {
  readonly at: AdministeredDataCenter;
  readonly client: Client;
  readonly userId: string;
  readonly wish: CheckedWish;
}

const unlimited = { codesPerUserAndClientPerWindow: 0, windowSeconds: 0 };
const noRefreshLimits = { refreshTokensPerUserAndClientPerWindow: 0, windowSeconds: 0 };
const unusedCodeMs = 60_000;
/** A token that was evicted or revoked gives its place to the next one; more often than this nobody does that. */
const mostGenerations = 1000;

/** Codes and tokens without a browser, and without the user: only in the lab. Windows of limits do not count them. */
export class LabGrants {
  readonly #admin: AdminContext;
  readonly #key: Buffer;

  /** @param secretKey of the platform. */
  constructor(admin: AdminContext, secretKey: Buffer) {
    this.#admin = admin;
    this.#key = deriveKey(secretKey, 'lab grants');
  }

  /** A code as the redirect would bring it. @throws AdminFailure naming what is wrong. */
  async code(order: CodeOrder): Promise<GrantedCode> {
    const { at, client, userId, wish } = await this.#check(order);
    const { codeVerifier, redirectUri } = order;
    const rules = rulesOf(client);
    if (redirectUri !== undefined && !client.redirectUris.includes(redirectUri)) {
      throw badInput(
        `redirectUri: expected one of ${client.redirectUris.join(', ') || 'none'}, got "${redirectUri.slice(0, 200)}"`,
      );
    }
    if (codeVerifier !== undefined && !isVerifier(codeVerifier)) {
      throw badInput('codeVerifier: expected 43 to 128 letters, digits, "-", ".", "_" and "~" (RFC 7636 §4.1)');
    }
    const redirect = rules.redirectUris ? (redirectUri ?? client.redirectUris[0] ?? null) : null;
    const challenge =
      codeVerifier === undefined ? undefined : ({ method: 'S256', value: challengeOf(codeVerifier, 'S256') } as const);
    const { code, expiresAtMs } = await issueCode(this.#admin, at, {
      ...{ client, userId, wish, challenge, limits: unlimited },
      redirectUri: redirect,
      ttlMs: settingsFor(this.#admin.settings, client).lifetimes.codeTtlSeconds * 1000,
    });
    this.#record({ at, client, userId, wish }, [code], {
      code: maskSecret(code),
      ...(redirect !== null && { redirectUri: redirect }),
    });
    return { code, redirect_uri: redirect, expires_at: new Date(expiresAtMs).toISOString() };
  }

  /** A new pair of tokens. @throws AdminFailure naming what is wrong. */
  async tokens(order: GrantOrder): Promise<GrantedTokens> {
    const checked = await this.#check(order);
    const { random, slots } = this.#admin;
    return this.#issue(
      checked,
      slots.createCredential(random, prefixOf(checked.client.clientId), slotOf(checked.userId)),
    );
  }

  /**
   * The refresh token of a grant that a fixture declares: the same one for as long as it lives. It is derived from the
   * platform's secret key, so that nothing that can be used has to be stored.
   */
  async lastingRefreshToken(order: GrantOrder): Promise<string> {
    const checked = await this.#check(order);
    const { at, client, userId, wish } = checked;
    const { organizationId, environment } = wish.target;
    const named = [at.dataCenter.id, client.clientId, userId, organizationId, environment, [...wish.scopes].sort()];
    const { slots } = this.#admin;
    const slot = slotOf(userId);
    for (let generation = 0; generation < mostGenerations; generation++) {
      const bytes = createHmac('sha256', this.#key)
        .update(JSON.stringify([...named, generation]))
        .digest();
      const token = slots.deriveCredential(bytes, prefixOf(client.clientId), slot);
      const { found } = await inspectToken(this.#admin, token);
      if (found && (await isRefreshTokenKept(at.database, { hash: secretHash(token), slot }, userId, client.clientId)))
        return token;
      if (found) continue;
      await this.#issue(checked, token);
      return token;
    }
    throw badInput('the refresh token of this grant was ended too often');
  }

  async #check(order: GrantOrder): Promise<Checked> {
    const at = administered(this.#admin, order.dataCenter);
    const client = await findClient(this.#admin, order.clientId);
    checkEnabled(client, at);
    const by = order.user === undefined ? { userId: client.ownerId } : { name: order.user };
    const user = await findUser(at.database, by);
    if (!user?.active) {
      const whom = order.user ?? `the owner of client ${client.clientId}`;
      throw badInput(`user: expected an active user of data centre "${order.dataCenter}", got ${whom}`);
    }
    return { at, client, userId: user.userId, wish: await checkWish(this.#admin, at, user.userId, order) };
  }

  async #issue(checked: Checked, refreshToken: string): Promise<GrantedTokens> {
    const { at, client, userId, wish } = checked;
    const { clientId } = client;
    const { clock, random, settings, slots } = this.#admin;
    const { lifetimes, limits } = settingsFor(settings, client);
    const { code } = await issueCode(this.#admin, at, {
      ...{ client, userId, wish, limits: unlimited },
      redirectUri: null,
      ttlMs: unusedCodeMs,
    });
    const slot = slotOf(userId);
    const accessToken = slots.createCredential(random, prefixOf(clientId), slot);
    const nowMs = clock.nowMs();
    const expiresAtMs = nowMs + lifetimes.accessTokenTtlSeconds * 1000;
    await at.tokens.redeemCode({
      ...{ userId, clientId, nowMs, expiresAtMs },
      code: { hash: secretHash(code), slot },
      accessHash: secretHash(accessToken),
      refreshHash: secretHash(refreshToken),
      limits: { ...limits, ...noRefreshLimits },
      binding: notBound,
      refreshKeyThumbprint: null,
    });
    this.#record(checked, [accessToken, refreshToken], {
      accessToken: maskSecret(accessToken),
      refreshToken: maskSecret(refreshToken),
    });
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      scope: wish.scopes.join(' '),
      api_domain: apiOrigin(at.dataCenter, wish.target.environment),
      expires_in: lifetimes.accessTokenTtlSeconds,
      token_type: 'Bearer',
    };
  }

  #record({ at, client, userId, wish }: Checked, credentials: readonly string[], made: Record<string, string>): void {
    const { organizationId, environment } = wish.target;
    at.events.record({
      kind: 'grant',
      outcome: 'Success',
      clientId: client.clientId,
      userId,
      keys: credentials.filter(isCredential).map(credentialKey),
      detail: { ...made, scope: wish.scopes.join(','), organizationId, environment },
    });
  }
}
