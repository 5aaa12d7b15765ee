import { ApiError } from '../../../common/errors.ts';
import { type JobOptions, untilEnded } from './bulk-jobs.ts';
import type { CrmCaller } from './call.ts';
import { csvRows } from './csv.ts';
import { zipEntries } from './zip-read.ts';

export interface BulkReadOptions extends JobOptions {
  /** Empty or left out: all. */
  readonly fields?: readonly string[] | undefined;
  /** As the API takes it: a condition, or a group of them. */
  readonly criteria?: object | undefined;
  readonly cvid?: string | undefined;
}

interface ReadJob {
  readonly state: string;
  readonly result?: {
    readonly more_records?: boolean;
    readonly next_page_token?: string;
    readonly error_message?: object;
  };
}

/** All rows of a module: job after job while there are more records, each result read as it arrives. */
export async function* bulkRead(
  caller: CrmCaller,
  module: string,
  options: BulkReadOptions,
): AsyncGenerator<Readonly<Record<string, string>>> {
  const { fields, criteria, cvid, signal, timeoutMs, headers } = options;
  const sent = { signal, timeoutMs, headers };
  const base = `/crm/bulk/${caller.version}/read`;
  let query: object = { module: { api_name: module }, fields, criteria, cvid, page: 1 };
  for (let page = 2; ; page++) {
    const made = await caller.json<{ data: { details: { id: string } }[] }>({
      ...sent,
      method: 'POST',
      path: base,
      json: { query },
    });
    const id = String(made?.data[0]?.details.id);
    const job = await untilEnded(options, id, async () => {
      const answer = await caller.json<{ data: ReadJob[] }>({ ...sent, method: 'GET', path: `${base}/${id}` });
      const found = answer?.data[0] as ReadJob;
      return { state: found.state, job: found };
    });
    if (job.state !== 'COMPLETED') throw jobError(id, job.result?.error_message);
    const answer = await caller.download({ ...sent, method: 'GET', path: `${base}/${id}/result` });
    if (answer.body) yield* rowsOf(answer.body as AsyncIterable<Uint8Array>);
    if (!job.result?.more_records) return;
    const token = job.result.next_page_token;
    query = token ? { page_token: token } : { ...query, page };
  }
}

/** The lines of every file of a zip, as objects by the names of its first line. */
export async function* rowsOf(zip: AsyncIterable<Uint8Array>): AsyncGenerator<Readonly<Record<string, string>>> {
  for await (const { content } of zipEntries(zip)) {
    let names: readonly string[] | undefined;
    for await (const values of csvRows(content)) {
      if (!names) names = values;
      else yield Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    }
  }
}

export function jobError(id: string, said: object | undefined): ApiError {
  const { code = 'JOB_FAILED', message = 'the job failed', details = {} } = (said ?? {}) as Partial<ApiError>;
  return new ApiError(`bulk job ${id} failed with ${code}: ${message}`, { code, status: 200, details });
}
