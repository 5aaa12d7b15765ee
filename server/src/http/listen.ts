import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ListeningPlace } from '../config/listening-places.ts';
import { UsableFailure } from '../foundation/failure.ts';

/** Binds all listeners. Throws UsableFailure naming the first port that cannot be had. */
export async function listenAll(
  listeners: readonly (ListeningPlace & { readonly app: FastifyInstance })[],
): Promise<void> {
  for (const { app } of listeners) watchConnections(app.server);
  const results = await Promise.allSettled(listeners.map(({ app, port, host }) => app.listen({ port, host })));
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') return;
    throw portFailure(result.reason, listeners[index] as ListeningPlace);
  });
}

/** Throws UsableFailure naming the first place where nothing can listen now. For a start that has not made anything yet. */
export async function checkPlaces(places: readonly ListeningPlace[]): Promise<void> {
  const results = await Promise.allSettled(places.map(tryPlace));
  results.forEach((result, index) => {
    if (result.status === 'rejected') throw portFailure(result.reason, places[index] as ListeningPlace);
  });
}

async function tryPlace({ port, host }: ListeningPlace): Promise<void> {
  // Whoever connects meanwhile is as early as a moment before.
  const server = new NetServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ port, host }, resolve));
  await new Promise((resolve) => server.close(resolve));
}

const pollMs = 20;
/** How long a connection that was just taken may need until its request arrives. */
const firstRequestMs = 500;

/** The connections of a server that have brought no request yet. */
const unused = new WeakMap<Server, Set<Socket>>();

function watchConnections(server: Server): void {
  const sockets = new Set<Socket>();
  unused.set(server, sockets);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', ({ socket }) => sockets.delete(socket));
}

/**
 * Takes no more connections, and waits until those that are there have got their answers, at most `graceMs`. What is
 * still open after that is cut by `app.close()`.
 */
export async function finishAnswers(app: FastifyInstance, graceMs: number): Promise<void> {
  const { server } = app;
  if (!server.listening) return;
  // Not the server's own `close`, which cuts connections that are about to bring a request.
  NetServer.prototype.close.call(server);
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));
  for (let waitedMs = 0; waitedMs < graceMs && (await open()) > 0; waitedMs += pollMs) {
    // A request that is on its way already still finds its connection.
    await delay(pollMs);
    // One whose answer has gone out would wait for another request.
    if (waitedMs >= firstRequestMs || !unused.get(server)?.size) server.closeIdleConnections();
  }
}

/** The failure of a listener in a sentence that says what to do; any other failure stays as it is. */
export function portFailure(error: unknown, { port, host, label }: ListeningPlace): Error {
  const { code, message, syscall } = error as { code?: string; message: string; syscall?: string };
  if (code === 'EADDRINUSE') {
    return new UsableFailure(
      `port ${port} (${label}) is in use; end the program that holds it, or choose other ports with --base-port`,
    );
  }
  if (code === 'EACCES')
    return new UsableFailure(
      `port ${port} (${label}) may not be used by this user; choose other ports with --base-port`,
    );
  if (code === 'EADDRNOTAVAIL')
    return new UsableFailure(`the address ${host} (${label}) is not one of this machine; check listenHost`);
  if (syscall === 'getaddrinfo')
    return new UsableFailure(
      `listenHost: expected an address of this machine for ${label}, got "${host}", which is not found`,
    );
  if (syscall === 'listen') return new UsableFailure(`port ${port} (${label}) cannot be used: ${message}`);
  return error as Error;
}
