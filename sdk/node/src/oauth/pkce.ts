import { createHash, randomBytes } from 'node:crypto';

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
