/** Takes the next item from `source` while the last one is worked on. */
export async function* readAhead<Item>(source: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      // Whoever takes the item hears of it; until then nobody listens.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await source.return(undefined);
  }
}
