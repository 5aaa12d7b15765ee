import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IDToken } from 'openid-client';
import { UsableFailure } from '../../foundation/failure.ts';
import { secretHash } from '../../foundation/secrets.ts';
import { networkOf } from '../../http/network.ts';
import { queryOf } from '../../http/parameters.ts';
import { tellOfSecurity } from '../account-mail.ts';
import { attemptsUsedUp } from '../attempts.ts';
import { browserMark, ensureBrowser, findBrowser, sealForBrowser, unsealFromBrowser } from '../browser.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { linkIdentity, type OutsideIdentity, saveRequest, takeRequest, userOf } from '../outside/identities.ts';
import { readContinue } from '../request/continue-to.ts';
import { findSession, isConfirmed } from '../sessions.ts';
import { findUser, type User } from '../users.ts';
import { completeSignIn } from './complete-sign-in.ts';
import { tryPassword } from './try-password.ts';

const startPath = '/signin/with';
const callbackPath = '/signin/with/back';
const linkPath = '/signin/with/link';

/** An outside user that may be one of ours, until the owner's password says so. */
interface Candidate extends OutsideIdentity {
  readonly userId: string;
  readonly continueTo: string;
}
const purpose = 'outside user to be linked';
/** How far the clock of a provider may be off. */
const clockToleranceSeconds = 30;

/** Read when the first user comes who signs in elsewhere. */
const openIdClient = () => import('openid-client');

/** Where outside providers send browsers back to. */
export function outsideCallback({ dataCenter }: Pick<AccountsContext, 'dataCenter'>): string {
  return `${dataCenter.origins.accounts}${callbackPath}`;
}

/**
 * Sign-in by an outside OpenID provider (code flow with PKCE, `state` and `nonce`, by openid-client). Who signs in is found
 * by issuer and subject alone. An outside user that is nobody's yet becomes one of ours only when the provider has verified
 * an address that one of ours has verified too, and that one's password is typed; or from the signed-in user's own page.
 */
export function registerOutsideSignIn(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get(startPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const { signInNamesPerAddress: most } = context.settings.limits;
    const attempt = await context.attempts.take([
      { of: 'outside sign-ins from an address', key: networkOf(request.ip), most },
    ]);
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('NameLookUpsThrottled', attempt);
      context.events.record({ kind: 'outside-sign-in', ...refusal, requestId: request.id });
      return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=throttled`, 302);
    }
    const session = await findSession(context, request);
    const links = query.has('link');
    if (links && (!session || !isConfirmed(context, session))) {
      return reply.redirect('/account/security', 302);
    }
    const nowMs = context.clock.nowMs();
    return speaking(request, reply, async () => {
      const found = await context.outsideProviders.configurationOf(query.get('provider') ?? '', nowMs);
      if (!found) return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}`, 302);
      const [state, nonce, verifier] = [0, 1, 2].map(() => context.random.bytes(32).toString('base64url')) as [
        string,
        string,
        string,
      ];
      await saveRequest(context.database, secretHash(state), {
        ...{ providerId: found.provider.providerId, nonce, verifier, continueTo },
        browser: browserMark(context, ensureBrowser(context, request, reply)),
        userId: links && session ? session.userId : null,
        expiresAtMs: nowMs + context.settings.lifetimes.signInTtlSeconds * 1000,
      });
      const oidc = await openIdClient();
      const address = oidc.buildAuthorizationUrl(found.configuration, {
        ...{ redirect_uri: outsideCallback(context), scope: found.provider.scopes, state, nonce },
        // Whoever is signed in here and comes for it again has to show it there, too.
        ...(session && !links && { prompt: 'login', max_age: String(context.settings.lifetimes.confirmationSeconds) }),
        ...{ code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      });
      return reply.redirect(address.href, 302);
    });
  });

  app.get(callbackPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const browser = findBrowser(context, request);
    const state = query.get('state') ?? '';
    const nowMs = context.clock.nowMs();
    const asked =
      browser === undefined
        ? undefined
        : await takeRequest(context.database, secretHash(state), browserMark(context, browser), nowMs);
    if (!asked) {
      context.events.record({ kind: 'outside-sign-in', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect('/signin?continue=%2F&error=expired', 302);
    }
    return speaking(request, reply, async () => {
      const found = await context.outsideProviders.configurationOf(asked.providerId, nowMs);
      if (!found) return refuse(request, reply, 'the provider was removed meanwhile');
      const { provider } = found;
      const { authorizationCodeGrant } = await openIdClient();
      let claims: IDToken;
      try {
        const tokens = await authorizationCodeGrant(
          found.configuration,
          new URL(`${outsideCallback(context)}?${query}`),
          {
            pkceCodeVerifier: asked.verifier,
            expectedState: state,
            expectedNonce: asked.nonce,
            idTokenExpected: true,
          },
        );
        claims = tokens.claims() as IDToken;
      } catch (error) {
        return refuse(request, reply, reasonOf(error), provider.providerId);
      }
      const email = typeof claims.email === 'string' && claims.email_verified === true ? claims.email : null;
      const identity = { provider: provider.providerId, subject: claims.sub, email };
      if (asked.userId !== null) return linkOwn(request, reply, asked.userId, identity);
      if ((await findSession(context, request)) && isStale(claims, nowMs)) {
        return refuse(request, reply, 'the sign-in at the provider is not recent', provider.providerId);
      }
      const userId = await userOf(context.database, identity, nowMs);
      const user = userId === undefined ? undefined : await findUser(context.database, { userId });
      if (user?.active) {
        const detail = { provider: identity.provider };
        context.events.record({
          ...{ kind: 'outside-sign-in', outcome: 'Success', userId: user.userId, requestId: request.id },
          detail,
        });
        return completeSignIn(context, request, reply, { user, amr: ['fed'], continueTo: asked.continueTo });
      }
      const owner = user || email === null ? undefined : await findUser(context.database, { name: email });
      if (!owner?.active || !owner.emailVerified)
        return refuse(request, reply, 'nobody here is linked to it', provider.providerId);
      const candidate = { ...identity, userId: owner.userId, continueTo: asked.continueTo };
      const who = await sealForBrowser<Candidate>(context, request, reply, purpose, candidate);
      return reply.redirect(`${linkPath}?who=${who}`, 302);
    });
  });

  app.get(linkPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const candidate = await openCandidate(request, query.get('who'));
    const owner = candidate && (await findUser(context.database, { userId: candidate.userId }));
    if (!candidate || !owner) return reply.redirect('/signin?continue=%2F&error=expired', 302);
    const error = query.get('error');
    return pages.send(reply, 'link-outside', {
      title: messages.linkOutside,
      data: {
        csrf: issueFormToken(context, request, reply, linkPath),
        who: query.get('who'),
        email: owner.email,
        provider: await nameOf(candidate.provider),
        notice: error === null ? undefined : error === 'throttled' ? messages.throttled : messages.passwordWrong,
      },
    });
  });

  app.post(linkPath, async (request, reply) => {
    const form = readForm(context, request);
    const who = form?.get('who') ?? '';
    const candidate = form && (await openCandidate(request, who));
    const owner = candidate && (await findUser(context.database, { userId: candidate.userId }));
    if (!form || !candidate || !owner) {
      context.events.record({ kind: 'outside-sign-in', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect('/signin?continue=%2F&error=expired', 303);
    }
    const again = (error: string) => reply.redirect(`${linkPath}?who=${encodeURIComponent(who)}&error=${error}`, 303);
    const { userId, email } = owner;
    const tried = await tryPassword(context, request, email, form.get('password'));
    if ('error' in tried) {
      context.events.record({ kind: 'outside-sign-in', ...tried.refusal, userId, requestId: request.id });
      return again(tried.error);
    }
    const { user } = tried;
    if (!(await link(request, user, candidate)))
      return refuse(request, reply, 'it is linked to another user', candidate.provider);
    return completeSignIn(context, request, reply, { user, amr: ['fed', 'pwd'], continueTo: candidate.continueTo });
  });

  /** A provider that does not say when the user signed in is believed to have asked. */
  function isStale({ auth_time: seconds }: IDToken, nowMs: number): boolean {
    const { confirmationSeconds } = context.settings.lifetimes;
    return seconds !== undefined && nowMs / 1000 - seconds > confirmationSeconds + clockToleranceSeconds;
  }

  async function linkOwn(request: FastifyRequest, reply: FastifyReply, userId: string, identity: OutsideIdentity) {
    const session = await findSession(context, request);
    const user = session?.userId === userId ? await findUser(context.database, { userId }) : undefined;
    if (!user) return refuse(request, reply, 'another user signed in meanwhile', identity.provider);
    const linked = await link(request, user, identity);
    return reply.redirect(`/account/security?${linked ? 'done=linked' : 'error=linked'}`, 302);
  }

  async function link(request: FastifyRequest, { email, userId }: User, identity: OutsideIdentity): Promise<boolean> {
    const linked = await linkIdentity(context.database, identity, userId, context.clock.nowMs());
    if (linked)
      await tellOfSecurity(context, request, { userId, email }, 'link outside sign-in', {
        provider: identity.provider,
      });
    return linked;
  }

  function openCandidate(request: FastifyRequest, text: string | null): Promise<Candidate | undefined> {
    return unsealFromBrowser<Candidate>(context, request, purpose, text);
  }

  async function nameOf(providerId: string): Promise<string> {
    return (await context.outsideProviders.list()).find((each) => each.providerId === providerId)?.name ?? providerId;
  }

  /** A provider that does not answer is none of the user's fault. */
  async function speaking(request: FastifyRequest, reply: FastifyReply, work: () => Promise<FastifyReply>) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UsableFailure)) throw error;
      return refuse(request, reply, error.message);
    }
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, reason: string, provider?: string) {
    const detail = { reason: reason.slice(0, 300), provider };
    context.events.record({ kind: 'outside-sign-in', outcome: 'OutsideSignInRefused', requestId: request.id, detail });
    const data = {
      heading: messages.outsideRefused,
      text: messages.outsideRefusedText,
      ...{ href: '/signin?continue=%2F', linkText: messages.signIn },
    };
    return pages.send(reply, 'notice', { title: messages.outsideRefused, status: 400, data });
  }
}

function reasonOf(error: unknown): string {
  const { error: code, message } = error as { error?: unknown; message?: string };
  return typeof code === 'string' ? `the provider answered "${code}"` : (message ?? 'the answer is not in order');
}
