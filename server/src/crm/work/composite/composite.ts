import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { isJsonObject, readJsonBody, writeJson } from '../../kernel/json-body.ts';
import type { ItemSuccess } from '../../kernel/record/answers.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { encodeReference, MissingReference, resolveReferences } from './answer-references.ts';
import { readComposite, type SubRequest } from './read-composite.ts';

type SubAnswer = ItemSuccess | ErrorBody;

/** What has become of each sub-request, and the bodies that later ones may refer to. */
interface Progress {
  readonly answers: SubAnswer[];
  readonly bodies: Map<string, unknown>;
}

/**
 * POST /__composite_requests (crm-api 11). With `rollback_on_fail` all sub-requests are one transaction of the
 * database, and an answer with a failed item counts as a failure.
 */
export async function runComposite(call: CrmCall): Promise<CrmAnswer> {
  const { rollback, parallel, requests } = readComposite(readJsonBody(call.body));
  if (rollback) return withRollback(call, requests);
  const progress: Progress = { answers: [], bodies: new Map() };
  if (parallel) await runParallel(call, requests, progress);
  else {
    for (const [index, request] of requests.entries()) {
      progress.answers[index] = (await runOne(call, request, call.store, progress.bodies)).answer;
    }
  }
  const { answers } = progress;
  const run = answers.filter(({ status }) => status === 'success').length;
  const status = run === answers.length ? 200 : run === 0 ? 400 : 207;
  return answered(status, answers);
}

/** Thrown inside the transaction to roll it back. */
class RolledBack extends Error {
  readonly answers: SubAnswer[];

  constructor(answers: SubAnswer[]) {
    super('a sub-request failed');
    this.answers = answers;
  }
}

async function withRollback(call: CrmCall, requests: readonly (SubRequest | ErrorBody)[]): Promise<CrmAnswer> {
  try {
    const answers = await inOneTransaction(call.store, call.space.dataSpace, async (store) => {
      const progress: Progress = { answers: [], bodies: new Map() };
      for (const [index, request] of requests.entries()) {
        const { answer, failed } = await runOne(call, request, store, progress.bodies);
        progress.answers[index] = answer;
        if (failed) throw new RolledBack(afterRollback(progress.answers, index, requests.length));
      }
      return progress.answers;
    });
    return answered(200, answers);
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    return answered(400, error.answers);
  }
}

function afterRollback(answers: readonly SubAnswer[], failed: number, count: number): SubAnswer[] {
  return Array.from({ length: count }, (_, index): SubAnswer => {
    if (index < failed) return errorBody('ROLLBACK_PERFORMED', { rollbacked_by_sub_request_index: failed });
    return index === failed ? (answers[index] as SubAnswer) : errorBody('PROCESSING_STOPPED');
  });
}

/** All at once; those that refer to others begin when these are done. */
async function runParallel(
  call: CrmCall,
  requests: readonly (SubRequest | ErrorBody)[],
  { answers, bodies }: Progress,
): Promise<void> {
  const done = new Map<string, Promise<void>>();
  const start = (request: SubRequest | ErrorBody, index: number): Promise<void> => {
    const id = 'code' in request ? `${index}!` : request.id;
    const known = done.get(id);
    if (known) return known;
    const running = (async () => {
      if (!('code' in request)) {
        const needed = requests.flatMap((each, place) =>
          !('code' in each) && request.needs.has(each.id) ? [start(each, place)] : [],
        );
        await Promise.all(needed);
      }
      answers[index] = (await runOne(call, request, call.store, bodies)).answer;
    })();
    done.set(id, running);
    return running;
  };
  await Promise.all(requests.map(start));
}

async function runOne(
  call: CrmCall,
  request: SubRequest | ErrorBody,
  store: CrmStore,
  bodies: Map<string, unknown>,
): Promise<{ readonly answer: SubAnswer; readonly failed: boolean }> {
  if ('code' in request) return { answer: request, failed: true };
  const refused = (code: 'INVALID_REFERENCE' | 'REQUEST_TIMEOUT' | 'NOT_SUPPORTED', details: object = {}) => ({
    answer: errorBody(code, { sub_request_id: request.id, ...details }),
    failed: true,
  });
  let sub: ReturnType<typeof fill>;
  try {
    sub = fill(request, bodies);
  } catch (error) {
    if (error instanceof MissingReference) return refused('INVALID_REFERENCE', { reference: error.text });
    throw error;
  }
  if (!call.dispatch) throw new Error('a composite request needs a dispatcher');
  const answer = await call.dispatch({ ...sub, store });
  if (typeof answer === 'string') return refused(answer);
  const body = answer.text === undefined ? (answer.json ?? null) : JSON.parse(answer.text);
  bodies.set(request.id, body);
  const headers = body === null ? {} : { 'Content-Type': 'application/json;charset=utf-8' };
  return {
    answer: {
      code: 'SUCCESS',
      details: { response: { status_code: answer.status, headers, body } },
      message: 'composite sub request executed successfully',
      status: 'success',
    },
    failed: answer.status >= 400 || (answer.failures ?? []).length > 0,
  };
}

/** The sub-request as a call, with what its references stand for. @throws MissingReference */
function fill(request: SubRequest, bodies: ReadonlyMap<string, unknown>) {
  const uri = resolveReferences(request.uri, bodies, encodeReference) as string;
  const end = uri.indexOf('?');
  const query = new URLSearchParams(end < 0 ? '' : uri.slice(end + 1));
  for (const [name, value] of Object.entries(resolveReferences(request.params, bodies) as object)) {
    query.set(name, Array.isArray(value) ? value.join(',') : isJsonObject(value) ? writeJson(value) : String(value));
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = String(value);
  const body = resolveReferences(request.body, bodies);
  return {
    method: request.method,
    path: end < 0 ? uri : uri.slice(0, end),
    query,
    headers,
    body: body === undefined || body === null ? Buffer.alloc(0) : Buffer.from(writeJson(body)),
  };
}

function answered(status: number, answers: readonly SubAnswer[]): CrmAnswer {
  const failures = answers.filter((answer): answer is ErrorBody => answer.status === 'error');
  return { status, json: { __composite_requests: answers }, failures };
}
