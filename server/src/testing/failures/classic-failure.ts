import type { FailureStage, Provoked } from './failure-stage.ts';

/** A mistake that integrators make again and again, and what its explanation has to say. */
export interface ClassicFailure {
  readonly name: string;
  readonly provoke: (stage: FailureStage) => Promise<Provoked>;
  readonly outcome: string;
  readonly expected: string | RegExp;
  readonly came: string | RegExp;
  readonly mend: string | RegExp;
  readonly rule: string;
  /** The last part of the path of the setting. */
  readonly setting?: string;
}
