import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A text that nobody can guess, of 43 letters fit for addresses: a `state`, or a code verifier (RFC 7636 §4.1).
 *
 * @example
 * const state = unguessable();
 */
export function unguessable(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The S256 challenge of a code verifier (RFC 7636 §4.2).
 *
 * @example
 * challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'); // 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
 */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/**
 * Whether two secrets are equal, in a time that does not tell where they differ.
 *
 * @example
 * sameSecret(given, expected);
 */
export function sameSecret(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}
