import type { Client } from '../oauth/client.ts';
import { notFound } from './failure.ts';
import type { ConsoleCall } from './route.ts';

/** The client of the path's `:id`, if it is the user's own or the user is an operator. @throws ConsoleFailure 404. */
export async function findOwn({ context, session, params }: ConsoleCall<unknown>): Promise<Client> {
  const client = await context.clients.find(params.id ?? '');
  const own = client?.ownerId === session.userId && client.dataCenter === context.dataCenter.id;
  if (!client || client.firstParty || (!own && !session.operator)) throw notFound('application');
  return client;
}
