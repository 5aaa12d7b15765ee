import type { FastifyInstance } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import { isCredential } from '../../oauth/formats.ts';
import { standardPath } from '../../oauth/issuer.ts';
import type { AccountsContext } from '../context.ts';
import { endAccessToken, endRefreshToken } from '../store/end-tokens.ts';
import { registerCall } from './call.ts';

/**
 * `POST /oauth2/revoke` (RFC 7009): ends a token of the calling client. The hint is only one (§2.1); of tokens that are
 * unknown, ended or another client's the answer is the same 200 (§2.2), and nothing happens.
 */
export function registerStandardRevoke(app: FastifyInstance, context: AccountsContext): void {
  const { database, events, notices, slots } = context;
  registerCall(app, context, `${standardPath}/revoke`, 'revoke', async ({ client, parameters, reply, request }) => {
    const token = parameters.get('token');
    if (!token) return { outcome: 'RevokedTokenMissing' };
    const { clientId } = client;
    const ended =
      (await endRefreshToken(database, notices, isCredential(token) ? slots.placeOf(token) : undefined, clientId)) ||
      (await endAccessToken(database, notices, await context.presented.placeOf(token), clientId));
    events.record({
      kind: 'revoke',
      outcome: ended ? 'Success' : 'RevokedTokenUnknown',
      clientId,
      requestId: request.id,
      detail: { token: maskSecret(token) },
      keys: [credentialKey(token)],
    });
    return reply.code(200).header('cache-control', 'no-store').send();
  });
}
