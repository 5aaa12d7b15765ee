import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that stands before the accounts server at this origin, or in its place. */
export async function standIn(
  accounts: string,
  handle: (path: string, method: string) => Promise<Response> | 'pass' | 'hang' | 'cut',
) {
  const requests: string[] = [];
  const server: Server = createServer(async (request, response) => {
    requests.push(request.method ?? '');
    const body = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const what = handle(request.url ?? '', request.method ?? '');
    if (what === 'hang') return;
    if (what === 'cut') return void request.socket.destroy();
    const { authorization = '' } = request.headers;
    const answer =
      what === 'pass'
        ? await fetch(`${accounts}${request.url}`, {
            method: 'POST',
            headers: { authorization },
            body: Buffer.concat(body),
          })
        : await what;
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
