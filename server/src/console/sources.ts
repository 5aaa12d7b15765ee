import type { AdministeredDataCenter } from '../admin/context.ts';
import type { Client } from '../oauth/client.ts';
import type { ConsoleCall } from './route.ts';

/**
 * The data centres whose recorded traffic the reader may see. The owner of a client sees its at every one of the realm; an
 * operator, whose role is of one data centre, what happened there.
 */
export function sourcesOf({ admin, context, session }: ConsoleCall, client?: Client): AdministeredDataCenter[] {
  const own = context.dataCenter;
  const owner = client !== undefined && client.ownerId === session.userId && client.dataCenter === own.id;
  const ids = owner ? context.topology.realmOf(own).map(({ id }) => id) : [own.id];
  return ids.map((id) => admin.dataCenters.get(id)).filter((source) => source !== undefined);
}
