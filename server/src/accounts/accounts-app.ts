import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskCredentials } from '../foundation/secrets.ts';
import { createApp, type Dialect } from '../http/app.ts';
import { locationHeader } from '../http/location.ts';
import { splitUrl } from '../inspector/exchange.ts';
import { asRequest, inspectAnswers } from '../inspector/inspect-answers.ts';
import { standardPath } from '../oauth/issuer.ts';
import { outcomes } from '../oauth/outcomes.ts';
import { registerAuthenticatorApp } from './account/authenticator-app.ts';
import { registerChangePassword } from './account/change-password.ts';
import { registerConnectedApps } from './account/connected-apps.ts';
import { registerSecurity } from './account/security.ts';
import { registerSessionList } from './account/session-list.ts';
import { registerVerifyEmail } from './account/verify-email.ts';
import { authorityPath } from './authority/wire.ts';
import { registerAuthorize } from './authorize/authorize.ts';
import { registerChooseOrganization } from './authorize/choose-organization.ts';
import { registerConsent } from './authorize/consent.ts';
import { registerSilentRefresh } from './authorize/silent-refresh.ts';
import type { AccountsContext } from './context.ts';
import { deviceTies } from './device/device-ties.ts';
import { registerDevice } from './device/register.ts';
import { sendErrorPage } from './error-page.ts';
import { clientOf, flowOf } from './flow-parameter.ts';
import { registerDiscovery } from './identity/discovery.ts';
import { registerIntrospect } from './identity/introspect.ts';
import { registerKeySet } from './identity/key-set.ts';
import { registerUserInfo } from './identity/user-info.ts';
import { registerAddScopes } from './incremental/add-scopes.ts';
import { registerEnhanceToken } from './incremental/enhance-token.ts';
import { authorizationEndpoints } from './request/authorization-request.ts';
import { registerServerInfo } from './server-info.ts';
import { registerHop } from './sign-in/hop.ts';
import { registerOutsideSignIn } from './sign-in/outside.ts';
import { registerPasskeySignIn } from './sign-in/passkey.ts';
import { registerResetPassword } from './sign-in/reset-password.ts';
import { registerSecondFactor } from './sign-in/second-factor.ts';
import { registerSignInName } from './sign-in/sign-in-name.ts';
import { registerSignInPassword } from './sign-in/sign-in-password.ts';
import { registerSignOut } from './sign-in/sign-out.ts';
import { registerSignUp } from './sign-up/sign-up.ts';
import { registerEndSession } from './standard/end-session.ts';
import { registerStandardDialect } from './standard/register.ts';
import { registerRevoke } from './token/revoke.ts';
import { registerTokenEndpoint } from './token/token-endpoint.ts';
import { sendJson, sendRefusal } from './wire/send-json.ts';
import { sendStandardRefusal } from './wire/standard-error.ts';

const bodyLimitBytes = 64 * 1024;

/** Paths that programs call: they are never answered with HTML, whatever happens. */
const tokenSide =
  /^\/(oauth2\/(token|par|device_authorization|register|revoke|introspect|userinfo|jwks|\.well-known)|oauth\/(v2\/(token|revoke|introspect|userinfo|keys)|v3\/device\/(code|token)|user|serverinfo)|\.well-known)(\/|\?|$)/;

const shownPathLength = 200;

/** The accounts server of one data centre. */
export function createAccountsApp(context: AccountsContext): FastifyInstance {
  const app = createApp({
    random: context.random,
    log: context.log,
    dialect: createDialect(context),
    trustProxy: context.settings.trustProxy,
    bodyLimitBytes,
    inspect: inspectAnswers({
      events: context.events,
      component: 'accounts',
      flowId: (request) => flowOf(context, request) ?? (beginsFlow(request.url) ? request.id : undefined),
      ties: (request) => deviceTies(context, request),
      otherwise: (request, reply) => {
        // Browsers ask for the second by themselves.
        if (request.url.startsWith('/assets/') || request.url === '/favicon.ico') return undefined;
        // Asked by the platform itself, a thousand times a second.
        if (request.routeOptions.url === authorityPath && reply.statusCode !== 404) return undefined;
        const known = { ...asRequest(request), clientId: clientOf(request) };
        if (reply.statusCode !== 404) return known;
        const [path = ''] = splitUrl(request.url);
        const came = maskCredentials(path).slice(0, shownPathLength);
        return { ...known, outcome: 'PathUnknown', detail: { method: request.method, path: came } };
      },
    }),
    secure: context.dataCenter.origins.accounts.startsWith('https:'),
    intercept: context.intercept,
    audited: true,
  });
  // What programs call needs no cookies, and should not pay for reading them.
  app.register(async (programs) => {
    registerServerInfo(programs, context);
    registerTokenEndpoint(programs, context);
    registerRevoke(programs, context);
    registerIntrospect(programs, context);
    registerUserInfo(programs, context);
    registerKeySet(programs, context);
    registerDiscovery(programs, context);
    registerEnhanceToken(programs, context);
    registerStandardDialect(programs, context);
  });
  app.register(async (people) => {
    await people.register(cookie);
    people.addHook('onSend', async (_request, reply) => {
      const location = reply.getHeader('location');
      if (typeof location === 'string') reply.header('location', locationHeader(location));
    });
    context.pages.registerAssets(people);
    registerAddScopes(people, context);
    registerDevice(people, context);
    registerAuthorize(people, context);
    registerSilentRefresh(people, context);
    registerChooseOrganization(people, context);
    registerConsent(people, context);
    registerSignInName(people, context);
    registerHop(people, context);
    registerSignInPassword(people, context);
    registerSecondFactor(people, context);
    registerPasskeySignIn(people, context);
    registerOutsideSignIn(people, context);
    registerResetPassword(people, context);
    registerSignUp(people, context);
    registerSignOut(people, context);
    registerEndSession(people, context);
    registerConnectedApps(people, context);
    registerChangePassword(people, context);
    registerVerifyEmail(people, context);
    registerSecurity(people, context);
    registerAuthenticatorApp(people, context);
    registerSessionList(people, context);
  });
  return app;
}

/** An authorization request is the first step of a flow, even if the same session has given the client something before. */
function beginsFlow(url: string): boolean {
  return authorizationEndpoints.some(({ path }) => url.startsWith(`${path}?`));
}

function createDialect(context: AccountsContext): Dialect {
  const { messages } = context.pages;
  const json = (request: FastifyRequest) => tokenSide.test(request.url ?? '');
  const refusalOf = (request: FastifyRequest) =>
    request.url?.startsWith(`${standardPath}/`) ? sendStandardRefusal : sendRefusal;
  return {
    malformed: { error: outcomes.RequestUnreadable.token?.error },
    notFound(request: FastifyRequest, reply: FastifyReply) {
      if (json(request)) return sendJson(reply, 404, { error: 'invalid_request' });
      return context.pages.send(reply, 'notice', {
        title: messages.notFound,
        status: 404,
        data: { heading: messages.notFound, text: messages.notFoundText },
      });
    },
    unreadable(request: FastifyRequest, reply: FastifyReply, status: number, reason?: string) {
      const detail = { status, ...(reason !== undefined && { reason }) };
      if (json(request)) {
        reply.code(status);
        return refusalOf(request)(context, request, reply, null, { outcome: 'RequestUnreadable', detail });
      }
      return sendErrorPage(context, request, reply, { outcome: 'RequestUnreadable', detail });
    },
    unavailable(request: FastifyRequest, reply: FastifyReply) {
      if (json(request)) return refusalOf(request)(context, request, reply, null, { outcome: 'ServiceUnavailable' });
      context.events.record({ kind: 'authorize', outcome: 'ServiceUnavailable', requestId: request.id });
      return context.pages.send(reply, 'notice', {
        title: messages.unavailable,
        status: 503,
        data: { heading: messages.unavailable, text: messages.unavailableText },
      });
    },
    throttled(request: FastifyRequest, reply: FastifyReply, localized: boolean) {
      const refusal = { outcome: 'TokenThrottled' } as const;
      return json(request)
        ? sendRefusal(context, request, reply, null, refusal, 'token', localized)
        : sendErrorPage(context, request, reply, refusal);
    },
    failed(request: FastifyRequest, reply: FastifyReply) {
      if (json(request)) return sendJson(reply, 500, { error: outcomes.InternalFailure.token?.error });
      return sendErrorPage(context, request, reply, { outcome: 'InternalFailure' });
    },
  };
}
