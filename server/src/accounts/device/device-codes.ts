import type { FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { networkOf } from '../../http/network.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { createCredential, prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import { type AttemptLimit, attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { createUserCode } from './user-code.ts';

const maxTries = 5;

/** What a device asks for. */
interface Asked {
  readonly client: Client;
  readonly scopes: ScopeSet;
  readonly offline: boolean;
}

/** The pair of codes: one to poll with, one for the user to type. */
export interface DeviceCodes {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly lifetimeMs: number;
}

/** Makes a pair of codes, within the limits, and records it. Each dialect then says it in its words. */
export async function makeDeviceCodes(
  context: AccountsContext,
  request: FastifyRequest,
  asked: Asked,
): Promise<DeviceCodes | Refusal> {
  const attempt = await context.attempts.take(requestLimits(context, asked.client, request.ip));
  if (!attempt.granted) return attemptsUsedUp('DeviceRequestsThrottled', attempt);
  const codes = await storeDeviceRequest(context, asked);
  const { deviceCode, userCode } = codes;
  context.events.record({
    kind: 'device-request',
    outcome: 'Success',
    clientId: asked.client.clientId,
    requestId: request.id,
    keys: [credentialKey(deviceCode), context.deviceRequests.tieOf(userCode)],
    detail: { deviceCode: maskSecret(deviceCode), userCode: context.deviceRequests.maskUserCode(userCode) },
  });
  return codes;
}

/** No secret is asked for, so whoever has seen the client's id may ask. Each request is a row. */
function requestLimits(context: AccountsContext, client: Client, address: string): readonly AttemptLimit[] {
  const { deviceRequestsPerClient, deviceRequestsPerClientAndAddress } = settingsFor(context.settings, client).limits;
  const { clientId } = client;
  return [
    {
      of: 'codes for devices of a client, from an address',
      key: `${clientId} ${networkOf(address)}`,
      most: deviceRequestsPerClientAndAddress,
    },
    { of: 'codes for devices of a client', key: clientId, most: deviceRequestsPerClient },
  ];
}

async function storeDeviceRequest(context: AccountsContext, { client, scopes, offline }: Asked): Promise<DeviceCodes> {
  const { clock, dataCenter, deviceRequests, random, settings } = context;
  const lifetimeMs = settings.lifetimes.deviceCodeTtlSeconds * 1000;
  const deviceCode = createCredential(random, prefixOf(client.clientId));
  const createdAtMs = clock.nowMs();
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const userCode = createUserCode(random);
    const stored = await deviceRequests.create({
      deviceCode,
      userCode,
      clientId: client.clientId,
      dataCenter: dataCenter.id,
      scopes: scopes.scopes.map((each) => each.requested),
      offline,
      createdAtMs,
      expiresAtMs: createdAtMs + lifetimeMs,
    });
    if (stored) return { deviceCode, userCode, lifetimeMs };
  }
  throw new Error(`${maxTries} user codes in a row were taken`);
}
