import type { FastifyInstance } from 'fastify';
import { foldSignInName } from '../../directory/home-index.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { describeDestination, formTargets, hopParameter, readContinue } from '../continue-to.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { seal, unseal } from '../sealed.ts';
import { findSession, setCookie } from '../sessions.ts';
import { userLimits } from '../users.ts';

/** What travels sealed: the name between the two steps (cookie), or to the home data centre (hop parameter). */
interface SealedName {
  readonly name: string;
  readonly expiresAtMs: number;
}

const emailLike = /^[^\s@]+@[^\s@]+$/;
const notices = { email: 'emailInvalid', expired: 'expired' } as const;

/**
 * The first step of a sign-in: who are you? The home index says where that name lives; the browser goes there with the
 * whole query. A name that nobody has goes on to the password step like any other, so that accounts cannot be counted.
 */
export function registerSignInName(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/signin', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const hopped = openHop(context, query.get(hopParameter));
    if (hopped) {
      const session = await findSession(context, request);
      if (session && foldSignInName(session.email) === foldSignInName(hopped)) return reply.redirect(continueTo, 302);
      rememberName(context, reply, hopped);
      return reply.redirect(`/signin/password?continue=${encodeURIComponent(continueTo)}`, 302);
    }
    const destination = await describeDestination(context, continueTo);
    const notice = notices[query.get('error') as keyof typeof notices];
    return pages.send(reply, 'sign-in-name', {
      title: pages.messages.signIn,
      formTargets: formTargets(context, destination),
      data: {
        csrf: issueFormToken(context, request, reply),
        continueTo,
        client: destination?.client,
        email: destination?.loginHint?.slice(0, userLimits.emailLength),
        notice: notice && pages.messages[notice],
      },
    });
  });

  app.post('/signin', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue(form?.get('continue'));
    const again = (error: string) =>
      reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=${error}`, 303);
    if (!form) {
      context.events.record({ kind: 'sign-in', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const name = (form.get('email') ?? '').trim();
    if (!emailLike.test(name) || name.length > userLimits.emailLength) return again('email');

    const homeId = await context.homeIndex.find(name);
    const home = context.topology.realmOf(context.dataCenter).find((dataCenter) => dataCenter.id === homeId);
    if (home && home.id !== context.dataCenter.id) {
      context.events.record({ kind: 'hop', outcome: 'Success', requestId: request.id, detail: { to: home.id } });
      // So that /oauth/v2/auth/refresh, started here, finds the way without a page.
      setCookie(context, reply, 'home', home.id, context.settings.lifetimes.sessionTtlSeconds);
      return reply.redirect(hopAddress(context, home.origins.accounts, home.id, continueTo, name), 303);
    }
    rememberName(context, reply, name);
    return reply.redirect(`/signin/password?continue=${encodeURIComponent(continueTo)}`, 303);
  });
}

/** The same path and query at the home data centre, unchanged, with the sealed name added. */
function hopAddress(
  context: AccountsContext,
  origin: string,
  homeId: string,
  continueTo: string,
  name: string,
): string {
  const value: SealedName = {
    name,
    expiresAtMs: context.clock.nowMs() + context.settings.lifetimes.hopTtlSeconds * 1000,
  };
  const hop = `${hopParameter}=${seal(context.keys.signIn, `hop to ${homeId}`, value, context.random)}`;
  if (continueTo === '/') return `${origin}/signin?${hop}`;
  return `${origin}${continueTo}${continueTo.includes('?') ? '&' : '?'}${hop}`;
}

function openHop(context: AccountsContext, text: string | null): string | undefined {
  const value = unseal(context.keys.signIn, `hop to ${context.dataCenter.id}`, text ?? undefined) as
    | SealedName
    | undefined;
  return value && value.expiresAtMs > context.clock.nowMs() ? value.name : undefined;
}

function rememberName(context: AccountsContext, reply: Parameters<typeof setCookie>[1], name: string): void {
  const { signInTtlSeconds } = context.settings.lifetimes;
  const value: SealedName = { name, expiresAtMs: context.clock.nowMs() + signInTtlSeconds * 1000 };
  setCookie(context, reply, 'signin', seal(context.keys.signIn, 'sign-in', value, context.random), signInTtlSeconds);
}

/** The name that the first step left in the browser. */
export function rememberedName(context: AccountsContext, cookie: string | undefined): string | undefined {
  const value = unseal(context.keys.signIn, 'sign-in', cookie) as SealedName | undefined;
  return value && value.expiresAtMs > context.clock.nowMs() ? value.name : undefined;
}
