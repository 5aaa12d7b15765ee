import type { FastifyInstance } from 'fastify';
import { standardPath } from '../../oauth/issuer.ts';
import type { AccountsContext } from '../context.ts';
import { answerIntrospection } from '../identity/introspect.ts';
import { TokenInspector } from '../identity/introspected-token.ts';
import { registerCall } from './call.ts';

/** `POST /oauth2/introspect` (RFC 7662): the caller must prove itself, so that nobody can try tokens (§4). */
export function registerStandardIntrospect(app: FastifyInstance, context: AccountsContext): void {
  const inspector = new TokenInspector(context);
  registerCall(app, context, `${standardPath}/introspect`, 'introspect', async (call) => {
    const { client, parameters, proven, reply, request } = call;
    if (!proven) return { outcome: 'SecretMissing' };
    const token = parameters.get('token');
    if (!token) return { outcome: 'IntrospectedTokenMissing' };
    return answerIntrospection(context, request, reply, { inspector, token, caller: client, dialect: 'standard' });
  });
}
