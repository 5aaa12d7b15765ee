import { countAuthorization } from '../accounts/store/authorization-counts.ts';
import { type GrantTarget, saveGrant } from '../accounts/store/grants.ts';
import { type NewCode, saveCode } from '../accounts/store/token-store.ts';
import { type Environment, environments } from '../config/data-centers.ts';
import { listOrganizations } from '../crm/store/space/list-organizations.ts';
import { secretHash } from '../foundation/secrets.ts';
import { type Client, isEnabledAt } from '../oauth/client.ts';
import { prefixOf } from '../oauth/formats.ts';
import { outcomes } from '../oauth/outcomes.ts';
import { ScopeSet } from '../oauth/scopes.ts';
import { slotOf } from '../oauth/slots.ts';
import type { AdminContext, AdministeredDataCenter } from './context.ts';
import { AdminFailure, badInput } from './failure.ts';

/** What somebody is to be granted, as it was asked for. */
export interface GrantWish {
  /** Separated by commas or spaces. */
  readonly scope: string;
  readonly environment: string;
  /** May be left out where the user has one. */
  readonly organizationId?: string | undefined;
}

/** The same, checked. */
export interface CheckedWish {
  /** As they were asked for. */
  readonly scopes: readonly string[];
  readonly target: GrantTarget & { readonly environment: Environment };
}

/** @throws AdminFailure when the client is not one of this data centre. */
export function checkEnabled(client: Client, { dataCenter }: AdministeredDataCenter): void {
  if (isEnabledAt(client, dataCenter.id)) return;
  throw badInput(`client ${client.clientId} belongs to data centre "${client.dataCenter}", not to "${dataCenter.id}"`);
}

/** @throws AdminFailure naming the scope, environment or organization that cannot be granted. */
export async function checkWish(
  context: AdminContext,
  at: AdministeredDataCenter,
  userId: string,
  wish: GrantWish,
): Promise<CheckedWish> {
  const environment = environments.find((each) => each === wish.environment);
  if (!environment)
    throw badInput(`environment: expected one of ${environments.join(', ')}, got "${wish.environment}"`);
  const parsed = context.scopes.parseList(wish.scope);
  if ('unknown' in parsed) {
    const fault = parsed.unknown === '' ? 'none is named' : `"${parsed.unknown}" does not exist`;
    throw badInput(`Enter a valid scope: ${fault}`);
  }
  const scopes = parsed.scopes.map((scope) => scope.requested);
  const target = new ScopeSet(parsed.scopes).organizationBound
    ? { organizationId: await chooseOrganization(at, wish.organizationId, userId, environment), environment }
    : { organizationId: null, environment: 'production' as Environment };
  return { scopes, target };
}

export interface CodeOrder {
  readonly client: Client;
  readonly userId: string;
  readonly wish: CheckedWish;
  readonly redirectUri: string | null;
  readonly challenge?: NewCode['challenge'];
  readonly ttlMs: number;
  /** 0 `codesPerUserAndClientPerWindow`: no limit. */
  readonly limits: { readonly codesPerUserAndClientPerWindow: number; readonly windowSeconds: number };
}

/** Stores a grant and a code for it that gives a refresh token, too. @throws AdminFailure 429 when there are too many. */
export async function issueCode(
  context: AdminContext,
  { database }: AdministeredDataCenter,
  { client, userId, wish, ttlMs, limits, ...order }: CodeOrder,
): Promise<{ readonly code: string; readonly expiresAtMs: number }> {
  const { clientId } = client;
  const nowMs = context.clock.nowMs();
  const expiresAtMs = nowMs + ttlMs;
  const slot = slotOf(userId);
  const code = context.slots.createCredential(context.random, prefixOf(clientId), slot);
  const { scopes, target } = wish;
  await database.transaction(async (transaction) => {
    const windowEndsAtMs = await countAuthorization(transaction, { userId, clientId, nowMs, limits });
    if (windowEndsAtMs !== undefined) {
      const seconds = Math.ceil((windowEndsAtMs - nowMs) / 1000);
      throw new AdminFailure(429, 'THROTTLED', `${outcomes.CodeThrottled.meaning} (${seconds} s)`);
    }
    const grantId = await saveGrant(transaction, { userId, clientId, target, scopes, nowMs });
    const { challenge, redirectUri } = order;
    const fresh = {
      code: { hash: secretHash(code), slot },
      grantId,
      clientId,
      redirectUri,
      scopes,
      challenge,
      offline: true,
      nowMs,
      expiresAtMs,
    };
    await saveCode(transaction, fresh);
  });
  return { code, expiresAtMs };
}

async function chooseOrganization(
  { database }: AdministeredDataCenter,
  wanted: string | undefined,
  userId: string,
  environment: Environment,
): Promise<string> {
  const all = await listOrganizations(database, userId);
  const inEnvironment = all.filter((each) => each.environments.some((space) => space.environment === environment));
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
