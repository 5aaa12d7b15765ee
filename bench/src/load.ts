import { connect, type Socket } from 'node:net';

/**
 * A load generator for loopback: each connection sends its next request when the answer to the last one is complete. It
 * writes and reads HTTP/1.1 on bare sockets, so that it takes as little as possible from the machine that it shares
 * with the measured server, the same for every server; and it measures in fractions of a millisecond.
 */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** The next request, whole; undefined when there are none left, which ends the measurement. */
  readonly next: () => string | undefined;
  /** What the body of every answer must contain. */
  readonly expected: string;
  /** A status that is counted apart, as a refusal, and whose connection goes on. */
  readonly refusal?: number;
  /** Told of every expected answer, whole, before its connection asks for its next request. */
  readonly answered?: (answer: string) => void;
  /** In place of single requests: something that takes several, and throws when it does not succeed. */
  readonly attempt?: () => Promise<void>;
}

/** What one slice of time brought. */
export interface Slice {
  readonly latenciesMs: readonly number[];
  readonly countedMs: number;
  /** Answers that were not the expected one, with the first of them. */
  readonly errors: number;
  readonly firstError: string | undefined;
  readonly refused: number;
}

export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  readonly refused: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);

export async function measure(load: Load): Promise<Slice> {
  const latencies: number[] = [];
  const beganAt = performance.now();
  const countFrom = beganAt + load.warmUpSeconds * 1000;
  const stopAt = countFrom + load.seconds * 1000;
  let lastAt = countFrom;
  let errors = 0;
  let refused = 0;
  let firstError: string | undefined;
  let dry = false;
  const expected = Buffer.from(load.expected);
  const refusal = load.refusal === undefined ? undefined : Buffer.from(`HTTP/1.1 ${load.refusal}`);

  const fail = (what: string) => {
    errors++;
    firstError ??= what.slice(0, 500);
  };

  const drive = (socket: Socket): Promise<void> =>
    new Promise((resolve) => {
      let sentAt = 0;
      let buffered: Buffer = nothing;
      const send = () => {
        sentAt = performance.now();
        const request = sentAt >= stopAt || dry ? undefined : load.next();
        if (request !== undefined) return socket.write(request);
        dry ||= sentAt < stopAt;
        socket.destroy();
        return resolve();
      };
      socket.setNoDelay(true);
      socket.once('connect', send);
      socket.on('error', (error) => {
        fail(error.message);
        resolve();
      });
      socket.on('close', resolve);
      socket.on('data', (chunk: Buffer) => {
        buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
        const end = answerEnd(buffered);
        if (end === undefined || buffered.length < end) return;
        const now = performance.now();
        if (refusal && buffered.length === end && buffered.subarray(0, refusal.length).equals(refusal)) refused++;
        else if (
          buffered.length > end ||
          !buffered.subarray(0, 12).equals(okStatus(buffered)) ||
          !buffered.includes(expected)
        )
          fail(buffered.toString('utf8'));
        else {
          if (sentAt >= countFrom) {
            latencies.push(now - sentAt);
            lastAt = now;
          }
          load.answered?.(buffered.toString('utf8'));
        }
        buffered = nothing;
        send();
      });
    });

  const repeat = async (attempt: () => Promise<void>) => {
    while (performance.now() < stopAt) {
      const startedAt = performance.now();
      try {
        await attempt();
        const now = performance.now();
        // One takes a good part of the time of a slice: those under way at its start count, as those at its end do.
        if (now < countFrom) continue;
        lastAt = now;
        latencies.push(now - startedAt);
      } catch (error) {
        fail(String(error));
      }
    }
  };

  const { attempt } = load;
  const lanes = Array.from({ length: load.connections }, () =>
    attempt ? repeat(attempt) : drive(connect(load.port, '127.0.0.1')),
  );
  await Promise.all(lanes);
  return { latenciesMs: latencies, countedMs: Math.max(1, lastAt - countFrom), errors, firstError, refused };
}

export function summarize(slices: readonly Slice[]): Measurement {
  const latencies = slices.flatMap((slice) => slice.latenciesMs).sort((a, b) => a - b);
  const countedMs = slices.reduce((sum, slice) => sum + slice.countedMs, 0);
  return {
    requestsPerSecond: (latencies.length * 1000) / countedMs,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    errors: slices.reduce((sum, slice) => sum + slice.errors, 0),
    firstError: slices.find((slice) => slice.firstError !== undefined)?.firstError,
    refused: slices.reduce((sum, slice) => sum + slice.refused, 0),
  };
}

const ok = [Buffer.from('HTTP/1.1 200'), Buffer.from('HTTP/1.1 201')] as const;

/** The status that the answer should begin with: either of the two good ones. */
function okStatus(answer: Buffer): Buffer {
  return answer[11] === 0x31 ? ok[1] : ok[0];
}

const lastChunk = Buffer.from('0\r\n\r\n');

/** How long the answer is in all, once that is known. Bodies have a stated length or come in chunks without trailers. */
function answerEnd(answer: Buffer): number | undefined {
  const end = answer.indexOf(headEnd);
  if (end === -1) return undefined;
  const head = answer.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    return answer.subarray(-lastChunk.length).equals(lastChunk) ? answer.length : undefined;
  }
  // Without a length there is no telling where it ends: the answer counts as a whole, and as an error if it is none.
  return length === undefined ? answer.length : end + headEnd.length + Number(length);
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** One request as text. Bodies are ASCII. */
export function request(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === '' ? '' : `content-length: ${body.length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n${body}`;
}
