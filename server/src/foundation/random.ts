import { randomBytes } from 'node:crypto';

/** Where the platform takes its randomness from; injected like the clock. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Buffer;
}

const pooledBytes = 8192;
let pool = Buffer.alloc(0);

/**
 * The operating system's cryptographic source. Small draws are cut from one large one, because a draw costs more than
 * its bytes; each byte is given out once.
 */
export const systemRandom: Random = {
  bytes(count) {
    if (count > pooledBytes / 8) return randomBytes(count);
    if (pool.length < count) pool = randomBytes(pooledBytes);
    const drawn = pool.subarray(0, count);
    pool = pool.subarray(count);
    return drawn;
  },
};

/** A string of `length` characters drawn evenly from `alphabet` (at most 256 characters). */
export function randomString(random: Random, alphabet: string, length: number): string {
  // Bytes at or above the largest multiple of the alphabet are discarded, so that every character is as likely.
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
