/**
 * Options of an `LRUCache` for at most so many entries, which takes memory as it fills. With `max` it takes the memory of
 * all its entries when it is made, and a platform makes some thirty of them when it starts.
 */
export function atMost(entries: number): { readonly maxSize: number; readonly sizeCalculation: () => number } {
  return { maxSize: entries, sizeCalculation: one };
}

const one = () => 1;
