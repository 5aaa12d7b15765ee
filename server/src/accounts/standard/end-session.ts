import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { queryOf } from '../../http/parameters.ts';
import type { Client } from '../../oauth/client.ts';
import { issuerOf, standardPath } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { sessionEndedTopic } from '../back-channel-logout.ts';
import type { AccountsContext } from '../context.ts';
import { sendErrorPage } from '../error-page.ts';
import { issueFormToken, readForm, signedInOptions, unverifiedFields } from '../forms.ts';
import { knownHome, withMark } from '../known-home.ts';
import { endSession, findSession, type Session } from '../sessions.ts';
import { idTokenType, readOwnJwt } from '../signing/own-jwt.ts';
import { sessionOfClient } from '../store/session-clients.ts';

const path = `${standardPath}/end_session`;
/** Longest value of one parameter. */
const longest = 8192;

/** What an app says of the session that is to end. */
interface LogoutRequest {
  readonly client: Client | undefined;
  /** Where the browser goes then; undefined: to a page of ours. */
  readonly redirectUri: string | undefined;
  readonly state: string | undefined;
  /** The claims of an ID token of ours; undefined without one. */
  readonly hint: { readonly sub: string; readonly sid: string | undefined } | undefined;
}

/**
 * `/oauth2/end_session` (OpenID Connect RP-Initiated Logout 1.0). An app that shows the ID token of this very session ends
 * it; anybody else's request ends it when the user says so, on a page. Sent on to where the user lives, and from there
 * to a registered address only, exactly as it is registered.
 */
export function registerEndSession(app: FastifyInstance, context: AccountsContext): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      const confirmed = request.method === 'POST' ? readForm(context, request) : undefined;
      const parameters =
        confirmed ??
        (request.method === 'POST' ? unverifiedFields(request) : new URLSearchParams(queryOf(request.url)));
      const home = homeOf(context, parameters);
      if (home !== undefined) return reply.redirect(home, 303);
      const asked = await readLogout(context, parameters);
      if ('outcome' in asked) return sendErrorPage(context, request, reply, asked, parameters.get('client_id'));
      const session = await findSession(context, request);
      if (!session && !asked.hint) {
        const known = request.method === 'GET' ? knownHome(context, request) : undefined;
        if (known) return reply.redirect(withMark(`${known.origins.accounts}${request.url}`, context), 302);
      }
      if (session && !confirmed && !(await isOwnSession(context, asked, session))) {
        return askUser(context, request, reply, { asked, parameters, session });
      }
      if (session) {
        await endSession(context, request, reply);
        context.notices.deliver(`${sessionEndedTopic}:${session.userId}`);
      }
      context.events.record({
        kind: 'sign-out',
        outcome: 'Success',
        clientId: asked.client?.clientId ?? null,
        userId: session?.userId ?? null,
        requestId: request.id,
        detail: { by: confirmed ? 'the user' : 'the app', session: session !== undefined },
      });
      // 303, so that nothing that was posted here is sent on.
      return reply.redirect(asked.redirectUri === undefined ? '/signout' : targetOf(asked), 303);
    },
  });
}

/** The same request at the data centre whose ID token came with it. */
function homeOf(context: AccountsContext, parameters: URLSearchParams): string | undefined {
  const iss = claimsOf(parameters.get('id_token_hint'))?.iss;
  const home = context.topology
    .realmOf(context.dataCenter)
    .find((each) => each.id !== context.dataCenter.id && issuerOf(each, 'standard') === iss);
  return home && `${home.origins.accounts}${path}?${parameters}`;
}

async function readLogout(context: AccountsContext, parameters: URLSearchParams): Promise<LogoutRequest | Refusal> {
  const tooLong = [...parameters].find(([, value]) => value.length > longest);
  if (tooLong) {
    const detail = { parameter: tooLong[0].slice(0, 100), came: tooLong[1].length, maximum: longest };
    return { outcome: 'ParameterTooLong', detail };
  }
  const hinted = parameters.get('id_token_hint');
  const hint = hinted === null ? undefined : await readHint(context, hinted);
  if (hinted !== null && !hint)
    return { outcome: 'HintInvalid', detail: { reason: 'it is no ID token of this server' } };
  const named = parameters.get('client_id');
  if (hint && named !== null && hint.clientId !== named) {
    return { outcome: 'HintInvalid', detail: { reason: 'it was issued to another client' } };
  }
  const clientId = named ?? hint?.clientId;
  const client = clientId === undefined ? undefined : await context.clients.find(clientId);
  const redirectUri = parameters.get('post_logout_redirect_uri') || undefined;
  if (redirectUri !== undefined && !client?.postLogoutRedirectUris.includes(redirectUri)) {
    const detail = { came: redirectUri.slice(0, 300), registered: client?.postLogoutRedirectUris };
    return { outcome: 'PostLogoutRedirectUriMismatch', detail };
  }
  return { client, redirectUri, state: parameters.get('state') ?? undefined, hint };
}

/** An ID token of ours, which may have expired (§2). */
async function readHint(context: AccountsContext, hint: string) {
  const claims = await readOwnJwt(context.signingKeys, hint, idTokenType);
  if (claims?.iss !== issuerOf(context.dataCenter, 'standard')) return undefined;
  const { aud, sid, sub } = claims;
  if (typeof sub !== 'string' || typeof aud !== 'string') return undefined;
  return { sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined };
}

function claimsOf(token: string | null) {
  try {
    return token === null ? undefined : decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** Whether the app has shown an ID token that this browser's session gave it: then nobody has to be asked (§2). */
async function isOwnSession(
  context: AccountsContext,
  { client, hint }: LogoutRequest,
  session: Session,
): Promise<boolean> {
  if (!client || !hint?.sid || hint.sub !== session.userId) return false;
  const known = await sessionOfClient(context.database, {
    sid: hint.sid,
    clientId: client.clientId,
    userId: session.userId,
  });
  return known?.equals(session.hash) ?? false;
}

function askUser(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { asked, parameters, session }: { asked: LogoutRequest; parameters: URLSearchParams; session: Session },
): FastifyReply {
  const { messages } = context.pages;
  const carried = ['client_id', 'post_logout_redirect_uri', 'state', 'id_token_hint'].flatMap((name) => {
    const value = parameters.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const target = asked.redirectUri === undefined ? [] : [formTarget(asked.redirectUri)];
  return context.pages.send(reply, 'end-session', {
    title: messages.signOutTitle,
    ...signedInOptions(context, request, reply, session),
    formTargets: target,
    data: {
      action: path,
      csrf: issueFormToken(context, request, reply, path),
      client: asked.client,
      parameters: carried,
    },
  });
}

/** What a content security policy calls the place of an address: its origin, or the scheme of an app. */
function formTarget(uri: string): string {
  const { origin, protocol } = new URL(uri);
  return origin === 'null' ? protocol : origin;
}

function targetOf({ redirectUri = '', state }: LogoutRequest): string {
  if (state === undefined) return redirectUri;
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
}
