import { createHash } from 'node:crypto';
import { sameBytes } from '../foundation/secrets.ts';

/** Proof Key for Code Exchange, RFC 7636. */
export type ChallengeMethod = 'S256' | 'plain';

const verifierPattern = /^[A-Za-z0-9\-._~]{43,128}$/;

/** Whether `text` has the form of a verifier, and so of a challenge (RFC 7636 §4.1, §4.2). */
export function isVerifier(text: string): boolean {
  return verifierPattern.test(text);
}

/** Whether `verifier` answers `challenge` (RFC 7636 §4.6). */
export function verifierMatches(verifier: string, challenge: string, method: ChallengeMethod): boolean {
  return sameBytes(Buffer.from(challengeOf(verifier, method)), Buffer.from(challenge));
}

/** The challenge that `verifier` answers (RFC 7636 §4.2). */
export function challengeOf(verifier: string, method: ChallengeMethod): string {
  return method === 'S256' ? createHash('sha256').update(verifier, 'ascii').digest('base64url') : verifier;
}
