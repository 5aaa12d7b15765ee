import type { FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import type { EventKind } from '../../inspector/event-kinds.ts';
import { credentialKeys } from '../../inspector/flow-key.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { Outcome } from '../../oauth/outcomes.ts';
import type { LateExplanation } from '../../oauth/refusal.ts';
import type { TokenGrant } from '../../oauth/token-authority.ts';
import type { AccountsContext } from '../context.ts';
import { findUser, type User } from '../users.ts';
import { sendJson } from '../wire/send-json.ts';
import { presentationFault } from './presentation.ts';

/** Both schemes, in any case; the header is the only place (reference §13.1, RFC 6750 §2.1). */
const headerPattern = /^(?:bearer|zoho-oauthtoken)\s+(\S+)\s*$/i;

/** The words of one endpoint for its refusals. */
export interface BearerDialect {
  /** The kind of its events. */
  readonly kind: EventKind;
  readonly invalidToken: string;
  readonly insufficientScope: string;
  /** The scopes of which one is needed, for the challenge. */
  readonly neededScopes: readonly string[];
  readonly allows: (grant: TokenGrant) => boolean;
}

/**
 * Whose data the request's access token opens. Otherwise the answer is sent: status 401 with the endpoint's own JSON
 * (reference §4.1, §4.2) and the challenge of RFC 6750 §3; the event has the cause.
 */
export async function admitBearer(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  dialect: BearerDialect,
): Promise<{ readonly grant: TokenGrant; readonly user: User } | undefined> {
  const header = request.headers.authorization;
  const token = headerPattern.exec(header ?? '')?.[1];
  const refuse = async (
    outcome: Outcome,
    grant?: Pick<TokenGrant, 'clientId' | 'userId'>,
    detail: Record<string, unknown> = {},
    explanation?: LateExplanation,
  ) => {
    const { clientId, userId } = grant ?? { clientId: null, userId: null };
    const masked = token === undefined ? {} : { token: maskSecret(token) };
    context.events.record({
      kind: dialect.kind,
      outcome,
      clientId,
      userId,
      requestId: request.id,
      keys: credentialKeys(token),
      detail: { ...masked, ...detail },
      ...(explanation && { explanation }),
    });
    await sendChallenge(context, reply, dialect, outcome, clientId);
    return undefined;
  };

  if (token === undefined) {
    const reason = header === undefined ? 'no Authorization header' : 'the Authorization header has another form';
    return refuse('AuthorizationHeaderMissing', undefined, { reason, expected: 'Bearer or Zoho-oauthtoken' });
  }
  const check = await context.authority.check(token);
  if (!check.grant) return refuse(check.refusal, check.known, check.known?.detail, check.explanation);
  const { grant } = check;
  const fault = await presentationFault(context, request, grant, { accessToken: token, scheme: 'Bearer' });
  if (fault) return refuse(fault.outcome, grant, fault.detail);
  if (!dialect.allows(grant)) {
    return refuse('ScopeInsufficient', grant, { held: grant.scopes.toString(), needed: dialect.neededScopes });
  }
  const user = await findUser(context.database, { userId: grant.userId });
  // The token of an instance outlives the account of the administrator who granted it; name and address do not.
  if (!user?.active) return refuse('UserInactive', grant);
  context.events.record({
    kind: dialect.kind,
    outcome: 'Success',
    clientId: grant.clientId,
    userId: grant.userId,
    requestId: request.id,
    keys: grant.key === undefined ? [] : [grant.key],
  });
  return { grant, user };
}

async function sendChallenge(
  context: AccountsContext,
  reply: FastifyReply,
  dialect: BearerDialect,
  outcome: Outcome,
  clientId: string | null,
): Promise<void> {
  // RFC 6750 §3.1: without a token there is no error to name.
  if (outcome === 'AuthorizationHeaderMissing') {
    reply.header('www-authenticate', 'Bearer');
    sendJson(reply, 401, { error: dialect.invalidToken });
    return;
  }
  if (outcome !== 'ScopeInsufficient') {
    reply.header('www-authenticate', 'Bearer error="invalid_token"');
    sendJson(reply, 401, { error: dialect.invalidToken });
    return;
  }
  const client = clientId === null ? undefined : await context.clients.find(clientId);
  const { compatibility } = client ? settingsFor(context.settings, client) : context.settings;
  const scope = dialect.neededScopes.join(' ');
  reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`);
  if (compatibility.strictRfc) sendJson(reply, 403, { error: 'insufficient_scope' });
  else sendJson(reply, 401, { error: dialect.insufficientScope });
}
