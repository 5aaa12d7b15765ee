import { ConfigurationError } from '../../../common/errors.ts';
import { apiError } from '../../../common/http/api-error.ts';
import { readJson } from '../../../common/http/read-json.ts';
import { type JobOptions, untilEnded } from './bulk-jobs.ts';
import { rowsOf } from './bulk-read.ts';
import type { CrmCaller } from './call.ts';
import { csvLine } from './csv.ts';
import { multipart } from './multipart.ts';
import { zipOf } from './zip-write.ts';

export interface BulkWriteOptions extends JobOptions {
  readonly operation: 'insert' | 'update' | 'upsert';
  /** Field that finds the records of `update` and `upsert`: `id` or a unique one. */
  readonly findBy?: string | undefined;
  /** API names of the columns. Default: the names of the first row. */
  readonly fields?: readonly string[] | undefined;
  /** Leave fields alone whose cells are empty. Default false. */
  readonly ignoreEmpty?: boolean | undefined;
}

/** What became of one row, in the order of the input. */
export interface BulkWriteResult {
  readonly status: 'ADDED' | 'UPDATED' | 'SKIPPED' | 'UNPROCESSED';
  readonly id: string | undefined;
  /** Such as `MANDATORY_NOT_FOUND-Last_Name`; empty when all is well. */
  readonly errors: string;
  /** The first three columns, as they were sent. */
  readonly row: Readonly<Record<string, string>>;
}

/** What the API takes in one file. */
const rowsPerFile = 25_000;

type Row = Readonly<Record<string, unknown>>;
type Rows = AsyncIterable<Row> | Iterable<Row>;

/** Sends rows in files as large as the API takes them, and gives what became of each. */
export async function* bulkWrite(
  caller: CrmCaller,
  module: string,
  rows: Rows,
  options: BulkWriteOptions,
): AsyncGenerator<BulkWriteResult> {
  const source = toIterator(rows);
  let next = await source.next();
  while (!next.done) {
    const fields = options.fields ?? Object.keys(next.value);
    // The file is sent while it is made; the first row of the next one is left in `next`.
    const file = async function* () {
      yield csvLine(fields);
      for (let count = 0; !next.done && count < rowsPerFile; count++) {
        options.signal?.throwIfAborted();
        yield csvLine(fields.map((field) => (next.value as Row)[field]));
        next = await source.next();
      }
    };
    const fileId = await upload(caller, zipOf(`${module}.csv`, file()), options);
    yield* runJob(caller, module, { fileId, fields }, options);
  }
}

async function upload(caller: CrmCaller, zip: AsyncIterable<Uint8Array>, options: BulkWriteOptions): Promise<string> {
  const { session } = caller;
  const { signal, timeoutMs } = options;
  const { organizationId } = await session.row({ signal });
  if (!organizationId) {
    throw new ConfigurationError('the organization of the session is not known', {
      code: 'organization_unknown',
      mend: 'Authorize with ZohoCRM.users.READ and ZohoCRM.org.READ, so that it is looked up at sign-in',
    });
  }
  const { upload: origin } = await session.dataCenter({ signal });
  const { body, headers } = multipart({ name: 'records.zip', content: zip });
  const answer = await session.send({
    method: 'POST',
    url: ({ apiDomain }) => `${origin ?? apiDomain}/crm/${caller.version}/upload`,
    headers: { ...headers, feature: 'bulk-write', 'x-crm-org': organizationId },
    body,
    signal,
    timeoutMs: timeoutMs ?? 600_000,
  });
  const json = (await readJson(answer)) as { details?: { file_id?: unknown } } | null;
  const fileId = json?.details?.file_id;
  if (!answer.ok || fileId === undefined) throw apiError(answer, json);
  return String(fileId);
}

interface WriteJob {
  readonly status: string;
  readonly result?: { readonly download_url?: string };
}

async function* runJob(
  caller: CrmCaller,
  module: string,
  { fileId, fields }: { readonly fileId: string; readonly fields: readonly string[] },
  options: BulkWriteOptions,
): AsyncGenerator<BulkWriteResult> {
  const { operation, findBy, ignoreEmpty, signal, timeoutMs, headers } = options;
  const sent = { signal, timeoutMs, headers };
  const base = `/crm/bulk/${caller.version}/write`;
  const mappings = fields.map((api_name, index) => ({ api_name, index }));
  const resource = {
    type: 'data',
    module: { api_name: module },
    file_id: fileId,
    find_by: findBy,
    field_mappings: mappings,
  };
  const json = { operation, ignore_empty: ignoreEmpty, resource: [resource] };
  const made = await caller.json<{ details: { id: string } }>({ ...sent, method: 'POST', path: base, json });
  const id = String(made?.details.id);
  const job = await untilEnded(options, id, async () => {
    const found = (await caller.json<WriteJob>({ ...sent, method: 'GET', path: `${base}/${id}` })) as WriteJob;
    return { state: found.status, job: found };
  });
  const address = job.result?.download_url;
  if (!address)
    throw apiError(new Response(null, { status: 200 }), {
      code: 'JOB_FAILED',
      message: JSON.stringify(job),
      details: job,
    });
  // An absolute address elsewhere would get the token: only its path counts, at the user's own API.
  const answer = await caller.download({
    ...sent,
    method: 'GET',
    path: ({ apiDomain }) => apiDomain + pathOf(address),
  });
  for await (const line of rowsOf(answer.body as AsyncIterable<Uint8Array>)) {
    const { STATUS, RECORD_ID, ERRORS, ...row } = line;
    const status = STATUS as BulkWriteResult['status'];
    yield { status, id: RECORD_ID || undefined, errors: ERRORS ?? '', row };
  }
}

function pathOf(address: string): string {
  const { pathname, search } = new URL(address, 'http://api.invalid');
  return pathname + search;
}

function toIterator(rows: Rows): AsyncIterator<Row> {
  return (async function* () {
    yield* rows;
  })();
}
