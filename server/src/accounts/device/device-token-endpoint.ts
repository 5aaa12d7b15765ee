import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { expiryDetail } from '../../foundation/expiry-detail.ts';
import { maskSecret } from '../../foundation/secrets.ts';
import { readParameters } from '../../http/parameters.ts';
import { credentialKeys } from '../../inspector/flow-key.ts';
import type { Client } from '../../oauth/client.ts';
import { isCredential, prefixOf } from '../../oauth/formats.ts';
import { outcomes } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { notBound } from '../../oauth/token-binding.ts';
import { readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { authenticatedClient, clientOfType } from '../request/client-steps.ts';
import { grantTypeOf } from '../request/parameter-steps.ts';
import { type Incoming, noSteps } from '../request/steps.ts';
import type { DevicePoll } from '../store/device-requests.ts';
import { exchangeCode } from '../token/authorization-code.ts';
import { renderTokenAnswer, type TokenAnswer } from '../token/token-answer.ts';
import { sendJson, sendRefusal } from '../wire/send-json.ts';

const eventKind = 'device-token';

/** `POST /oauth/v3/device/token` (reference §6.3): the device asks whether its user has answered. */
export function registerDeviceToken(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/v3/device/token', async (request, reply) => {
    if (request.method !== 'POST') {
      const detail = { came: request.method, expected: 'POST' };
      return sendPollRefusal(context, request, reply, null, { outcome: 'MethodNotAllowed', detail });
    }
    const body = request.body as Buffer | undefined;
    const parameters = await readParameters(request.url, request.headers['content-type'], body);
    const { authorization } = request.headers;
    const clientId = readClientCredentials(parameters, authorization).clientId ?? null;
    const code = parameters.get('code');
    const result = await answerPoll({ context, parameters, authorization });
    if ('outcome' in result) {
      const detail = { ...result.detail, ...(code ? { code: maskSecret(code) } : {}) };
      return sendPollRefusal(context, request, reply, clientId, {
        ...result,
        detail,
        keys: credentialKeys(code),
      });
    }
    context.events.record({
      kind: eventKind,
      outcome: 'Success',
      clientId,
      requestId: request.id,
      keys: credentialKeys(code, result.refreshToken, result.accessToken),
      detail: { code: maskSecret(code ?? ''), accessToken: maskSecret(result.accessToken) },
    });
    return sendJson(reply, 200, renderTokenAnswer(context, result));
  });
}

/** The checks of a poll in their order (reference, §2.2): grant type, client id, client secret, code. */
const pollSteps = noSteps
  .check(grantTypeOf('device_token'))
  .read(authenticatedClient)
  .check(clientOfType('device'))
  .read(deviceCode);

function deviceCode(_found: object, { parameters }: Incoming): { readonly code: string } | Refusal {
  const code = parameters.get('code');
  if (!code) return { outcome: 'CodeMissing' };
  return isCredential(code) ? { code } : { outcome: 'CodeUnknown', detail: { reason: 'malformed' } };
}

async function answerPoll(incoming: Incoming): Promise<TokenAnswer | Refusal> {
  const { context } = incoming;
  const checked = await pollSteps.run(incoming);
  if ('outcome' in checked) return checked;
  const { client, code } = checked;
  const nowMs = context.clock.nowMs();
  const poll = await context.deviceRequests.poll({
    deviceCode: code,
    clientId: client.clientId,
    dataCenter: context.dataCenter.id,
    nowMs,
    intervalMs: context.settings.compatibility.deviceIntervalMs,
  });
  const fault = checkPoll(context, client, poll, nowMs);
  if (fault) return fault;

  // Approved, here: from now on it is an authorization code like any other, spent once and within the limits.
  const grantCode = context.deviceRequests.grantCode((poll as DevicePoll).request, prefixOf(client.clientId));
  const stored = await context.tokens.findCode(grantCode);
  // The directory knows of the approval a moment before the data centre has committed it.
  if (!stored) {
    return { outcome: 'DevicePending', detail: { reason: 'the approval is being stored, or was taken back' } };
  }
  // Asked here, because one poll too many is no theft: the strict profile ends the tokens of a code that comes again.
  if (stored.usedAtMs !== null) {
    return { outcome: 'CodeUsed', detail: { usedAt: new Date(stored.usedAtMs).toISOString() } };
  }
  const parameters = new URLSearchParams({ code: grantCode });
  return exchangeCode(context, { client, parameters, proven: false, dialect: 'platform', binding: notBound });
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

/** Like a refusal of the token endpoint, with the status that is set for devices, and `other_dc` says where. */
async function sendPollRefusal(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  refusal: Refusal,
): Promise<FastifyReply> {
  const { outcome, detail = {}, keys } = refusal;
  const { deviceStatus, strictRfc } = context.settings.compatibility;
  const { token, standard, meaning } = outcomes[outcome];
  const ofDevices = outcome.startsWith('Device') || outcome === 'AccessDenied';
  if (token?.status !== 200 || (strictRfc && standard && !ofDevices)) {
    return sendRefusal(context, request, reply, clientId, refusal, eventKind);
  }
  const shownId = clientId?.slice(0, 100) ?? null;
  context.events.record({ kind: eventKind, outcome, clientId: shownId, requestId: request.id, keys, detail });
  // RFC 8628 §3.5: all of them are 400.
  if (strictRfc && standard) return sendJson(reply, 400, { error: standard, error_description: meaning });
  const location = outcome === 'DeviceApprovedElsewhere' ? { user_location: detail.userLocation } : {};
  return sendJson(reply, deviceStatus, { ...location, error: token.error });
}
