/** The place of an item among those that are worked on. */
export interface Turn {
  /** Resolves when the item before has ended, and rejects when that failed. */
  readonly before: Promise<void>;
  /** From here on the work of the next item may go on beside this one's. */
  readonly letNext: () => void;
}

/**
 * Works on one item after the other, so that each may begin before the one in front of it has ended: as soon as that says so.
 * The first failure ends it, and nothing is under way any more when it has ended.
 */
export async function overlapping<Item>(
  source: AsyncIterable<Item>,
  work: (item: Item, turn: Turn) => Promise<void>,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  try {
    for await (const item of source) {
      const next = Promise.withResolvers<void>();
      const before = last;
      // Whatever becomes of it, it has not ended while one in front of it is under way.
      last = work(item, { before, letNext: next.resolve }).finally(() => before.catch(() => {}));
      await Promise.race([next.promise, last]);
    }
    await last;
  } finally {
    // Whoever waits for it has heard of its failure.
    await last.catch(() => {});
  }
}
