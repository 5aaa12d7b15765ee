import { expiryDetail } from '../../foundation/expiry-detail.ts';
import type { Client } from '../../oauth/client.ts';
import { prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import type { DevicePoll } from '../store/device-requests.ts';
import { exchangeCode } from '../token/authorization-code.ts';
import type { TokenAnswer } from '../token/token-answer.ts';
import type { TokenCall } from '../token/token-call.ts';

/** One look of a device at its request: tokens, once its user has approved here; else why there are none (yet). */
export async function exchangeDeviceCode(
  context: AccountsContext,
  deviceCode: string,
  call: TokenCall,
): Promise<TokenAnswer | Refusal> {
  const { client } = call;
  const nowMs = context.clock.nowMs();
  const poll = await context.deviceRequests.poll({
    deviceCode,
    clientId: client.clientId,
    dataCenter: context.dataCenter.id,
    nowMs,
    intervalMs: context.settings.compatibility.deviceIntervalMs,
  });
  const fault = checkPoll(context, client, poll, nowMs);
  if (fault) return fault;

  // Approved, here: from now on it is an authorization code like any other, spent once and within the limits.
  const { request } = poll as DevicePoll;
  const { deviceRequests, slots, tokens } = context;
  const grantCode = deviceRequests.grantCode(request, prefixOf(client.clientId), deviceRequests.approvedSlot(request));
  const place = await tokens.settle('code', slots.placeOf(grantCode));
  const stored = place && (await tokens.findCode(place));
  // The directory knows of the approval a moment before the data centre has committed it.
  if (!stored) {
    return { outcome: 'DevicePending', detail: { reason: 'the approval is being stored, or was taken back' } };
  }
  // Asked here, because one poll too many is no theft: the strict profile ends the tokens of a code that comes again.
  if (stored.usedAtMs !== null) {
    return { outcome: 'CodeUsed', detail: { usedAt: new Date(stored.usedAtMs).toISOString() } };
  }
  return exchangeCode(context, { ...call, parameters: new URLSearchParams({ code: grantCode }) });
}

/** Why this poll gets no token; undefined when the user has approved and lives here. */
function checkPoll(
  context: AccountsContext,
  client: Client,
  poll: DevicePoll | undefined,
  nowMs: number,
): Refusal | undefined {
  const here = context.dataCenter.id;
  const realm = context.topology.realmOf(context.dataCenter);
  if (!poll || !realm.some(({ id }) => id === poll.request.dataCenter)) return { outcome: 'CodeUnknown' };
  const { request } = poll;
  if (request.clientId !== client.clientId) {
    return { outcome: 'CodeOfOtherClient', detail: { issuedTo: request.clientId, came: client.clientId } };
  }
  // A data centre knows a request that was made elsewhere from the moment its own user approves it, and never else.
  if (request.dataCenter !== here && request.decidedIn !== here) {
    return { outcome: 'CodeUnknown', detail: { askedIn: request.dataCenter, cameTo: here } };
  }
  if (request.expiresAtMs <= nowMs) {
    return { outcome: 'DeviceCodeExpired', detail: expiryDetail(request.expiresAtMs, nowMs) };
  }
  if (!poll.inTime) {
    const { deviceIntervalMs } = context.settings.compatibility;
    const early = poll.elapsedMs < deviceIntervalMs;
    const detail = early ? { elapsedMs: poll.elapsedMs } : { reason: 'another poll came at the same time' };
    return { outcome: 'DevicePolledTooSoon', detail: { ...detail, intervalMs: deviceIntervalMs } };
  }
  if (request.decision === 'rejected') return { outcome: 'AccessDenied' };
  if (request.decision === null) {
    return { outcome: 'DevicePending', detail: { expiresInSeconds: Math.ceil((request.expiresAtMs - nowMs) / 1000) } };
  }
  if (request.decidedIn !== here) {
    return { outcome: 'DeviceApprovedElsewhere', detail: { userLocation: request.decidedIn } };
  }
  return undefined;
}
