import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeNotices } from '../../database/change-notices.ts';
import type { Database } from '../../database/database.ts';
import { clientTopic } from '../../directory/clients.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import { allTokensTopic, type LocalTokenAuthority, tokenTopic } from '../store/token-authority.ts';
import { takeProof } from '../store/used-proofs.ts';
import type { ResourceServerCredential } from './credential.ts';
import { authorityPath, heartbeatMs, type Question, type Questions, readQuestion, writeCheck } from './wire.ts';

/** What a reader that is slow may have waiting for it; beyond that it has to begin anew. */
const mostWaitingBytes = 1_000_000;

interface Served {
  readonly authority: LocalTokenAuthority;
  readonly database: Database;
  readonly credential: ResourceServerCredential;
  /** Of the data centre, and of the directory. */
  readonly notices: ChangeNotices;
  readonly directoryNotices: ChangeNotices;
  /** Aborts when the process is about to end. */
  readonly draining: AbortSignal;
}

/**
 * Answers the resource servers of this platform that run elsewhere (`RemoteTokenAuthority`). Not a part of the wire: whoever
 * is none of them gets what any path gets that is not there.
 */
export function serveTokenAuthority(app: FastifyInstance, served: Served): void {
  const changes = new Changes(served);
  const answer = answerWith(served);
  app.all(authorityPath, { exposeHeadRoute: false }, async (request, reply) => {
    const known = await served.credential.isGenuine(request.headers.authorization);
    if (!known || !['GET', 'POST'].includes(request.method)) return reply.callNotFound();
    return request.method === 'GET' ? changes.tell(reply) : ask(answer, request, reply);
  });
}

type Answer = <Asked extends Question>(
  question: Asked,
  item: Questions[Asked]['item'],
) => Promise<Questions[Asked]['answer']>;

/** Statements of the items of a request are shared, as those of any requests of the same moment are. */
function answerWith({ authority, database }: Served): Answer {
  const answers: { [Asked in Question]: (item: Questions[Asked]['item']) => Promise<Questions[Asked]['answer']> } = {
    // Not from memory: the resource server remembers by itself, and what it learns must be newer than the last notice.
    check: async (token) => writeCheck(await authority.checkStored(token)),
    explain: async (token) => (await (await authority.checkStored(token)).explanation?.()) ?? null,
    origin: (origin) => authority.allowsOrigin(origin),
    proof: ({ name, expiresAtMs }) => takeProof(database, name, expiresAtMs),
  };
  return (question, item) => answers[question](item);
}

async function ask(answer: Answer, { body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.type('application/json;charset=utf-8').header('cache-control', 'no-store');
  const asked = readQuestion(body as Buffer | undefined);
  if (!asked) return reply.code(400).send('{"error":"invalid_request"}');
  try {
    const answers = await Promise.all(asked.items.map((item) => answer(asked.question, item)));
    return reply.send(JSON.stringify({ answers }));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    reply.code(503).header('retry-after', String(error.retryAfterSeconds));
    return reply.send('{"error":"temporarily_unavailable"}');
  }
}

/** Tells resource servers, as long as they listen, which tokens and clients changed. */
class Changes {
  readonly #listeners = new Set<ServerResponse>();
  readonly #draining: AbortSignal;

  constructor({ notices, directoryNotices, draining }: Served) {
    this.#draining = draining;
    const reset = () => this.#send({ reset: true });
    for (const topic of [tokenTopic, allTokensTopic]) {
      notices.subscribe(topic, { changed: (key) => this.#send({ notice: `${topic}:${key}` }), reset });
    }
    // While the directory is away nothing changes there.
    const lost = () => {};
    const changed = (key: string) => this.#send({ notice: `${clientTopic}:${key}` });
    directoryNotices.subscribe(clientTopic, { changed, reset, lost });
    const end = () => {
      for (const listener of this.#listeners) listener.end();
    };
    draining.addEventListener('abort', end);
  }

  tell(reply: FastifyReply): FastifyReply {
    const headers = reply.getHeaders();
    reply.hijack();
    const { raw } = reply;
    const own = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    raw.writeHead(200, { ...headers, ...own } as never);
    this.#listeners.add(raw);
    // What changed before this is not told.
    write(raw, { reset: true });
    const timer = setInterval(() => write(raw, {}), heartbeatMs).unref();
    raw.on('close', () => {
      clearInterval(timer);
      this.#listeners.delete(raw);
    });
    if (this.#draining.aborted) raw.end();
    return reply;
  }

  #send(change: object): void {
    for (const listener of this.#listeners) write(listener, change);
  }
}

function write(listener: ServerResponse, change: object): void {
  if (listener.writableEnded || listener.destroyed) return;
  if (listener.writableLength > mostWaitingBytes) listener.destroy();
  else listener.write(`${JSON.stringify(change)}\n`);
}
