import { secretHash } from '../../foundation/secrets.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { slotOf } from '../../oauth/slots.ts';
import type { AccountsContext } from '../context.ts';
import { asksForIdentity } from '../identity/identity-claims.ts';
import { saveSignInFacts } from '../identity/sign-in-facts.ts';
import type { Session } from '../sessions.ts';
import { countAuthorization } from '../store/authorization-counts.ts';
import type { GrantTarget } from '../store/grants.ts';
import { saveGrant } from '../store/grants.ts';
import { saveCode } from '../store/token-store.ts';
import { authorizationLimit, throttled } from '../token/limits.ts';
import type { DeviceStep } from './device-step.ts';

/** Undoes the transaction of an approval that somebody else's answer was faster than. */
class AnsweredMeanwhile extends Error {}

/**
 * Commits the grant with the code that stands for it, here where the user lives, and lets the directory know. The
 * directory is asked last, inside the transaction: an approval that came too late leaves nothing behind, and
 * of two approvals in two data centres one wins. Should the process die between the two commits, the device sees
 * `authorization_pending` until its code expires.
 */
export async function approveDevice(
  context: AccountsContext,
  step: DeviceStep,
  session: Session,
  target: GrantTarget,
): Promise<Refusal | undefined> {
  const { client, request } = step;
  const { clientId } = client;
  const { userId } = session;
  const nowMs = context.clock.nowMs();
  const { limits } = settingsFor(context.settings, client);
  const scopes = step.scopes.scopes.map((scope) => scope.requested);
  try {
    return await context.database.transaction(async (transaction) => {
      const windowEndsAtMs = await countAuthorization(transaction, { userId, clientId, nowMs, limits });
      if (windowEndsAtMs !== undefined)
        return throttled('CodeThrottled', windowEndsAtMs, nowMs, authorizationLimit(limits));
      const grantId = await saveGrant(transaction, { userId, clientId, target, scopes, nowMs });
      const slot = slotOf(userId);
      const code = context.deviceRequests.grantCode(request, prefixOf(clientId), slot);
      const place = { hash: secretHash(code), slot };
      await saveCode(transaction, {
        code: place,
        grantId,
        clientId,
        redirectUri: null,
        scopes,
        challenge: undefined,
        offline: request.offline,
        nowMs,
        expiresAtMs: request.expiresAtMs,
      });
      if (asksForIdentity(step.scopes)) {
        await saveSignInFacts(transaction, place, { nonce: null, sessionHash: session.hash });
      }
      const first = await context.deviceRequests.decide(
        request,
        { decision: 'approved', dataCenter: context.dataCenter.id, slot },
        nowMs,
      );
      if (!first) throw new AnsweredMeanwhile();
      return undefined;
    });
  } catch (error) {
    if (error instanceof AnsweredMeanwhile) return { outcome: 'UserCodeAnswered', detail: { reason: 'meanwhile' } };
    throw error;
  }
}
