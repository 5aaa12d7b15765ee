import type { BenchPlatform } from './platform.ts';

/** One thing that is measured. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly next: () => string | undefined;
  readonly expected: string;
  /** A status that is no error here, but counted apart. */
  readonly refusal?: number;
  /** As of `Load`. */
  readonly answered?: (answer: string) => void;
  readonly attempt?: () => Promise<void>;
  /** Measured at this number of connections only. */
  readonly onlyAt?: number;
  /** Makes what the next measurement will use up. */
  prepare?(requests: number): Promise<void>;
  /** Begins what else the platform does during a measurement; what it gives ends that, and tells how much it was. */
  press?(): Promise<() => Promise<Pressure>>;
  close(): Promise<void>;
}

/** What was done beside a measurement. */
export interface Pressure {
  readonly perSecond: number;
  readonly failed: number;
  readonly firstError?: string;
}

/** Starts the platform, or gives the one that runs; `inspected`: one that records every event. */
export type Start = (inspected?: boolean) => Promise<BenchPlatform>;

/** Makes a subject (its server started) when it is asked for. */
export type MakeSubject = (platform: Start) => Promise<Subject>;

export function subject(name: string, port: number, expected: string, next: Subject['next']): Subject {
  // The platform, which several subjects share, is closed by whoever started it.
  return { name, port, expected, next, close: async () => {} };
}

export function inTurn(requests: readonly string[]): () => string | undefined {
  let index = 0;
  return () => requests[index++ % requests.length];
}
