import { secretHash } from '../../foundation/secrets.ts';
import { type ClientProfile, rulesOf } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { environmentOf } from '../../oauth/resources.ts';
import { ScopeSet } from '../../oauth/scopes.ts';
import { slotOf } from '../../oauth/slots.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import type { AccountsContext } from '../context.ts';
import { formAccessToken } from '../identity/access-token.ts';
import type { GrantTarget } from '../store/grants.ts';
import { findUser } from '../users.ts';
import { authorizationLimit, throttled } from './limits.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { TokenCall } from './token-call.ts';

const soidPattern = /^([A-Za-z]+)\.(\d{1,19})$/;

/**
 * `grant_type=client_credentials` (reference §2.6): a self client's access token for its owner's own data, without a
 * refresh token. Scopes that are bound to an organization need `soid`, which names one of the owner's.
 */
export async function grantClientCredentials(
  context: AccountsContext,
  { client, parameters, dialect, binding }: TokenCall,
): Promise<TokenAnswer | Refusal> {
  const { compatibility, lifetimes, limits } = settingsFor(context.settings, client);
  const scope = parameters.get('scope');
  if (!scope) return { outcome: 'ScopeMissing' };
  if (compatibility.strictCommaScopes && /\s/.test(scope.trim())) {
    return {
      outcome: 'ScopeUnknown',
      detail: { scope: scope.slice(0, 100), reason: 'scopes are separated by commas' },
    };
  }
  const parsed = dialect === 'standard' ? context.scopes.parseStandardList(scope) : context.scopes.parseList(scope);
  if ('unknown' in parsed) return { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } };
  const owner =
    client.dataCenter === context.dataCenter.id
      ? await findUser(context.database, { userId: client.ownerId })
      : undefined;
  if (!owner?.active) return { outcome: 'UserInactive', detail: { clientType: rulesOf(client).label } };

  const soid = parameters.get('soid');
  const target = await findTarget(context, owner.userId, new ScopeSet(parsed.scopes), soid, client.profile, binding);
  if ('outcome' in target) return target;
  const foreign = binding.resources?.find((each) => environmentOf(context.dataCenter, each) !== target.environment);
  if (target.organizationId !== null && foreign !== undefined) {
    return { outcome: 'ResourceNotGranted', detail: { came: foreign, environment: target.environment } };
  }

  const nowMs = context.clock.nowMs();
  const scopes = parsed.scopes.map((each) => each.requested);
  const { clientId } = client;
  const slot = slotOf(owner.userId);
  const accessToken = context.slots.createCredential(context.random, prefixOf(clientId), slot);
  const expiresInSeconds = lifetimes.accessTokenTtlSeconds;
  const expiresAtMs = nowMs + expiresInSeconds * 1000;
  const { environment } = target;
  const { userId } = owner;
  const formed = await formAccessToken(context, accessToken, {
    ...{ client, userId, scopes, environment, expiresAtMs, binding },
  });
  const windowEndsAtMs = await context.tokens.grantToClient({
    ...{ userId, clientId, target, scopes, nowMs, expiresAtMs, binding, limits },
    accessToken: { hash: secretHash(accessToken), slot },
  });
  if (windowEndsAtMs !== undefined)
    return throttled('TokenThrottled', windowEndsAtMs, nowMs, { ...authorizationLimit(limits), of: 'one self client' });
  return {
    accessToken: formed,
    binding,
    refreshToken: undefined,
    scope: scopes.join(' '),
    environment,
    expiresInSeconds,
  };
}

async function findTarget(
  context: AccountsContext,
  userId: string,
  scopes: ScopeSet,
  soid: string | null,
  profile: ClientProfile,
  { resources }: TokenBinding,
): Promise<GrantTarget | Refusal> {
  if (!scopes.organizationBound) return { organizationId: null, environment: 'production' };
  if (!soid && profile === 'strict') return ownOrganization(context, userId, resources?.[0]);
  if (!soid) return { outcome: 'OrganizationMissing', detail: { expected: 'soid=ZohoCRM.<organization id>' } };
  const zgid = soidPattern.exec(soid)?.[2];
  const own = await context.organizations.listForUser(userId);
  for (const organization of own) {
    const space = organization.environments.find((each) => each.zgid === zgid);
    if (space) return { organizationId: organization.organizationId, environment: space.environment };
  }
  const expected = own.flatMap(({ environments }) => environments.map(({ zgid: id }) => `ZohoCRM.${id}`));
  return { outcome: 'OrganizationUnknown', detail: { came: soid.slice(0, 100), expected } };
}

/** A strict self client acts in its owner's organization, in production or where its resource is, without `soid`, which is no parameter of OAuth. */
async function ownOrganization(
  context: AccountsContext,
  userId: string,
  resource: string | undefined,
): Promise<GrantTarget | Refusal> {
  const organizations = await context.organizations.listForUser(userId);
  const own = organizations.find(({ administrator }) => administrator) ?? organizations[0];
  if (!own) return { outcome: 'UserHasNoOrganization' };
  const environment = resource === undefined ? undefined : environmentOf(context.dataCenter, resource);
  return { organizationId: own.organizationId, environment: environment ?? 'production' };
}
