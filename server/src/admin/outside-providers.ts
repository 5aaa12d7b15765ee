import { isProviderId, type OutsideProvider } from '../accounts/outside/providers.ts';
import { outsideCallback } from '../accounts/sign-in/outside.ts';
import { visibleNameFault } from '../foundation/invisible-characters.ts';
import { textForms } from '../foundation/text-forms.ts';
import { isLoopback } from '../oauth/client-uris.ts';
import type { AdminContext } from './context.ts';
import { badInput, notFound } from './failure.ts';
import { recordOperatorEvent } from './operator-events.ts';
import { administered } from './users.ts';

/** What an operator says of an outside provider. */
export interface ProviderRegistration {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
}

export async function listProviders(context: AdminContext, dataCenter: string) {
  const { dataCenter: place, outsideProviders } = administered(context, dataCenter);
  return (await outsideProviders.list()).map((provider) => describe(provider, outsideCallback({ dataCenter: place })));
}

/** Adds an outside provider, or replaces it. @throws AdminFailure, UsableFailure when it does not answer as one. */
export async function putProvider(context: AdminContext, dataCenter: string, registration: ProviderRegistration) {
  const { id, name, issuer, clientId, clientSecret, scopes } = registration;
  const { outsideProviders } = administered(context, dataCenter);
  if (!isProviderId(id)) throw badInput(`id: expected ${textForms.outsideProviderId.expected}, got "${id}"`);
  const fault = name.trim() === '' ? 'the name must not be empty' : visibleNameFault('the name', name);
  if (fault !== undefined) throw badInput(fault);
  const address = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!address || (address.protocol !== 'https:' && !(address.protocol === 'http:' && isLoopback(address.hostname)))) {
    throw badInput(`issuer: expected an https address (http for this machine only), got "${issuer}"`);
  }
  if (!scopes.split(' ').includes('openid')) throw badInput(`scopes: expected "openid" among them, got "${scopes}"`);
  const provider = { providerId: id, name: name.trim(), issuer, clientId, scopes };
  await outsideProviders.put(provider, clientSecret, context.clock.nowMs());
  recordOperatorEvent(context, dataCenter, {
    kind: 'provider',
    action: 'put',
    detail: { provider: id, issuer, clientId },
  });
  return (await listProviders(context, dataCenter)).find((each) => each.id === id);
}

export async function removeProvider(context: AdminContext, dataCenter: string, id: string) {
  const { outsideProviders } = administered(context, dataCenter);
  if (!(await outsideProviders.remove(id)))
    throw notFound(`data centre "${dataCenter}" has no outside provider "${id}"`);
  recordOperatorEvent(context, dataCenter, { kind: 'provider', action: 'remove', detail: { provider: id } });
  return { removed: id };
}

function describe(provider: OutsideProvider, redirectUri: string) {
  return {
    id: provider.providerId,
    name: provider.name,
    issuer: provider.issuer,
    client_id: provider.clientId,
    scopes: provider.scopes,
    /** To be registered at the provider. */
    redirect_uri: redirectUri,
    created_at: new Date(provider.createdAtMs).toISOString(),
  };
}
