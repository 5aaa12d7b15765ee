import type { FastifyInstance } from 'fastify';
import { UsableFailure } from '../foundation/failure.ts';

/** Binds all listeners. Throws UsableFailure naming the first port that cannot be had. */
export async function listenAll(
  listeners: readonly {
    readonly app: FastifyInstance;
    readonly port: number;
    readonly host: string;
    readonly label: string;
  }[],
): Promise<void> {
  const results = await Promise.allSettled(listeners.map(({ app, port, host }) => app.listen({ port, host })));
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') return;
    const { port, host, label } = listeners[index] as (typeof listeners)[number];
    const { code, message } = result.reason as { code?: string; message: string };
    if (code === 'EADDRINUSE') {
      throw new UsableFailure(
        `port ${port} (${label}) is in use; end the program that holds it, or choose other ports with --base-port`,
      );
    }
    if (code === 'EACCES')
      throw new UsableFailure(
        `port ${port} (${label}) may not be used by this user; choose other ports with --base-port`,
      );
    if (code === 'EADDRNOTAVAIL')
      throw new UsableFailure(`the address ${host} (${label}) is not one of this machine; check listenHost`);
    throw new UsableFailure(`port ${port} (${label}) cannot be used: ${message}`);
  });
}
