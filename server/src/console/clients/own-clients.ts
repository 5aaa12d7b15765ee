import type { Client } from '../../oauth/client.ts';
import { ConsoleFailure, notFound } from '../failure.ts';
import type { ConsoleCall } from '../route.ts';
import type { ConsoleSession } from '../sessions.ts';

/** The client of the path's `:id`, if it is the user's own or the user is an operator. @throws ConsoleFailure 404. */
export async function findOwn(call: ConsoleCall): Promise<Client> {
  const client = await call.context.clients.find(call.params.id ?? '');
  if (!client || client.firstParty || (!owns(call, client) && !call.session.operator)) throw notFound('application');
  return client;
}

/**
 * The same for what is done in the owner's name, which no other user does, operators neither: a code of a self client is
 * access to its owner's data.
 */
export async function findOwned(call: ConsoleCall): Promise<Client> {
  const client = await findOwn(call);
  if (owns(call, client)) return client;
  throw new ConsoleFailure(403, 'OWNER_ONLY', "This gives access to the owner's data; only the owner can do it.");
}

/** Whose clients the signed-in user's are. */
export function ownerOf({ context, session }: ConsoleCall): { readonly dataCenter: string; readonly ownerId: string } {
  return { dataCenter: context.dataCenter.id, ownerId: session.userId };
}

function owns({ context, session }: { context: ConsoleCall['context']; session: ConsoleSession }, client: Client) {
  return client.ownerId === session.userId && client.dataCenter === context.dataCenter.id;
}
