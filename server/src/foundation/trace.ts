/**
 * Where the tracing of a process is reached from, whichever library does it (`tracing/`). Without tracing nothing is done,
 * and no library is loaded.
 */
export interface Trace {
  /** Runs `work` as a part of what is under way, with a span of its own; outside of a traced request without. */
  part<Result>(
    name: string,
    attributes: Readonly<Record<string, string>>,
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** What tells another server which trace a call belongs to (W3C Trace Context). */
  headers(): Readonly<Record<string, string>>;
  /** The trace and span that are under way, in hexadecimal digits. */
  ids(): { readonly traceId: string; readonly spanId: string } | undefined;
}

let current: Trace | undefined;

/** From now on this process is traced so; undefined: no more. */
export function setTrace(trace: Trace | undefined): void {
  current = trace;
}

export function currentTrace(): Trace | undefined {
  return current;
}
