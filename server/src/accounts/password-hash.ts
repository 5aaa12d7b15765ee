import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { FairSlots } from '../foundation/fair-slots.ts';

/** The library's default algorithm is argon2id; the parameters are those that OWASP recommends for 19 MiB of memory. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Node's pool has four threads (`UV_THREADPOOL_SIZE`), which signatures and sealed values need too. */
const mostAtOnce = 3;
/**
 * Hashes run on Node's pool of threads, each for tens of milliseconds. Not all threads, nor all processors, are theirs: the
 * event loop, and with it every other request, has one left. Names take turns, so that guesses at one do not hold up the others.
 */
const total = Math.max(1, Math.min(mostAtOnce, availableParallelism() - 1));
const slots = new FairSlots({ total, perKey: total });

/** The hash to store for a password. `whose`: names or ids take turns. */
export function hashPassword(whose: string, password: string): Promise<string> {
  return slots.run(whose, () => hash(password, cost));
}

/** Whether a stored hash is that of the password. */
export function matchesPassword(whose: string, stored: string, password: string): Promise<boolean> {
  return slots.run(whose, () => verify(stored, password));
}
