import type { Outcome } from './outcomes.ts';

/** The most precise answer to "why did this fail?": the outcome and the compared values, secrets masked. */
export interface Refusal {
  readonly outcome: Outcome;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly explanation?: LateExplanation;
  /** What ties the request to earlier steps, for the event. */
  readonly keys?: readonly string[];
}

/** What can be found out of a refusal without making its answer wait: a better name of the outcome, and more detail. */
export type LateExplanation = () => Promise<LateFinding | undefined>;

export interface LateFinding {
  readonly outcome: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** The data centre that knows the code or token, and the client that it was given to. */
  readonly knownIn?: string | undefined;
  readonly clientId?: string | undefined;
}
