import { type Client, type ClientType, clientTypeRules, isEnabledAt, rulesOf } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { authenticateClient, readClientCredentials } from '../client/client-authentication.ts';
import { clientNotEnabled, findEnabledClient } from '../client/find-client.ts';
import type { AccountsContext } from '../context.ts';
import type { Incoming } from './steps.ts';

/**
 * Why this data centre takes a request: the client is enabled here, or this is the first data centre of its realm, where
 * every client's users may begin (reference §1.4). In the second case nobody is served here.
 */
export type Entry = 'client' | 'realm';

export function clientId(_found: object, { parameters }: Incoming): { readonly clientId: string } | Refusal {
  const came = parameters.get('client_id');
  return came ? { clientId: came } : { outcome: 'ClientIdMissing' };
}

/** The id of a client that calls an endpoint itself: a parameter, or HTTP Basic. */
export function presentedClientId(
  _found: object,
  { authorization, parameters }: Incoming,
): { readonly clientId: string } | Refusal {
  const { clientId } = readClientCredentials(parameters, authorization);
  return clientId ? { clientId } : { outcome: 'ClientIdMissing' };
}

/** The client that calls an endpoint itself, with its secret. */
export async function authenticatedClient(
  _found: object,
  { authorization, context, parameters }: Incoming,
): Promise<{ readonly client: Client } | Refusal> {
  const client = await authenticateClient(context, readClientCredentials(parameters, authorization));
  return 'outcome' in client ? client : { client };
}

export async function enabledClient(
  { clientId }: { readonly clientId: string },
  { context }: Incoming,
): Promise<{ readonly client: Client } | Refusal> {
  const client = await findEnabledClient(context, clientId);
  return 'outcome' in client ? client : { client };
}

/**
 * The client, if its users may begin here: where it is enabled, and, for every client of the realm, at the realm's
 * first data centre (switch `compatibility.realmEntry`).
 */
export async function clientForEntry(
  { clientId }: { readonly clientId: string },
  { context }: Incoming,
): Promise<{ readonly client: Client; readonly entry: Entry } | Refusal> {
  const client = await findEnabledClient(context, clientId);
  if (!('outcome' in client)) return { client, entry: 'client' };
  const realm = context.topology.realmOf(context.dataCenter);
  const first = realm[0]?.id === context.dataCenter.id;
  if (client.outcome !== 'ClientNotEnabled' || !first || !context.settings.compatibility.realmEntry) return client;
  const found = await context.clients.find(clientId);
  const ofRealm = found && realm.some(({ id }) => id === found.dataCenter || isEnabledAt(found, id));
  return found && ofRealm ? { client: found, entry: 'realm' } : client;
}

/** Why a request that only began here goes no further: its user lives here, and the client is not enabled here. */
export function entryOnly(
  context: AccountsContext,
  { client, entry }: { readonly client: Client; readonly entry: Entry },
): Refusal | undefined {
  return entry === 'client' ? undefined : clientNotEnabled(context, client, { entry });
}

/** The client's type has this response type. */
export function allowedResponseType({
  client,
  responseType,
}: {
  readonly client: Client;
  readonly responseType: string;
}): Refusal | undefined {
  const rules = rulesOf(client);
  if (client.dpopBound && responseType === 'token') return { outcome: 'ProofNeeded' };
  if (rules.responseType === responseType) return undefined;
  return {
    outcome: 'ResponseTypeNotAllowed',
    detail: { clientType: rules.label, came: responseType, expected: rules.responseType },
  };
}

/** The endpoint serves one type of client only. */
export function clientOfType(expected: ClientType) {
  return function clientType({ client }: { readonly client: Client }, { parameters }: Incoming): Refusal | undefined {
    if (client.type === expected) return undefined;
    const { label } = rulesOf(client);
    return {
      outcome: 'GrantTypeNotAllowed',
      detail: { clientType: label, came: parameters.get('grant_type'), expected: clientTypeRules[expected].label },
    };
  };
}
