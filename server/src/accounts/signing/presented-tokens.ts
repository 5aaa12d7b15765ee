import type { SecretHash } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';
import { isCredential } from '../../oauth/formats.ts';
import { accessTokenType, readOwnJwt } from './own-jwt.ts';
import type { SigningKeys } from './signing-keys.ts';

const hashBytes = 32;

/**
 * The hash under which a token that came is stored. An opaque token has its own; a JWT access token carries it as `jti`,
 * signed, so that everything else about tokens (scopes, limits, revocation) is the same row for both forms. A `jti`
 * without our signature is worth nothing, nor is the hash.
 */
export class PresentedTokens {
  readonly #keys: Pick<SigningKeys, 'published'>;
  readonly #issuer: string;

  constructor(keys: Pick<SigningKeys, 'published'>, issuer: string) {
    this.#keys = keys;
    this.#issuer = issuer;
  }

  /** Undefined for what this data centre cannot have issued; whether it did, the store knows. */
  async hashOf(token: string): Promise<SecretHash | undefined> {
    if (isCredential(token)) return secretHash(token);
    const { iss, jti } = (await readOwnJwt(this.#keys, token, accessTokenType)) ?? {};
    const hash = iss === this.#issuer && typeof jti === 'string' ? Buffer.from(jti, 'base64url') : undefined;
    return hash?.length === hashBytes ? hash : undefined;
  }
}

/** The `jti` of the JWT form of a token. */
export function tokenIdOf(accessToken: string): string {
  return secretHash(accessToken).toString('base64url');
}
