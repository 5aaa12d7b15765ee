import { randomInt } from 'node:crypto';

/**
 * First port of a block of a hundred, below the ports that the system gives to outgoing connections (32768 and above): a
 * connection of another test would otherwise hold one of the block by chance.
 */
export function randomBasePort(): number {
  return 10_000 + 100 * randomInt(220);
}
