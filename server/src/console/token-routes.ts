import { consoleClientId } from '../directory/first-party.ts';
import { maskSecret } from '../foundation/secrets.ts';
import { credentialKey } from '../inspector/flow-key.ts';
import { issueToken } from './crm-tokens.ts';
import { badInput, ConsoleFailure } from './failure.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import { isoTime } from './texts.ts';
import * as wire from './wire.ts';

/** Tokens for the page to try calls (`openapi.html`), which the console hands over to it. */
export const tokenRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'POST',
    path: '/tokens',
    summary: "An access token of the user's own for trying calls of the CRM API",
    body: wire.newToken,
    answer: wire.ownToken,
    status: 201,
    handle: async ({ context, session, body, request }): Promise<wire.OwnToken> => {
      const { userId } = session;
      const parsed = context.scopes.parseList(body.scope);
      if ('unknown' in parsed) {
        throw badInput(`Enter a valid scope: "${parsed.unknown}" does not exist`, 'scope');
      }
      if (parsed.scopes.length === 0) throw badInput('Enter a valid scope', 'scope');
      const most = context.settings.limits.codesPerUserAndClientPerWindow;
      const attempt = await context.attempts.take([{ of: 'tokens made in the console', key: userId, most }]);
      if (!attempt.granted) {
        const why = `At most ${most} tokens in a while: try again in ${attempt.retryAfterSeconds} s.`;
        throw new ConsoleFailure(429, 'THROTTLED', why);
      }
      const nowMs = context.clock.nowMs();
      const expiresAtMs = nowMs + context.settings.lifetimes.accessTokenTtlSeconds * 1000;
      const scopes = parsed.scopes.map(({ requested }) => requested);
      const target = { organizationId: body.organizationId, environment: body.environment };
      const accessToken = await issueToken(context, { userId, target, scopes, nowMs, expiresAtMs });
      context.events.record({
        kind: 'token',
        outcome: 'Success',
        clientId: consoleClientId,
        userId,
        requestId: request.id,
        keys: [credentialKey(accessToken)],
        detail: { by: 'console', accessToken: maskSecret(accessToken), scope: scopes.join(','), ...target },
      });
      return { accessToken, expiresAt: isoTime(expiresAtMs) };
    },
  }),
];
