import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventKind } from '../../inspector/event-kinds.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { sendStandardRefusal } from '../wire/standard-error.ts';
import { authenticateCaller, type Caller, presentedId } from './authenticate.ts';
import { allowPage } from './cross-origin.ts';
import { readStandardForm } from './form.ts';

/** A call of an endpoint that clients call themselves, with its client known. */
export interface StandardCall extends Caller {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parameters: URLSearchParams;
}

/** What an endpoint does with a call: it sends the answer itself, or says why there is none. */
export type StandardHandler = (call: StandardCall) => Promise<FastifyReply | Refusal>;

/** Registers an endpoint of the standard dialect: form, origin of the page and client are checked before `handle`. */
export function registerCall(
  app: FastifyInstance,
  context: AccountsContext,
  path: string,
  kind: EventKind,
  handle: StandardHandler,
): void {
  // OPTIONS is for preflights (cross-origin.ts).
  app.route({ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], url: path, handler: answer });

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    const parameters = readStandardForm(request);
    if ('outcome' in parameters) return sendStandardRefusal(context, request, reply, null, parameters, kind);
    const clientId = presentedId(request, parameters);
    const refuse = (refusal: Refusal) => sendStandardRefusal(context, request, reply, clientId ?? null, refusal, kind);
    const foreign = await allowPage(context, request, reply, clientId);
    if (foreign) return refuse(foreign);
    const caller = await authenticateCaller(context, request, parameters);
    if ('outcome' in caller) return refuse(caller);
    const sent = await handle({ ...caller, request, reply, parameters });
    return 'outcome' in sent ? refuse(sent) : sent;
  }
}
