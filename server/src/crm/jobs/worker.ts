import { type ChangeNotices, clockTopic } from '../../database/change-notices.ts';
import type { Clock } from '../../foundation/clock.ts';
import { FairShares } from '../../foundation/fair-shares.ts';
import type { Random } from '../../foundation/random.ts';
import type { Log } from '../../http/log.ts';
import type { OutgoingPolicy } from '../../http/outgoing/outgoing-policy.ts';
import { Refusal } from '../kernel/errors.ts';
import type { CrmStore } from '../kernel/store.ts';
import { type Job, JobFailure, JobInterrupted, type JobOrigin, type WorkedOperation } from './job.ts';
import { jobCall } from './job-call.ts';
import {
  claimJob,
  type DueJob,
  dueJobs,
  endJob,
  type JobPart,
  jobTopic,
  releaseJob,
  saveProgress,
} from './job-table.ts';
import { postJson } from './outgoing/post-json.ts';
import type { JobKind, RunningJob } from './running-job.ts';

/** Works at the same time, and callbacks: these wait for others, and hold up no work. */
const worksAtOnce = { total: 4, perTenant: 2, perReceiver: 1, reserved: 2 };
const callbacksAtOnce = { total: 40, perTenant: 10, perReceiver: 5, reserved: 20 };
const maxAttempts = 5;
const pollMs = 5_000;
const keepEveryMs = 5_000;
const retryMs = 5_000;
const rowsPerRead = 200_000;
/** Waits before the second call of a callback and those after it. */
const callbackDelaysMs = [10_000, 60_000, 300_000, 1_800_000];

export interface WorkerOptions {
  /** For the queue: its statements are short, and a database that hangs shows soon. */
  readonly store: CrmStore;
  /** For the works themselves, whose statements may take long. Default: the same. */
  readonly workStore?: CrmStore;
  readonly notices: ChangeNotices;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly kinds: Readonly<Record<WorkedOperation, JobKind>>;
  /** Where callbacks may go. */
  readonly policy: OutgoingPolicy;
  /** Records of one bulk read; the documented number unless a test wants fewer. */
  readonly rowsPerRead?: number;
  /** How often it looks for what no notice told of. */
  readonly pollMs?: number;
}

/**
 * Works on jobs, a few at a time and organization by organization. Jobs are rows of PostgreSQL and come by notice, or by
 * looking every few seconds.
 * A process that ends puts its jobs back; one that dies loses them when their lease ends, and whoever takes them goes
 * on from the progress that was committed with the rows.
 */
export class JobWorker {
  readonly #options: WorkerOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #shares: Readonly<Record<JobPart, FairShares>> = {
    work: new FairShares(worksAtOnce),
    callback: new FairShares(callbacksAtOnce),
  };
  readonly #ending = new AbortController();
  #claiming = Promise.resolve();

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { notices } = options;
    notices.subscribe(jobTopic, { changed: () => this.#poll(), reset: () => this.#poll() });
    notices.subscribe(clockTopic, { changed: () => this.#poll(), reset: () => {} });
    this.#timer = setInterval(() => this.#poll(), options.pollMs ?? pollMs).unref();
    this.#poll();
  }

  get #closed(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Puts running jobs back at their next step, and waits for that. */
  async close(): Promise<void> {
    this.#ending.abort();
    clearInterval(this.#timer);
    await this.#claiming;
    await Promise.all(this.#running.values());
  }

  #poll(): void {
    this.#claiming = this.#claiming
      .then(() => this.#claim())
      .catch((error: Error) => {
        if (!this.#closed) this.#options.log.warn({ err: error }, 'jobs cannot be read');
      });
  }

  async #claim(): Promise<void> {
    await Promise.all([this.#claimPart('work'), this.#claimPart('callback')]);
  }

  async #claimPart(part: JobPart): Promise<void> {
    const { store, clock } = this.#options;
    const shares = this.#shares[part];
    while (!this.#closed && shares.hasRoom) {
      const due = await dueJobs(store.database, part, clock.nowMs(), [...this.#running.keys()]);
      const admitted = shares.admit(due);
      if (admitted.length === 0) return;
      const taken = await Promise.all(admitted.map((each) => this.#take(each, shares)));
      // Others were faster with all of these; what else is due they take as well, or the next poll does.
      if (!taken.includes(true)) return;
    }
  }

  /** Begins with a job that was given a place. @returns whether it was still to be had. */
  async #take(due: DueJob, shares: FairShares): Promise<boolean> {
    const { store, clock, random } = this.#options;
    const lease = random.bytes(12).toString('hex');
    let job: Job | undefined;
    try {
      job = this.#closed ? undefined : await claimJob(store.database, due, lease, clock.nowMs());
    } finally {
      if (!job) shares.leave(due);
    }
    if (!job) return false;
    const { id } = job;
    const work = this.#work(job, lease).finally(() => {
      this.#running.delete(id);
      shares.leave(due);
      if (!this.#closed) this.#poll();
    });
    this.#running.set(id, work);
    return true;
  }

  async #work(job: Job, lease: string): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      if (job.state === 'running') await this.#run(job, lease);
      else await this.#tell(job, lease);
    } catch (error) {
      if (error instanceof JobInterrupted) {
        // Whoever comes next may take it at once; nothing happens when the lease is another's already.
        await releaseJob(store.database, job, lease, clock.nowMs()).catch(() => {});
        return;
      }
      log.error({ err: error as Error, job: job.id, attempt: job.attempts }, 'a job failed');
      await this.#failed(job, lease).catch((failure: Error) => log.error({ err: failure }, 'a job is stuck'));
    }
  }

  async #run(job: Job, lease: string): Promise<void> {
    const { store, clock, random } = this.#options;
    let keptAtMs = clock.nowMs();
    let progress = job.progress as object;
    const running: RunningJob = {
      job,
      lease,
      rowsPerRead: this.#options.rowsPerRead ?? rowsPerRead,
      nowMs: () => clock.nowMs(),
      keep: async () => {
        if (this.#closed) throw new JobInterrupted('the process ends');
        if (clock.nowMs() - keptAtMs < keepEveryMs) return;
        keptAtMs = clock.nowMs();
        await saveProgress(store.database, job, lease, keptAtMs, progress);
      },
      save: async (queryable, reached) => {
        const nowMs = clock.nowMs();
        await saveProgress(queryable, job, lease, nowMs, reached);
        keptAtMs = nowMs;
        progress = reached;
      },
    };
    const call = await this.#callOf(job, lease);
    if (!call) return;
    const kind = this.#kindOf(job);
    const { replica } = call.store;
    const run = () => kind.run(call, running);
    const end = await (replica && !kind.onlyReads ? replica.whileWriting(call.space.dataSpace, run) : run()).catch(
      (error: unknown) => {
        if (error instanceof JobFailure) return failureOf(error);
        // What was right when the job was made is no longer: a field has gone, or a permission.
        if (error instanceof Refusal) {
          const { code, message, details } = error.body;
          return failureOf(new JobFailure(code, message, details));
        }
        throw error;
      },
    );
    await endJob({ ...call, nowMs: clock.nowMs(), random }, job, lease, end, hasCallback(job));
  }

  #kindOf({ operation }: Job): JobKind {
    return this.#options.kinds[operation as WorkedOperation];
  }

  async #callOf(job: Job, lease: string) {
    const { store, workStore = store, clock, random } = this.#options;
    try {
      return await jobCall(workStore, random, job, clock.nowMs());
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      await this.#endFailed(job, lease, error);
      return undefined;
    }
  }

  /** The second part of a job that has ended: telling who wants to know. */
  async #tell(job: Job, lease: string): Promise<void> {
    const { store, clock, random, log, policy } = this.#options;
    const { callback } = job.request as JobOrigin;
    const call = await jobCall(store, random, job, clock.nowMs()).catch(() => undefined);
    const body = call && this.#kindOf(job).tell?.(call, job);
    const { signal } = this.#ending;
    const told =
      callback && body ? await postJson(callback.url, JSON.stringify(body), policy, signal) : { delivered: true };
    if (!told.delivered && this.#closed) throw new JobInterrupted('the process ends');
    const delayMs = told.delivered ? undefined : callbackDelaysMs[job.attempts - 1];
    if (!told.delivered) {
      log.info({ job: job.id, attempt: job.attempts, ...told, again: delayMs !== undefined }, 'a callback failed');
    }
    await releaseJob(store.database, job, lease, delayMs === undefined ? null : clock.nowMs() + delayMs);
  }

  async #failed(job: Job, lease: string): Promise<void> {
    const { store, clock } = this.#options;
    if (job.state !== 'running') return releaseJob(store.database, job, lease, null);
    if (job.attempts < maxAttempts) return releaseJob(store.database, job, lease, clock.nowMs() + retryMs);
    return this.#endFailed(job, lease, new JobFailure('INTERNAL_ERROR', 'Internal Server Error'));
  }

  async #endFailed(job: Job, lease: string, failure: JobFailure): Promise<void> {
    const { store, clock } = this.#options;
    const end = failureOf(failure);
    await endJob({ store, nowMs: clock.nowMs() } as Parameters<typeof endJob>[0], job, lease, end, hasCallback(job));
  }
}

function hasCallback(job: Job): boolean {
  return (job.request as JobOrigin).callback !== undefined;
}

function failureOf({ code, message, details }: JobFailure) {
  return { state: 'failed', result: { error_message: { status: 'error', code, message, details } } } as const;
}
