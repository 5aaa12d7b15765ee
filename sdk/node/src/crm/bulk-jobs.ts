import { sleep } from '../../../common/http/wait.ts';
import type { CallOptions } from './call.ts';

export interface JobOptions extends CallOptions {
  /** Longest wait between two questions for the state of a job, in milliseconds. Default 10,000. */
  readonly pollMs?: number | undefined;
  /** Called with every state that is seen. */
  readonly onState?: ((state: string, jobId: string) => void) | undefined;
}

/** Asks for the state until it is an end; the waits grow. */
export async function untilEnded<T>(
  { signal, pollMs = 10_000, onState }: JobOptions,
  jobId: string,
  ask: () => Promise<{ readonly state: string; readonly job: T }>,
): Promise<T> {
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 1.6, pollMs)) {
    const { state, job } = await ask();
    onState?.(state, jobId);
    if (['COMPLETED', 'FAILURE', 'FAILED'].includes(state)) return job;
    await sleep(Math.min(waitMs, pollMs), signal);
  }
}
