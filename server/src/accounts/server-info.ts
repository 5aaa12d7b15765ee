import type { FastifyInstance } from 'fastify';
import type { AccountsContext } from './context.ts';

/** `GET /oauth/serverinfo` (reference §5): the data centres of this realm and their accounts servers. Public. */
export function registerServerInfo(app: FastifyInstance, context: AccountsContext): void {
  const locations = Object.fromEntries(
    context.topology.realmOf(context.dataCenter).map((dataCenter) => [dataCenter.id, dataCenter.origins.accounts]),
  );
  const body = JSON.stringify({ result: 'success', locations });
  app.get('/oauth/serverinfo', (_request, reply) =>
    reply.headers({ 'content-type': 'application/json;charset=UTF-8', 'access-control-allow-origin': '*' }).send(body),
  );
}
