import type { FastifyInstance, FastifyReply } from 'fastify';
import { sessionOfCode } from '../accounts/identity/sign-in-facts.ts';
import { settle } from '../accounts/store/credential-slot.ts';
import { consoleCallbackPath, consoleClientId } from '../directory/first-party.ts';
import { seal, unseal } from '../foundation/sealed.ts';
import { secretHash } from '../foundation/secrets.ts';
import { queryOf } from '../http/parameters.ts';
import { sendPlainPage } from '../http/plain-page.ts';
import type { ConsoleContext } from './context.ts';
import { foreignCall } from './failure.ts';
import { redeemCode } from './redeem-code.ts';
import { endSession, findSession, isOwnCall, readCookie, setCookie, startSession } from './sessions.ts';
import type { Streams } from './streams.ts';

const signInTtlSeconds = 15 * 60;
const purpose = 'console sign-in';
/** Says who the user is, and nothing more; codes of such scopes remember their sign-in. */
const scope = 'profile';

/** What a sign-in keeps in the browser until it comes back. */
interface PendingSignIn {
  readonly state: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** Only our own paths, so that nobody is led elsewhere by a link to the console. */
const returnPattern = /^\/(?![/\\])[^\s\\]*$/;

function readReturn(value: string | null): string {
  return value && value.length <= 2000 && returnPattern.test(value) ? value : '/';
}

/**
 * Sign-in as any app does it: the accounts server's authorization endpoint with a code and PKCE (RFC 7636), in which
 * the console is a first-party client that needs no consent. Users whose home is another data centre go on to the
 * console there. `again`: whoever is signed in has to show it anew.
 */
export function registerSignIn(app: FastifyInstance, context: ConsoleContext, streams: Streams): void {
  const { dataCenter, random, key } = context;
  const redirectUri = `${dataCenter.origins.console}${consoleCallbackPath}`;

  app.get('/sign-in', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const pending: PendingSignIn = {
      state: random.bytes(16).toString('base64url'),
      verifier: random.bytes(32).toString('base64url'),
      returnTo: readReturn(query.get('return')),
    };
    setCookie(context, reply, 'signin', await seal(key, purpose, pending), signInTtlSeconds);
    const parameters = new URLSearchParams({
      client_id: consoleClientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      state: pending.state,
      code_challenge: secretHash(pending.verifier).toString('base64url'),
      code_challenge_method: 'S256',
      ...(query.has('again') && { prompt: 'login' }),
    });
    return reply.redirect(`${dataCenter.origins.accounts}/oauth/v2/auth?${parameters}`, 302);
  });

  app.get(consoleCallbackPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const pending = (await unseal(key, purpose, readCookie(context, request, 'signin'))) as PendingSignIn | undefined;
    setCookie(context, reply, 'signin', '', 0);
    const returnTo = pending?.returnTo ?? '/';
    const elsewhere = context.topology
      .realmOf(dataCenter)
      .find(({ id }) => id === query.get('location') && id !== dataCenter.id);
    if (elsewhere) {
      return reply.redirect(`${elsewhere.origins.console}/sign-in?return=${encodeURIComponent(returnTo)}`, 302);
    }
    if (query.get('error')) return sendNotice(reply, dataCenter.id, 'You did not sign in.', returnTo);
    if (!pending || pending.state !== query.get('state')) {
      return sendNotice(reply, dataCenter.id, 'This sign-in was begun in another browser, or too long ago.', returnTo);
    }
    const code = query.get('code') ?? '';
    const { body } = await redeemCode(context, {
      client_id: consoleClientId,
      client_secret: context.clientSecret,
      redirect_uri: redirectUri,
      code,
      code_verifier: pending.verifier,
    });
    const place = await settle(context.database, 'code', context.slots.placeOf(code));
    const redeemed = 'access_token' in (body as object);
    const from = redeemed && place ? await sessionOfCode(context.database, place) : undefined;
    if (!from) return sendNotice(reply, dataCenter.id, 'This sign-in has ended, or was used before.', returnTo);
    await startSession(context, reply, from);
    return reply.redirect(returnTo, 302);
  });

  app.post('/api/sign-out', async (request, reply) => {
    const session = await findSession(context, request);
    const next = '/';
    if (!session) return reply.send({ next });
    if (!isOwnCall(context, request, session)) throw foreignCall();
    await endSession(context, reply, session);
    streams.endOf(session);
    context.events.record({ kind: 'sign-out', outcome: 'Success', userId: session.userId, requestId: request.id });
    return reply.send({ next });
  });
}

/** A page without scripts: what happened, and the way to try again. */
function sendNotice(reply: FastifyReply, place: string, text: string, returnTo: string): FastifyReply {
  const again = { href: `/sign-in?return=${encodeURIComponent(returnTo)}`, text: 'Sign in again' };
  return sendPlainPage(reply, { heading: 'API Console', place, paragraphs: [text], links: [again] }, 400);
}
