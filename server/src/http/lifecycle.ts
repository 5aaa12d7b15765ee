/**
 * What a process is about, for those that ask before they send it requests. It begins as ready: nothing listens before
 * that. `draining` is aborted when the process begins to end: it takes requests still, but wants no more.
 */
export class Lifecycle {
  readonly #controller = new AbortController();

  get draining(): AbortSignal {
    return this.#controller.signal;
  }

  drain(): void {
    this.#controller.abort();
  }
}
