import { findUser } from '../accounts/users.ts';
import { maskSecret } from '../foundation/secrets.ts';
import { credentialKey } from '../inspector/flow-key.ts';
import { settingsFor } from '../oauth/client-settings.ts';
import { findClient } from './clients.ts';
import type { AdminContext } from './context.ts';
import { badInput } from './failure.ts';
import { checkEnabled, checkWish, issueCode } from './issue-code.ts';
import { actedBy } from './operator-events.ts';
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
  const at = administered(context, request.dataCenter);
  const client = await findClient(context, request.clientId);
  if (client.type !== 'self')
    throw badInput(`client ${client.clientId} is of type "${client.type}"; codes are made for self clients`);
  checkEnabled(client, at);
  if (!selfClientCodeMinutes.includes(request.minutes)) {
    throw badInput(`minutes: expected one of ${selfClientCodeMinutes.join(', ')}, got ${request.minutes}`);
  }
  const owner = await findUser(at.database, { userId: client.ownerId });
  if (!owner?.active)
    throw badInput(`the owner of client ${client.clientId} is not an active user of "${at.dataCenter.id}"`);
  const { userId } = owner;
  const wish = await checkWish(context, at, userId, request);
  const { code, expiresAtMs } = await issueCode(context, at, {
    ...{ client, userId, wish },
    redirectUri: null,
    ttlMs: request.minutes * 60_000,
    limits: settingsFor(context.settings, client).limits,
  });
  at.events.record({
    kind: 'self-client-code',
    outcome: 'Success',
    clientId: client.clientId,
    userId,
    keys: [credentialKey(code)],
    detail: {
      code: maskSecret(code),
      scope: wish.scopes.join(','),
      minutes: request.minutes,
      environment: wish.target.environment,
      description: request.description,
      ...actedBy(context),
    },
  });
  return { code, expires_at: new Date(expiresAtMs).toISOString() };
}
