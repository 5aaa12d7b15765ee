/** The end of a process that was asked for from outside: by Ctrl-C, by a service manager, by the end of its terminal. */
export interface Interruption {
  /** Aborted once the end is asked for. What was started is stopped in order; a start that is under way gives up. */
  readonly asked: AbortSignal;
  /** Aborted once the end is asked for again: only what must not be left behind is still waited for. */
  readonly insisted: AbortSignal;
}

/** Thrown by a start that gave up, because the end was asked for. No failure. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** For processes that nobody can ask. */
export const uninterrupted: Interruption = {
  asked: new AbortController().signal,
  insisted: new AbortController().signal,
};
