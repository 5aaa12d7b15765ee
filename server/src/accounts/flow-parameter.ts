import type { FastifyRequest } from 'fastify';
import { keyedHash, sameBytes } from '../foundation/secrets.ts';
import { queryOf } from '../http/parameters.ts';
import type { AccountsContext } from './context.ts';

/**
 * The id of the flow that a request of a browser belongs to. The first request of an authorization begins one and is its
 * name; from then on the id travels with the request through sign-in, hop and consent, because every page of ours
 * carries the request's address on. It is sealed together with the client, so that nobody can
 * put a step into a flow that they have not seen, or that is another client's.
 */
const parameter = 'flow';
const idPattern = /^[0-9a-f]{16}$/;
const markLength = 22;

/** The flow that the request names, in its own query or in the address that its page leads to. */
export function flowOf(context: Pick<AccountsContext, 'keys'>, request: FastifyRequest): string | undefined {
  for (const query of queriesOf(request)) {
    const text = query.get(parameter);
    if (text !== null) return openFlow(context, query, text);
  }
  return undefined;
}

/** The client that the request is for, as it says. */
export function clientOf(request: FastifyRequest): string | null {
  return (
    queriesOf(request)
      .find((query) => query.has('client_id'))
      ?.get('client_id') ?? null
  );
}

/** The request's own query, and that of the address which its page leads to. */
function queriesOf(request: FastifyRequest): URLSearchParams[] {
  const own = new URLSearchParams(queryOf(request.url));
  const form = request.method === 'POST' && Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  const onward = own.get('continue') ?? new URLSearchParams(form).get('continue');
  return onward === null ? [own] : [own, new URLSearchParams(queryOf(onward))];
}

/** The address of an authorization request with the id of its flow: that of the request itself where it names none. */
export function withFlow(context: Pick<AccountsContext, 'keys'>, request: FastifyRequest, address: string): string {
  const own = new URLSearchParams(queryOf(address));
  const named = own.getAll(parameter);
  if (named.length === 1 && named[0] !== undefined && openFlow(context, own, named[0]) !== undefined) return address;
  const plain = address.replace(/&flow=[^&#]*/g, '').replace(/\?flow=[^&#]*&?/, '?');
  return `${plain}${plain.includes('?') ? '&' : '?'}${parameter}=${request.id}.${markOf(context, request.id, own)}`;
}

function openFlow(context: Pick<AccountsContext, 'keys'>, query: URLSearchParams, text: string): string | undefined {
  const [id = '', mark = ''] = text.split('.');
  if (!idPattern.test(id)) return undefined;
  return sameBytes(Buffer.from(mark), Buffer.from(markOf(context, id, query))) ? id : undefined;
}

function markOf({ keys }: Pick<AccountsContext, 'keys'>, id: string, query: URLSearchParams): string {
  return keyedHash(keys.signIn, `flow ${id} ${query.get('client_id') ?? ''}`)
    .toString('base64url')
    .slice(0, markLength);
}
