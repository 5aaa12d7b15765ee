/** Calls that run at this moment, by key; nothing is kept for keys without one. */
export class Concurrency {
  readonly #running = new Map<string, number>();

  /** @returns whether one more may run. */
  enter(key: string, limit: number): boolean {
    const running = this.#running.get(key) ?? 0;
    if (running >= limit) return false;
    this.#running.set(key, running + 1);
    return true;
  }

  leave(key: string): void {
    const running = (this.#running.get(key) ?? 1) - 1;
    if (running === 0) this.#running.delete(key);
    else this.#running.set(key, running);
  }
}
