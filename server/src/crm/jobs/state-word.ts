import type { JobState } from './job.ts';

const words: Readonly<Record<JobState, string>> = {
  added: 'SCHEDULED',
  running: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
};

/** How answers call the state of a job on records or settings. */
export const stateWord = (state: JobState): string => words[state];

/** All of them. */
export const stateWords: readonly string[] = Object.values(words);
