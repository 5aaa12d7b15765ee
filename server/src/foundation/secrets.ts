import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SecretHash } from './kinds.ts';

/** SHA-256 of a high-entropy secret (token, code, client secret): the only form in which one is stored. */
export function secretHash(secret: string): SecretHash {
  return hash('sha256', secret, 'buffer');
}

/** HMAC-SHA-256, for values that must be found again but not guessed from a dump (home index) and for form tokens. */
export function keyedHash(key: Buffer, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}

/** Compares two byte strings in constant time; different lengths are unequal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A key of 32 bytes for one purpose, derived from the platform's secret key (RFC 5869). */
export function deriveKey(secretKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, Buffer.alloc(0), `grantway ${purpose}`, 32));
}

/**
 * Our codes and tokens, client secrets (42 digits), identifiers of browsers (42), session tokens (64), signed or sealed tokens, and
 * whatever else is random by its looks: base64url of 30 bytes and more (registration tokens, verifiers of PKCE, parts of
 * private keys). Ids of signing keys and traces have 32 digits, and are shown; so are challenges of
 * PKCE (`…Challenge` of a detail), which are hashes.
 */
const credentialLike =
  /100[04]\.[0-9a-f]{32}\.[0-9a-f]{32}|\b(?:[0-9a-f]{42}|[0-9a-f]{64})\b|\beyJ[\w-]+(?:\.[\w-]*){2,4}|(?<![\w-]|Challenge":")(?=[\w-]*?[a-z])(?=[\w-]*?[A-Z])(?=[\w-]*?\d)[\w-]{40,}/g;

/**
 * `text` with everything that looks like one of our secrets masked: the last line of defence for what is recorded,
 * because people put secrets where nobody expects them (a secret as `client_id`, a token as `scope`).
 */
export function maskCredentials(text: string): string {
  return text.replace(credentialLike, (secret) => maskSecret(secret));
}

/** The form in which a secret may appear in a log line or an event: a short fingerprint, never the secret. */
export function maskSecret(secret: string): string {
  return maskHash(secretHash(secret));
}

/** The same fingerprint of a secret that is known by its hash only. */
export function maskHash(hash: SecretHash): string {
  return `#${hash.toString('hex').slice(0, 10)}`;
}
