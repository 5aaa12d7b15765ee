import type { FastifyRequest } from 'fastify';
import { expiryDetail } from '../../foundation/expiry-detail.ts';
import { networkOf } from '../../http/network.ts';
import type { Client } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import { attemptsUsedUp } from '../attempts.ts';
import { findEnabledClient } from '../client/find-client.ts';
import type { AccountsContext } from '../context.ts';
import { type Candidate, candidateTargets } from '../request/targets.ts';
import type { Session } from '../sessions.ts';
import type { DeviceRequest } from '../store/device-requests.ts';
import { readUserCode } from './user-code.ts';

/** What the pages behind the user code need; all of it is looked up again, because the browser sends it. */
export interface DeviceStep {
  readonly request: DeviceRequest;
  readonly userCode: string;
  readonly client: Client;
  readonly scopes: ScopeSet;
  readonly candidates: readonly Candidate[];
}

/** Users grant to a device for themselves, never for a whole organization. */
const endpoint = { instance: false };

/** Why the way ends: at the code, which may be typed again, or for good, with an error page. */
export interface DeviceFault {
  readonly refusal: Refusal;
  readonly typeAgain: boolean;
  readonly clientId: string | null;
}

/**
 * The request that `typed` names, if this user may answer it. Only the user's own data centre asks this, where the
 * client must be enabled. Wrong codes are counted like wrong passwords, per user and per address (RFC 8628 §5.1).
 */
export async function loadDeviceStep(
  context: AccountsContext,
  request: FastifyRequest,
  session: Session,
  typed: string | null,
): Promise<DeviceStep | DeviceFault> {
  const { signInFailuresPerAddress, signInFailuresPerName } = context.settings.limits;
  const attempt = await context.attempts.take([
    { of: 'user codes from an address', key: networkOf(request.ip), most: signInFailuresPerAddress },
    { of: 'user codes of a user', key: session.userId, most: signInFailuresPerName },
  ]);
  if (!attempt.granted) {
    return { refusal: attemptsUsedUp('UserCodeThrottled', attempt), typeAgain: true, clientId: null };
  }
  const userCode = readUserCode(typed);
  const found = userCode === undefined ? undefined : await findInRealm(context, userCode);
  const fault = codeFault(context, userCode, found);
  if (!userCode || !found || fault) {
    return { refusal: fault ?? { outcome: 'UserCodeUnknown' }, typeAgain: true, clientId: found?.clientId ?? null };
  }
  await attempt.giveBack();
  const { clientId } = found;
  const client = await findEnabledClient(context, clientId);
  if ('outcome' in client) return { refusal: client, typeAgain: false, clientId };
  const scopes = context.scopes.setOf(found.scopes);
  const candidates = await candidateTargets(context, session.userId, { scopes, endpoint });
  if (candidates.length === 0)
    return {
      refusal: { outcome: 'UserHasNoOrganization', detail: { scopes: scopes.toString() } },
      typeAgain: false,
      clientId,
    };
  return { request: found, userCode, client, scopes, candidates };
}

/** Requests of another realm do not exist here, as its users do not. */
async function findInRealm(context: AccountsContext, userCode: string): Promise<DeviceRequest | undefined> {
  const found = await context.deviceRequests.findByUserCode(userCode);
  const realm = context.topology.realmOf(context.dataCenter);
  return realm.some(({ id }) => id === found?.dataCenter) ? found : undefined;
}

function codeFault(
  context: AccountsContext,
  userCode: string | undefined,
  found: DeviceRequest | undefined,
): Refusal | undefined {
  if (!userCode) return { outcome: 'UserCodeUnknown', detail: { reason: 'malformed' } };
  const masked = { userCode: context.deviceRequests.maskUserCode(userCode) };
  if (!found) return { outcome: 'UserCodeUnknown', detail: masked };
  const nowMs = context.clock.nowMs();
  if (found.expiresAtMs <= nowMs) {
    return { outcome: 'UserCodeExpired', detail: { ...masked, ...expiryDetail(found.expiresAtMs, nowMs) } };
  }
  if (found.decision === null) return undefined;
  return { outcome: 'UserCodeAnswered', detail: { ...masked, decision: found.decision, decidedIn: found.decidedIn } };
}
