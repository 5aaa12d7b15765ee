import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { proofAlgorithms } from '../../oauth/dpop.ts';
import { standardPath } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { schemeOf, type TokenGrant } from '../../oauth/token-authority.ts';
import type { AccountsContext } from '../context.ts';
import { identityClaims } from '../identity/identity-claims.ts';
import { presentationFault } from '../identity/presentation.ts';
import { findUser } from '../users.ts';
import { sendJson } from '../wire/send-json.ts';
import { standardErrorOf } from '../wire/standard-error.ts';
import { allowPageOfToken } from './cross-origin.ts';

const headerPattern = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * `/oauth2/userinfo` (OpenID Connect Core §5.3), for tokens with the scope `openid`. Refusals are those of RFC 6750 §3:
 * without a token the challenge alone, else its error in the challenge and in the body.
 */
export function registerStandardUserInfo(app: FastifyInstance, context: AccountsContext): void {
  app.route({
    method: ['GET', 'POST'],
    url: `${standardPath}/userinfo`,
    handler: async (request, reply) => {
      const [, name, token] = headerPattern.exec(request.headers.authorization ?? '') ?? [];
      const scheme = name?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer';
      if (token === undefined) return refuse(context, request, reply, { outcome: 'AuthorizationHeaderMissing' });
      const check = await context.authority.check(token);
      const masked = { token: maskSecret(token) };
      if (!check.grant) {
        const { explanation } = check;
        return refuse(context, request, reply, {
          outcome: check.refusal,
          detail: masked,
          ...(explanation && { explanation }),
        });
      }
      const { grant } = check;
      allowPageOfToken(context, request, reply, grant.javascriptDomains);
      const fault = await presentationFault(context, request, grant, { accessToken: token, scheme });
      if (fault) return refuse(context, request, reply, { ...fault, detail: { ...masked, ...fault.detail } }, grant);
      if (!grant.scopes.has('openid')) {
        const detail = { ...masked, held: grant.scopes.toString(), needed: 'openid' };
        return refuse(context, request, reply, { outcome: 'ScopeInsufficient', detail }, grant);
      }
      const user = await findUser(context.database, { userId: grant.userId });
      if (!user?.active) return refuse(context, request, reply, { outcome: 'TokenRevoked', detail: masked }, grant);
      const { clientId, userId } = grant;
      context.events.record({ kind: 'userinfo', outcome: 'Success', clientId, userId, requestId: request.id });
      return sendJson(reply, 200, identityClaims(user, grant.scopes));
    },
  });
}

function refuse(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  grant?: TokenGrant,
): FastifyReply {
  const { outcome, detail, explanation } = refusal;
  context.events.record({
    kind: 'userinfo',
    outcome,
    clientId: grant?.clientId ?? null,
    userId: grant?.userId ?? null,
    requestId: request.id,
    ...(detail && { detail }),
    ...(explanation && { explanation }),
  });
  if (outcome === 'AuthorizationHeaderMissing') {
    return reply.code(401).headers({ 'www-authenticate': 'Bearer', 'cache-control': 'no-store' }).send();
  }
  // Whatever ended a token, its holder learns that it is invalid (RFC 6750 §3.1).
  const narrow = outcome === 'ScopeInsufficient';
  const ofProof = outcome === 'ProofInvalid' || outcome === 'ProofNonceNeeded';
  const { description, error } = standardErrorOf(narrow || ofProof ? outcome : 'TokenUnknown');
  const scope = narrow ? ', scope="openid"' : '';
  const bound = ofProof || (grant !== undefined && schemeOf(grant) === 'DPoP');
  const algorithms = bound ? `, algs="${proofAlgorithms.join(' ')}"` : '';
  if (outcome === 'ProofNonceNeeded') reply.header('dpop-nonce', context.proofs.nonce());
  const told = `error="${error}", error_description="${description}"${scope}${algorithms}`;
  reply.header('www-authenticate', `${bound ? 'DPoP' : 'Bearer'} ${told}`);
  return sendJson(reply, narrow ? 403 : 401, { error, error_description: description });
}
