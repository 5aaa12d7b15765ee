import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { Client } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/outcomes.ts';
import type { Scope } from '../../oauth/scopes.ts';
import { checkRedirectUri, findEnabledClient } from '../authorize/authorization-request.ts';
import { appendQuery } from '../authorize/response-uri.ts';
import type { AccountsContext } from '../context.ts';
import { formTargets, readContinue } from '../continue-to.ts';
import { sendErrorPage } from '../error-page.ts';
import { issueFormToken, isWhatWasShown, readForm, sealShown, unverifiedFields } from '../forms.ts';
import { endSession, findSession, type Session } from '../sessions.ts';
import { addScopes, findEnhancement } from './enhance-token.ts';

const path = '/oauth/v2/token/addextrascope';

/** A request to add scopes that has passed every check which needs no user. */
interface ScopeAddition {
  readonly client: Client;
  readonly redirectUri: string;
  readonly scopes: readonly Scope[];
  readonly enhanceToken: string;
  readonly ownerId: string;
}

/**
 * `GET /oauth/v2/token/addextrascope` (reference §1.10, step 2): the owner of a refresh token grants it more scopes. No
 * new token is issued; the session ends afterwards, as `logout=true` demands.
 */
export function registerAddScopes(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.all(path, async (request, reply) => {
    if (request.method !== 'GET') {
      const detail = { came: request.method, expected: 'GET' };
      return sendErrorPage(context, request, reply, { outcome: 'MethodNotAllowed', detail });
    }
    const addition = await checkAddition(context, request.url);
    if ('outcome' in addition) return refuse(context, request, reply, addition);
    const session = await findSession(context, request);
    if (!session) return reply.redirect(`/signin?continue=${encodeURIComponent(request.url)}`, 302);
    if (session.userId !== addition.ownerId) return refuse(context, request, reply, { outcome: 'EnhanceOfOtherUser' });
    return pages.send(reply, 'consent', {
      title: addition.client.name,
      formTargets: formTargets(context, addition),
      user: session,
      signOutToken: issueFormToken(context, request, reply, '/signout'),
      continueTo: request.url,
      openedByApp: true,
      data: {
        ...pageData(context, addition),
        csrf: issueFormToken(context, request, reply, '/oauth/scopes'),
        shown: sealShown(context, request, [pageData(context, addition), session.userId, request.url]),
      },
    });
  });

  app.post('/oauth/scopes', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const decision = form?.get('decision');
    const session = form && (await findSession(context, request));
    const addition = continueTo.startsWith(`${path}?`) ? await checkAddition(context, continueTo) : undefined;
    if (!session || !addition || (decision !== 'accept' && decision !== 'reject')) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(continueTo, 303);
    }
    if ('outcome' in addition || session.userId !== addition.ownerId) return reply.redirect(continueTo, 303);
    if (!isWhatWasShown(context, request, form, [pageData(context, addition), session.userId, continueTo])) {
      const { clientId } = addition.client;
      context.events.record({ kind: 'consent', outcome: 'ConsentChanged', clientId, requestId: request.id });
      return reply.redirect(continueTo, 303);
    }
    return reply.redirect(
      await decide(context, request, reply, { session, addition, accepted: decision === 'accept' }),
      303,
    );
  });
}

function pageData(context: AccountsContext, addition: ScopeAddition) {
  return {
    action: '/oauth/scopes',
    client: addition.client,
    organizationChoice: '',
    scopes: addition.scopes,
    offersSession: false,
    lifetime: context.pages.messages.lifetimeOffline,
  };
}

async function decide(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  decision: { session: Session; addition: ScopeAddition; accepted: boolean },
): Promise<string> {
  const { addition, accepted, session } = decision;
  const { client, redirectUri, enhanceToken } = addition;
  const scopes = addition.scopes.map((scope) => scope.requested);
  const added = accepted && (await addScopes(context.database, enhanceToken, scopes, context.clock.nowMs()));
  if (added) context.notices.deliver('tokens:scopes added');
  await endSession(context, request, reply);
  const outcome = added ? 'Success' : accepted ? 'EnhanceTokenInvalid' : 'AccessDenied';
  const { clientId } = client;
  context.events.record({
    kind: 'scope-enhance',
    outcome,
    clientId,
    userId: session.userId,
    requestId: request.id,
    detail: { scopes },
  });
  return appendQuery(redirectUri, added ? 'status=success&scope_enhanced=true' : 'error=access_denied');
}

async function checkAddition(context: AccountsContext, url: string): Promise<ScopeAddition | Refusal> {
  const query = new URLSearchParams(queryOf(url));
  const clientId = query.get('client_id');
  if (!clientId) return { outcome: 'ClientIdMissing' };
  const responseType = query.get('response_type');
  if (!responseType) return { outcome: 'ResponseTypeMissing' };
  if (responseType !== 'update_scopes') {
    return { outcome: 'ResponseTypeUnknown', detail: { came: responseType.slice(0, 100), expected: 'update_scopes' } };
  }
  const client = await findEnabledClient(context, clientId);
  if ('outcome' in client) return client;
  const redirectUri = query.get('redirect_uri');
  const redirectFault = checkRedirectUri(client, redirectUri);
  if (redirectFault) return redirectFault;
  const parsed = context.scopes.parseList(query.get('scope') ?? '');
  if ('unknown' in parsed) return { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } };
  if (query.get('logout') !== 'true') return { outcome: 'LogoutMissing' };
  const enhanceToken = query.get('enhance_token');
  const enhancement = await findEnhancement(context.database, enhanceToken, context.clock.nowMs());
  if (enhancement?.clientId !== clientId) return { outcome: 'EnhanceTokenInvalid' };
  return {
    client,
    redirectUri: redirectUri as string,
    scopes: parsed.scopes,
    enhanceToken: enhanceToken as string,
    ownerId: enhancement.userId,
  };
}

function refuse(context: AccountsContext, request: FastifyRequest, reply: FastifyReply, refusal: Refusal) {
  const clientId = new URLSearchParams(queryOf(request.url)).get('client_id');
  return sendErrorPage(context, request, reply, refusal, clientId);
}
