import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface OddRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** How to answer: `drop` reads the request and cuts the connection. */
export type OddAnswer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }
  | 'drop';

export interface OddServer {
  readonly origin: string;
  readonly requests: OddRequest[];
  /** The next answers, in order; then `otherwise`. */
  readonly answers: OddAnswer[];
  otherwise: (request: OddRequest) => OddAnswer;
  stop(): Promise<void>;
}

/** A server for answers that the platform never gives: lost ones, cut ones, those of proxies. */
export async function startOddServer(): Promise<OddServer> {
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const asked = { method, path: url, headers, body: await text(request) };
    odd.requests.push(asked);
    const answer = odd.answers.shift() ?? odd.otherwise(asked);
    if (answer === 'drop') request.socket.destroy();
    else
      response
        .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
        .end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const odd: OddServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answers: [],
    otherwise: () => ({ body: '{}' }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return odd;
}
