import { randomInt } from 'node:crypto';

/** Blocks of a hundred ports from 10000; those from 21000 are of the testing SDK, whose tests start platforms as well. */
const firstPort = 10_000;
const blockCount = 110;
/** So many workers of a test run have blocks of their own; of more, some share. */
const groupCount = 4;

const group = Number(process.env.VITEST_POOL_ID ?? 0) % groupCount;
/** This worker's blocks, beginning anywhere: other test runs on the same machine take theirs from the same. */
const blocks = Array.from({ length: blockCount }, (_, index) => index).filter((index) => index % groupCount === group);
let next = randomInt(blocks.length);

/**
 * First port of a block of a hundred that no platform of this test run has, nor had lately: one that is started again finds
 * its ports free. All are below the ports that the system gives to outgoing connections (32768 and above): a connection of
 * another test would otherwise hold one of the block by chance.
 */
export function freshBasePort(): number {
  next = (next + 1) % blocks.length;
  return firstPort + 100 * (blocks[next] as number);
}
