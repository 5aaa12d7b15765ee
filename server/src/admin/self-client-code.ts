import { saveGrant } from '../accounts/store/grants.ts';
import { saveCode } from '../accounts/store/token-store.ts';
import { countAuthorization } from '../accounts/token/limits.ts';
import { findUser } from '../accounts/users.ts';
import { type Environment, environments } from '../config/data-centers.ts';
import { listOrganizations } from '../crm/store/space/list-organizations.ts';
import { maskSecret } from '../foundation/secrets.ts';
import { credentialKey } from '../inspector/flow-key.ts';
import { isEnabledAt } from '../oauth/client.ts';
import { settingsFor } from '../oauth/client-settings.ts';
import { createCredential, prefixOf } from '../oauth/formats.ts';
import { outcomes } from '../oauth/outcomes.ts';
import { ScopeSet } from '../oauth/scopes.ts';
import { findClient } from './clients.ts';
import type { AdminContext } from './context.ts';
import { AdminFailure, badInput } from './failure.ts';
import { administered } from './users.ts';

/** The durations that the console offers (reference §8). */
export const selfClientCodeMinutes: readonly number[] = [3, 5, 7, 10];

export interface SelfClientCodeRequest {
  readonly dataCenter: string;
  readonly clientId: string;
  readonly scope: string;
  readonly minutes: number;
  readonly environment: string;
  readonly organizationId: string | undefined;
  /** What the code is for, in its owner's words. */
  readonly description: string;
}

/** A code for a self client's own account: exchanged at that data centre, without a redirect URI, for a refresh token too. */
export async function createSelfClientCode(
  context: AdminContext,
  request: SelfClientCodeRequest,
): Promise<{ code: string; expires_at: string }> {
  const { database, dataCenter } = administered(context, request.dataCenter);
  const client = await findClient(context, request.clientId);
  if (client.type !== 'self')
    throw badInput(`client ${client.clientId} is of type "${client.type}"; codes are made for self clients`);
  if (!isEnabledAt(client, dataCenter.id)) {
    throw badInput(
      `client ${client.clientId} belongs to data centre "${client.dataCenter}", not to "${dataCenter.id}"`,
    );
  }
  if (!selfClientCodeMinutes.includes(request.minutes)) {
    throw badInput(`minutes: expected one of ${selfClientCodeMinutes.join(', ')}, got ${request.minutes}`);
  }
  const environment = environments.find((each) => each === request.environment);
  if (!environment)
    throw badInput(`environment: expected one of ${environments.join(', ')}, got "${request.environment}"`);
  const parsed = context.scopes.parseList(request.scope);
  if ('unknown' in parsed) throw badInput(`Enter a valid scope: "${parsed.unknown}" does not exist`);

  const owner = await findUser(database, { userId: client.ownerId });
  if (!owner?.active)
    throw badInput(`the owner of client ${client.clientId} is not an active user of "${dataCenter.id}"`);
  const scopes = new ScopeSet(parsed.scopes);
  const target = scopes.organizationBound
    ? { organizationId: await chooseOrganization(context, request, owner.userId, environment), environment }
    : { organizationId: null, environment: 'production' as Environment };

  const nowMs = context.clock.nowMs();
  const expiresAtMs = nowMs + request.minutes * 60_000;
  const code = createCredential(context.random, prefixOf(client.clientId));
  const { clientId } = client;
  const requested = parsed.scopes.map((scope) => scope.requested);
  await database.transaction(async (transaction) => {
    const count = { userId: owner.userId, clientId, nowMs, limits: settingsFor(context.settings, client).limits };
    const windowEndsAtMs = await countAuthorization(transaction, count);
    if (windowEndsAtMs !== undefined) {
      const seconds = Math.ceil((windowEndsAtMs - nowMs) / 1000);
      throw new AdminFailure(429, 'THROTTLED', `${outcomes.CodeThrottled.meaning} (${seconds} s)`);
    }
    const grantId = await saveGrant(transaction, { userId: owner.userId, clientId, target, scopes: requested, nowMs });
    await saveCode(transaction, {
      code,
      grantId,
      clientId,
      redirectUri: null,
      scopes: requested,
      challenge: undefined,
      offline: true,
      nowMs,
      expiresAtMs,
    });
  });
  administered(context, request.dataCenter).events.record({
    kind: 'self-client-code',
    outcome: 'Success',
    clientId,
    userId: owner.userId,
    keys: [credentialKey(code)],
    detail: {
      code: maskSecret(code),
      scope: requested.join(','),
      minutes: request.minutes,
      environment,
      description: request.description,
    },
  });
  return { code, expires_at: new Date(expiresAtMs).toISOString() };
}

async function chooseOrganization(
  context: AdminContext,
  request: SelfClientCodeRequest,
  userId: string,
  environment: Environment,
): Promise<string> {
  const all = await listOrganizations(administered(context, request.dataCenter).database, userId);
  const inEnvironment = all.filter((each) => each.environments.some((space) => space.environment === environment));
  const wanted = request.organizationId;
  const matching =
    wanted === undefined
      ? inEnvironment
      : inEnvironment.filter(
          (each) => each.organizationId === wanted || each.environments.some((space) => space.zgid === wanted),
        );
  const [only] = matching;
  if (matching.length === 1 && only) return only.organizationId;
  const choices = inEnvironment.map((each) => `${each.organizationId} (${each.name})`).join(', ') || 'none';
  if (matching.length === 0)
    throw badInput(`the owner has no such organization in environment "${environment}"; there is: ${choices}`);
  throw badInput(`the owner has several organizations; name one with --organization: ${choices}`);
}
