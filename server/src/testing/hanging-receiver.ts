import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP receiver that takes calls and answers when it is told to, if ever. */
export interface HangingReceiver extends AsyncDisposable {
  readonly url: string;
  /** Calls that wait for their answer. */
  readonly open: number;
  /** Most of them at the same time so far. */
  readonly mostOpen: number;
}

export async function startHangingReceiver(): Promise<HangingReceiver> {
  const open = new Set<ServerResponse>();
  let mostOpen = 0;
  const server = createServer((request, response) => {
    request.resume();
    open.add(response);
    mostOpen = Math.max(mostOpen, open.size);
    response.once('close', () => open.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    get open() {
      return open.size;
    },
    get mostOpen() {
      return mostOpen;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A receiver that answers at once and remembers the bodies. */
export async function startReceiver(): Promise<AsyncDisposable & { readonly url: string; readonly bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await Array.fromAsync(request)).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
