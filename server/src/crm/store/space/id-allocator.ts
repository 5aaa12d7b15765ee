import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import { atMost } from '../../../foundation/at-most.ts';
import { idOf } from '../../kernel/ids.ts';
import type { Ids } from '../../kernel/store.ts';

const firstBlock = 100;
const largestBlock = 10_000;
const mostBlocks = 100_000;

interface Block {
  next: number;
  end: number;
  /** Size of the block to take next: busy data spaces take larger ones. */
  size: number;
}

/**
 * Hands out ids without asking the database for each: a process takes a block of a data space's sequence and uses it
 * up. What is left at its end is lost, so ids have gaps, and order of time only within a process.
 */
export class IdAllocator implements Ids {
  readonly #database: Database;
  /** Of the data spaces that were written last; ids that others had left are lost. */
  readonly #blocks = new LRUCache<number, Block>(atMost(mostBlocks));
  readonly #refills = new Map<number, Promise<void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Lets go of what was taken: the database knows nothing of it any more. */
  forget(): void {
    this.#blocks.clear();
  }

  /** `count` new ids in ascending order. */
  async take(dataSpace: number, count: number): Promise<string[]> {
    for (;;) {
      const block = this.#blocks.get(dataSpace);
      if (block && block.end - block.next >= count) {
        const first = block.next;
        block.next += count;
        return Array.from({ length: count }, (_, index) => idOf(dataSpace, first + index));
      }
      await this.#refill(dataSpace, count);
    }
  }

  #refill(dataSpace: number, count: number): Promise<void> {
    const known = this.#refills.get(dataSpace);
    if (known) return known;
    const refill = this.#takeBlock(dataSpace, count).finally(() => this.#refills.delete(dataSpace));
    this.#refills.set(dataSpace, refill);
    return refill;
  }

  async #takeBlock(dataSpace: number, count: number): Promise<void> {
    const known = this.#blocks.get(dataSpace);
    const size = Math.max(known?.size ?? firstBlock, count);
    const [row] = await this.#database.query<{ end_sequence: string }>({
      name: 'crm-take-ids',
      text: `UPDATE crm_data_space SET next_sequence = next_sequence + $2 WHERE data_space = $1
             RETURNING next_sequence AS end_sequence`,
      values: [dataSpace, size],
    });
    if (!row) throw new Error(`data space ${dataSpace} does not exist`);
    const end = Number(row.end_sequence);
    this.#blocks.set(dataSpace, { next: end - size, end, size: Math.min(size * 4, largestBlock) });
  }
}
