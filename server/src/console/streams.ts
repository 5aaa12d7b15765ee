import { ConsoleFailure } from './failure.ts';
import type { ConsoleCall } from './route.ts';
import { type ConsoleSession, findSession } from './sessions.ts';

const pollMs = 1_000;
/** Whether the session still lives is looked at once in so many polls; then something is sent, too. */
const pollsPerCheck = 5;
/** Browsers open six connections to an origin over HTTP/1.1; calls need some of them. */
const mostPerSession = 6;
const mostPerProcess = 1_000;

interface Stream {
  readonly session: string;
  readonly end: () => void;
}

/** What a stream has to tell: each message becomes the `data` of one event. */
export type Poll = () => Promise<readonly unknown[]>;

/**
 * The server-sent events (HTML Living Standard §9.2) of one console: a bounded number of streams for each session and in
 * all, each looking for news in turn; all of a session end with it.
 */
export class Streams {
  readonly #open = new Set<Stream>();

  /**
   * Answers the call with a stream that tells what `poll` finds, until the browser goes away or its session ends.
   * @throws ConsoleFailure 429 when there are too many.
   */
  open(call: ConsoleCall, poll: Poll): void {
    const { context, session, request, reply } = call;
    const key = keyOf(session);
    const own = [...this.#open].filter((each) => each.session === key).length;
    if (own >= mostPerSession || this.#open.size >= mostPerProcess) {
      throw new ConsoleFailure(429, 'TOO_MANY_STREAMS', `At most ${mostPerSession} streams can be open in a browser.`);
    }
    const headers = reply.getHeaders();
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } as never);
    raw.write(': begin\n\n');
    let timer: NodeJS.Timeout | undefined;
    let polls = 0;
    const stream: Stream = { session: key, end: () => raw.end() };
    const turn = async (): Promise<void> => {
      polls++;
      if (polls % pollsPerCheck === 0) {
        if (!(await findSession(context, request, { watching: true }))) return stream.end();
        raw.write(': alive\n\n');
      }
      // A browser that does not read gets nothing more until it does.
      if (raw.writableNeedDrain) return;
      for (const message of await poll()) raw.write(`data: ${JSON.stringify(message)}\n\n`);
    };
    const go = () => {
      timer = setTimeout(() => {
        // The browser asks again by itself.
        turn().then(
          () => raw.writableEnded || raw.destroyed || go(),
          () => raw.destroy(),
        );
      }, pollMs);
    };
    this.#open.add(stream);
    raw.on('close', () => {
      clearTimeout(timer);
      this.#open.delete(stream);
    });
    go();
  }

  /** Ends them all: the process is about to end. Browsers begin them anew by themselves. */
  endAll(): void {
    for (const stream of this.#open) stream.end();
  }

  /** Ends the streams of sessions that are over; others in other processes end when they are next looked at. */
  endOf(session: ConsoleSession): void {
    for (const stream of this.#open) if (stream.session === keyOf(session)) stream.end();
  }
}

/** All sessions of a browser's sign-in together. */
function keyOf(session: ConsoleSession): string {
  return session.accountsSessionHash.toString('hex');
}
