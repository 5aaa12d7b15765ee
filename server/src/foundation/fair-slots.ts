/**
 * Lets so many works run at a time, and so many of one key (a tenant). Those that wait take turns key by key, so that
 * the hundred of one tenant hold up the one of another for as long as one takes, and no longer.
 */
export class FairSlots {
  readonly #total: number;
  readonly #perKey: number;
  #running = 0;
  readonly #runningOf = new Map<unknown, number>();
  /** In the order of turns: whose turn has come goes to the end. */
  readonly #waiting = new Map<unknown, (() => void)[]>();

  constructor(options: { readonly total: number; readonly perKey: number }) {
    this.#total = options.total;
    this.#perKey = options.perKey;
  }

  async run<Result>(key: unknown, work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting.has(key) || !this.#mayBegin(key)) await this.#turn(key);
    else this.#begin(key);
    try {
      return await work();
    } finally {
      this.#end(key);
    }
  }

  #mayBegin(key: unknown): boolean {
    return this.#running < this.#total && (this.#runningOf.get(key) ?? 0) < this.#perKey;
  }

  #turn(key: unknown): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#waiting.get(key);
      if (line) line.push(resolve);
      else this.#waiting.set(key, [resolve]);
    });
  }

  #begin(key: unknown): void {
    this.#running++;
    this.#runningOf.set(key, (this.#runningOf.get(key) ?? 0) + 1);
  }

  #end(key: unknown): void {
    this.#running--;
    const left = (this.#runningOf.get(key) ?? 1) - 1;
    if (left === 0) this.#runningOf.delete(key);
    else this.#runningOf.set(key, left);
    for (const [next, line] of this.#waiting) {
      if (!this.#mayBegin(next)) continue;
      const begin = line.shift() as () => void;
      this.#waiting.delete(next);
      if (line.length > 0) this.#waiting.set(next, line);
      this.#begin(next);
      begin();
      return;
    }
  }
}
