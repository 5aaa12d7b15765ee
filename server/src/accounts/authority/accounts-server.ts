import { createStatementQueue, type StatementQueue } from '../../database/statement-queue.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import type { ResourceServerCredential } from './credential.ts';
import { authorityPath, mostItems, type Question, type Questions, readAnswers } from './wire.ts';

/** Requests of one kind that are under way at once; what comes meanwhile shares the next. */
const mostRequests = 4;
/** Questions of one kind that may wait; what comes then is refused at once. */
const mostWaiting = 10_000;
const answerTimeoutMs = 5_000;
/** What a proxy says of a process that is gone. */
const badGateway = 502;
/** Bytes of items in one request: the accounts server reads bodies of up to 64 KiB. */
const mostBytes = 48 * 1024;

/**
 * The accounts server of a data centre, asked over HTTP: questions of one moment share a request, connections stay open, and
 * what it does not answer is `Unavailable`. One that hangs is asked by one request at a time until it answers again; the
 * rest is refused without waiting.
 */
export class AccountsServer {
  readonly origin: string;
  readonly credential: ResourceServerCredential;
  readonly #queues = new Map<Question, StatementQueue<unknown, unknown>>();
  readonly #answerTimeoutMs: number;
  #waiting = 0;
  #underWay = 0;
  #hangs = false;

  constructor(options: {
    readonly origin: string;
    readonly credential: ResourceServerCredential;
    /** Longest wait for an answer; default: five seconds. */
    readonly answerTimeoutMs?: number;
  }) {
    this.#answerTimeoutMs = options.answerTimeoutMs ?? answerTimeoutMs;
    this.origin = options.origin;
    this.credential = options.credential;
  }

  /** @throws Unavailable */
  async ask<Asked extends Question>(
    question: Asked,
    item: Questions[Asked]['item'],
  ): Promise<Questions[Asked]['answer']> {
    if (this.#hangs && this.#underWay > 0) throw this.#unavailable('it hangs');
    if (this.#waiting >= mostWaiting) throw this.#unavailable('too many questions wait for it');
    this.#waiting++;
    try {
      return (await this.#queueOf(question).submit(item)) as Questions[Asked]['answer'];
    } finally {
      this.#waiting--;
    }
  }

  #queueOf(question: Question): StatementQueue<unknown, unknown> {
    const known = this.#queues.get(question);
    if (known) return known;
    const queue = createStatementQueue<unknown, unknown>({
      run: async (items) => (await Promise.all(pieces(items).map((piece) => this.#send(question, piece)))).flat(),
      maxJobs: mostItems,
      maxStatements: mostRequests,
    });
    this.#queues.set(question, queue);
    return queue;
  }

  async #send(question: Question, items: readonly unknown[]): Promise<readonly unknown[]> {
    const body = JSON.stringify({ question, items });
    this.#underWay++;
    try {
      const { status, text } = await this.#postTwice(question, body);
      this.#hangs = false;
      if (status !== 200) throw this.#unavailable(meaningOf(status));
      const answers = readAnswers(question, text, items.length);
      if (!answers) throw this.#unavailable('its answer is not one of an accounts server');
      return answers;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      if (isSilence(error)) this.#hangs = true;
      throw this.#unavailable(
        isSilence(error) ? `nothing in ${this.#answerTimeoutMs / 1000} seconds` : reasonOf(error),
        error,
      );
    } finally {
      this.#underWay--;
    }
  }

  /**
   * Once more, where the connection broke or a gateway says so: the other side closed it meanwhile, or a process ended and there
   * is another. A proof that was taken would be refused the second time.
   */
  async #postTwice(question: Question, body: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const answer = await this.#post(body);
      return answer.status === badGateway && question !== 'proof' ? await this.#post(body) : answer;
    } catch (error) {
      if (isSilence(error) || (question === 'proof' && !isRefusedConnection(error))) throw error;
      return this.#post(body);
    }
  }

  async #post(body: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.origin}${authorityPath}`, {
      method: 'POST',
      redirect: 'error',
      headers: { authorization: await this.credential.header(), 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(this.#answerTimeoutMs),
    });
    return { status: response.status, text: await response.text() };
  }

  /**
   * The lines of the stream of changes, until it ends or `signal` aborts.
   * @throws Unavailable, or what broke the stream.
   */
  async *changes(signal: AbortSignal): AsyncGenerator<string> {
    const response = await fetch(`${this.origin}${authorityPath}`, {
      redirect: 'error',
      headers: { authorization: await this.credential.header() },
      signal,
    });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw this.#unavailable(meaningOf(response.status));
    }
    let rest = '';
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${piece}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  }

  #unavailable(reason: string, cause: unknown = {}): Unavailable {
    return new Unavailable(`the accounts server at ${this.origin} does not answer: ${reason}`, cause);
  }
}

function meaningOf(status: number): string {
  if (status !== 404) return `status ${status}`;
  return 'it takes this process for none of its platform; GRANTWAY_SECRET_KEY and the time must be the same there';
}

/** What broke a request, in the words of the system. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message: string };
  return cause?.code ?? cause?.message ?? message;
}

const isSilence = (error: unknown): boolean => (error as { name?: string }).name === 'TimeoutError';
const isRefusedConnection = (error: unknown): boolean => reasonOf(error) === 'ECONNREFUSED';

/** Parts of the items that fit one request each. */
function pieces(items: readonly unknown[]): unknown[][] {
  const found: unknown[][] = [[]];
  let bytes = 0;
  for (const item of items) {
    const length = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > 0 && bytes + length > mostBytes) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(item);
    bytes += length;
  }
  return found;
}
