import { type Random, randomString } from '../../foundation/random.ts';

/**
 * The code that a user reads on the device and types in the browser (reference §6.1, `A1B2-C3D4`). No vowels, so that
 * no words come out, and of characters that look alike (B 8, S 5, Z 2, G 6, O 0, I 1) one at most: 24 characters,
 * eight times, are 36 bits. With five minutes of life and few tries that is enough (RFC 8628 §6.1).
 */
const alphabet = 'CDFGHJKLMNPQRTVWX2345789';
const codePattern = new RegExp(`^[${alphabet}]{8}$`);
const maxTypedLength = 64;

export function createUserCode(random: Random): string {
  return withDash(randomString(random, alphabet, 8));
}

/** What the user typed, as we write it: case, blanks and dashes do not matter. Undefined for what can be no code. */
export function readUserCode(typed: string | null | undefined): string | undefined {
  if (!typed || typed.length > maxTypedLength) return undefined;
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '');
  return codePattern.test(code) ? withDash(code) : undefined;
}

function withDash(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
