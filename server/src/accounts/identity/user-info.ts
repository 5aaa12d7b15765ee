import type { FastifyInstance } from 'fastify';
import { isReading } from '../../http/methods.ts';
import type { AccountsContext } from '../context.ts';
import { sendJson, sendRefusal } from '../wire/send-json.ts';
import { admitBearer, type BearerDialect } from './bearer.ts';
import { asksForIdentity, displayName, identityClaims, identityScopes } from './identity-claims.ts';

const profileScope = 'AaaServer.profile.READ';

const legacyDialect: BearerDialect = {
  kind: 'user-info',
  invalidToken: 'INVALID_OAUTHTOKEN',
  insufficientScope: 'INVALID_OAUTHSCOPE',
  neededScopes: [profileScope],
  allows: ({ scopes }) => scopes.covers(profileScope),
};

/** OpenID Connect's own scopes; the phone number is one of them, although nobody has one here. */
const openIdDialect: BearerDialect = {
  kind: 'userinfo',
  invalidToken: 'invalid_token',
  insufficientScope: 'invalid_token',
  neededScopes: identityScopes,
  allows: ({ scopes }) => asksForIdentity(scopes) || scopes.has('phone'),
};

/**
 * Who the user of an access token is: `GET /oauth/user/info` in the platform's old words (reference §4.1) and
 * `/oauth/v2/userinfo` (§4.2, OpenID Connect Core §5.3). Neither sends CORS headers: browser apps have to ask their own
 * server, as with the original.
 */
export function registerUserInfo(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/user/info', async (request, reply) => {
    if (!isReading(request.method)) {
      const detail = { came: request.method, expected: 'GET' };
      return sendRefusal(context, request, reply, null, { outcome: 'MethodNotAllowed', detail }, legacyDialect.kind);
    }
    const admitted = await admitBearer(context, request, reply, legacyDialect);
    if (!admitted) return reply;
    const { user } = admitted;
    return sendJson(reply, 200, {
      First_Name: user.firstName,
      Email: user.email,
      Last_Name: user.lastName,
      Display_Name: displayName(user),
      ZUID: Number(user.userId),
    });
  });

  app.all('/oauth/v2/userinfo', async (request, reply) => {
    if (!isReading(request.method) && request.method !== 'POST') {
      const detail = { came: request.method, expected: ['GET', 'POST'] };
      return sendRefusal(context, request, reply, null, { outcome: 'MethodNotAllowed', detail }, openIdDialect.kind);
    }
    const admitted = await admitBearer(context, request, reply, openIdDialect);
    if (!admitted) return reply;
    return sendJson(reply, 200, identityClaims(admitted.user, admitted.grant.scopes));
  });
}
