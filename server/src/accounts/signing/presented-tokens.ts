import { secretHash } from '../../foundation/secrets.ts';
import { isCredential } from '../../oauth/formats.ts';
import { type CredentialPlace, type CredentialSlots, slotOf } from '../../oauth/slots.ts';
import { accessTokenType, canBeOwnJwt, readOwnJwt } from './own-jwt.ts';
import type { SigningKeys } from './signing-keys.ts';

const hashBytes = 32;

/**
 * Where a token that came is stored. An opaque token has a hash of its own; a JWT access token carries it as `jti`, and its
 * user as `sub`, signed, so that everything else about tokens (scopes, limits, revocation) is the same row for both forms. A `jti`
 * without our signature is worth nothing, nor is the hash.
 */
export class PresentedTokens {
  readonly #keys: Pick<SigningKeys, 'published'>;
  readonly #issuer: string;
  readonly #slots: CredentialSlots;

  constructor(keys: Pick<SigningKeys, 'published'>, issuer: string, slots: CredentialSlots) {
    this.#slots = slots;
    this.#keys = keys;
    this.#issuer = issuer;
  }

  /** Undefined for what this data centre cannot have issued; whether it did, the store knows. */
  async placeOf(token: string): Promise<CredentialPlace | undefined> {
    if (isCredential(token)) return this.#slots.placeOf(token);
    const { iss, jti, sub } = (await readOwnJwt(this.#keys, token, accessTokenType)) ?? {};
    const hash = iss === this.#issuer && typeof jti === 'string' ? Buffer.from(jti, 'base64url') : undefined;
    if (hash?.length !== hashBytes) return undefined;
    return { hash, slot: typeof sub === 'string' && /^\d{1,18}$/.test(sub) ? slotOf(sub) : undefined };
  }
}

/** Whether a text can be a token at all; spares the question about garbage. */
export function canBeToken(text: string): boolean {
  return isCredential(text) || canBeOwnJwt(text);
}

/** The `jti` of the JWT form of a token. */
export function tokenIdOf(accessToken: string): string {
  return secretHash(accessToken).toString('base64url');
}
