import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';

/** A real PostgreSQL behind a TCP port of its own, which can stop forwarding, or be gone, while everything else goes on. */
export interface DatabaseProxy extends AsyncDisposable {
  readonly url: string;
  /** Connections stay open, new ones are taken, and nothing passes any more, as with a server that hangs. */
  hang(): void;
  /** Connections break, and new ones are refused, as with a server that is down. */
  goDown(): Promise<void>;
  /** Connections break, and new ones lead to another server. */
  leadTo(connection: ClientConfig): void;
  /** Everything passes again; what was held back since `hang` as well. */
  restore(): Promise<void>;
}

export async function startDatabaseProxy(connection: ClientConfig): Promise<DatabaseProxy> {
  const socketOf = ({ host }: ClientConfig) => join(String(host), '.s.PGSQL.5432');
  let socketFile = socketOf(connection);
  const pairs = new Set<readonly [Socket, Socket]>();
  let hung = false;
  const open = (client: Socket): void => {
    const server = connect(socketFile);
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', (data) => to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
      if (hung) from.pause();
    }
  };
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const listening = createServer(open);
      listening.once('error', reject).listen(port, '127.0.0.1', () => resolve(listening));
    });
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closing = server;
    server = undefined;
    const closed = closing && new Promise((resolve) => closing.close(resolve));
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    await closed;
  };
  return {
    url: `postgres://${connection.user}@127.0.0.1:${port}/${connection.database}`,
    hang() {
      hung = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    goDown: close,
    leadTo(other) {
      socketFile = socketOf(other);
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    async restore() {
      hung = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
      server ??= await listen(port);
    },
    [Symbol.asyncDispose]: close,
  };
}
