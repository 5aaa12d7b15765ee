import { type Client, isEnabledAt } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';

/** The client, if it exists and is switched on at this data centre; else the refusal that says which. */
export async function findEnabledClient(context: AccountsContext, clientId: string): Promise<Client | Refusal> {
  const client = await context.clients.find(clientId);
  if (!client) return { outcome: 'ClientUnknown', detail: { clientId: clientId.slice(0, 100) } };
  if (!isEnabledAt(client, context.dataCenter.id)) return clientNotEnabled(context, client);
  return profileFault(context, client) ?? client;
}

export function clientNotEnabled(
  context: AccountsContext,
  client: Client,
  more: Record<string, unknown> = {},
): Refusal {
  const enabledIn = [...client.dataCenters].filter(([, at]) => at.enabled).map(([id]) => id);
  const detail = { dataCenter: context.dataCenter.id, registeredIn: client.dataCenter, enabledIn, ...more };
  return { outcome: 'ClientNotEnabled', detail };
}

/** An operator may serve strict clients only; the platform's own console is none of the operator's clients. */
function profileFault({ settings }: AccountsContext, { firstParty, profile }: Client): Refusal | undefined {
  if (profile === 'strict' || firstParty || settings.standards.compatibleProfile) return undefined;
  return { outcome: 'ProfileForbidden', detail: { switch: 'standards.compatibleProfile' } };
}
