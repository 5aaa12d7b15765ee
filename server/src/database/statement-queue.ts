import { concernsAll } from './outage.ts';

/**
 * Group commit, and its twin for reads: jobs that arrive while a statement is under way, or in the same turn of the
 * event loop, share the next statement. Each job is answered only after that statement has been committed.
 */
export interface StatementQueue<Job, Result> {
  submit(job: Job): Promise<Result>;
}

export interface StatementQueueOptions<Job, Result> {
  /** Runs one statement for all `jobs` and returns one result per job, in their order. */
  readonly run: (jobs: readonly Job[]) => Promise<readonly Result[]>;
  /** Jobs of different keys never share a statement; default: all may. Those of one batch run at the same time. */
  readonly apart?: ((job: Job) => unknown) | undefined;
  /** Most jobs of one statement. */
  readonly maxJobs?: number;
  /** Statements under way at once. Writes use 1, so that the next batch gathers while this one is being committed. */
  readonly maxStatements?: number;
}

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createStatementQueue<Job, Result>(
  options: StatementQueueOptions<Job, Result>,
): StatementQueue<Job, Result> {
  const { apart, run, maxJobs = 500, maxStatements = 1 } = options;
  let waiting: Waiting<Job, Result>[] = [];
  let underWay = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || underWay >= maxStatements || waiting.length === 0) return;
    scheduled = true;
    setImmediate(flush);
  };

  const flush = (): void => {
    scheduled = false;
    const batch = waiting.slice(0, maxJobs);
    waiting = waiting.slice(maxJobs);
    underWay++;
    const groups = apart ? [...Map.groupBy(batch, ({ job }) => apart(job)).values()] : [batch];
    void Promise.all(groups.map(settle)).finally(() => {
      underWay--;
      schedule();
    });
    schedule();
  };

  const settle = async (batch: Waiting<Job, Result>[]): Promise<void> => {
    try {
      const results = await run(batch.map(({ job }) => job));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      // One bad job must not fail its neighbours: alone, each gets its own answer. Where the database does not answer,
      // none is bad, and each of them would wait for it again.
      if (batch.length === 1 || concernsAll(error)) for (const { reject } of batch) reject(error);
      else for (const one of batch) await settle([one]);
    }
  };

  return {
    submit: (job) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        schedule();
      }),
  };
}
