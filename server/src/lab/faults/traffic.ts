/** The requests of a process: how many are under way, and a gate that new ones wait at. */
export class Traffic {
  #underWay = 0;
  #closed: PromiseWithResolvers<void> | undefined;

  get underWay(): number {
    return this.#underWay;
  }

  /** New requests wait from now on. */
  close(): void {
    this.#closed ??= Promise.withResolvers();
  }

  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  /** Resolves when the request may come in; `leave` must follow. */
  async enter(): Promise<void> {
    while (this.#closed) await this.#closed.promise;
    this.#underWay++;
  }

  leave(): void {
    this.#underWay--;
  }
}
