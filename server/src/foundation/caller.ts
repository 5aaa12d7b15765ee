import { AsyncLocalStorage } from 'node:async_hooks';

/** Who sends the request that is being served, for the audit log: "from where". */
export interface Caller {
  /** Of the direct peer, or what a trusted proxy says of it. */
  readonly address: string;
  /** As it came; `keptUserAgent` makes it fit to be kept. */
  readonly userAgent: string | null;
  readonly requestId: string;
  /** The answer waits for these: what it tells of must be written down first. */
  readonly before: Promise<unknown>[];
}

const callers = new AsyncLocalStorage<Caller>();

/** Runs `work`, and everything that it starts, as a part of the caller's request. */
export function asCaller<Result>(caller: Caller, work: () => Result): Result {
  return callers.run(caller, work);
}

/** The caller of the request that is being served; undefined in the background. */
export function currentCaller(): Caller | undefined {
  return callers.getStore();
}
