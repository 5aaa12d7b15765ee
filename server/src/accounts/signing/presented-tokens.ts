import { type CompactVerifyGetKey, compactVerify, createLocalJWKSet, type JWK } from 'jose';
import type { SecretHash } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';
import { isCredential } from '../../oauth/formats.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The type in the header of JWT access tokens (RFC 9068 §2.1): what no other token of ours has. */
export const accessTokenType = 'at+jwt';

const longestToken = 8192;
const jwtPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const hashBytes = 32;

/**
 * The hash under which a token that came is stored. An opaque token has its own; a JWT access token carries it as `jti`,
 * signed, so that everything else about tokens (scopes, limits, revocation) is the same row for both forms. A `jti`
 * without our signature is worth nothing, nor is the hash.
 */
export class PresentedTokens {
  readonly #keys: Pick<SigningKeys, 'published'>;
  readonly #issuer: string;
  #known: { readonly names: string; readonly find: CompactVerifyGetKey } | undefined;

  constructor(keys: Pick<SigningKeys, 'published'>, issuer: string) {
    this.#keys = keys;
    this.#issuer = issuer;
  }

  /** Undefined for what this data centre cannot have issued; whether it did, the store knows. */
  async hashOf(token: string): Promise<SecretHash | undefined> {
    if (isCredential(token)) return secretHash(token);
    if (token.length > longestToken || !jwtPattern.test(token)) return undefined;
    const find = this.#keySet(await this.#keys.published());
    try {
      const { payload, protectedHeader } = await compactVerify(token, find);
      if (protectedHeader.typ !== accessTokenType) return undefined;
      const { iss, jti } = JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>;
      const hash = iss === this.#issuer && typeof jti === 'string' ? Buffer.from(jti, 'base64url') : undefined;
      return hash?.length === hashBytes ? hash : undefined;
    } catch {
      return undefined;
    }
  }

  /** The published keys, read once for as long as they stay the same. */
  #keySet(keys: JWK[]): CompactVerifyGetKey {
    const names = keys.map(({ kid }) => kid).join(' ');
    if (this.#known?.names !== names) this.#known = { names, find: createLocalJWKSet({ keys }) };
    return this.#known.find;
  }
}

/** The `jti` of the JWT form of a token. */
export function tokenIdOf(accessToken: string): string {
  return secretHash(accessToken).toString('base64url');
}
