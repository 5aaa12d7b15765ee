import { createHash } from 'node:crypto';
import { seal, unseal } from '../../foundation/sealed.ts';
import type { ClientId } from '../../oauth/ids.ts';
import type { AccountsContext } from '../context.ts';
import { takeProof } from '../store/used-proofs.ts';
import { ownParameters } from './fresh-sign-in.ts';

/**
 * Pushed authorization requests (RFC 9126). A request is kept in its own URI, sealed: nothing has to be looked up, and
 * after a hop the user's data centre opens it as well as the first one. The URI that the client is given counts once, at
 * the data centre that gave it; the browser then goes through the pages with another one of the same request.
 */
const prefix = 'urn:ietf:params:oauth:request_uri:';
const kinds = { pushed: `${prefix}1.`, opened: `${prefix}2.` } as const;
/** Longer than anybody stays on our pages. */
const openedMs = 3600_000;

interface PushedRequest {
  readonly clientId: ClientId;
  readonly parameters: readonly (readonly [string, string])[];
  readonly expiresAtMs: number;
}

/** What client authentication needs, and the request itself does not. */
const credentials = ['client_secret', 'client_assertion', 'client_assertion_type'];

/** The URI of a request that has been checked, and in how many seconds it ends. */
export async function pushRequest(
  context: AccountsContext,
  clientId: ClientId,
  parameters: URLSearchParams,
): Promise<{ readonly requestUri: string; readonly expiresInSeconds: number }> {
  const expiresInSeconds = context.settings.lifetimes.pushedRequestTtlSeconds;
  const value: PushedRequest = {
    clientId,
    parameters: [...parameters].filter(([name]) => !credentials.includes(name)),
    expiresAtMs: context.clock.nowMs() + expiresInSeconds * 1000,
  };
  const sealed = await seal(context.keys.signIn, purposeOf(context, 'pushed'), value);
  return { requestUri: `${kinds.pushed}${sealed}`, expiresInSeconds };
}

/** Takes a client's URI, once. @returns the query to go on with; undefined for one that does not count, or not any more. */
export async function takePushed(context: AccountsContext, query: URLSearchParams): Promise<string | undefined> {
  const requestUri = query.get('request_uri') ?? '';
  const request = await open(context, 'pushed', query);
  if (!request) return undefined;
  const name = ['pushed request', createHash('sha256').update(requestUri).digest('base64url')];
  if (!(await takeProof(context.database, name, request.expiresAtMs))) return undefined;
  const opened = { ...request, expiresAtMs: context.clock.nowMs() + openedMs };
  const sealed = await seal(context.keys.signIn, purposeOf(context, 'opened'), opened);
  return String(new URLSearchParams({ client_id: request.clientId, request_uri: `${kinds.opened}${sealed}` }));
}

/** Whether this is a URI as clients are given them. */
export function isPushed(query: URLSearchParams): boolean {
  return query.get('request_uri')?.startsWith(kinds.pushed) ?? false;
}

/** The parameters of a request: those that were pushed, with what we add ourselves on the way, or simply the query. */
export async function requestParameters(context: AccountsContext, query: URLSearchParams): Promise<URLSearchParams> {
  if (!query.get('request_uri')?.startsWith(kinds.opened)) return query;
  const request = await open(context, 'opened', query);
  if (!request) return query;
  const own = [...query].filter(([name]) => ownParameters.includes(name));
  return new URLSearchParams([...request.parameters, ...own].map(([name, value]) => [name, value]));
}

async function open(
  context: AccountsContext,
  kind: keyof typeof kinds,
  query: URLSearchParams,
): Promise<PushedRequest | undefined> {
  const requestUri = query.get('request_uri');
  if (!requestUri?.startsWith(kinds[kind])) return undefined;
  const sealed = requestUri.slice(kinds[kind].length);
  const request = await unseal(context.keys.signIn, purposeOf(context, kind), sealed);
  const pushed = request as PushedRequest | undefined;
  // RFC 9126 §4: by the client that pushed it only.
  if (!pushed || pushed.clientId !== query.get('client_id')) return undefined;
  return pushed.expiresAtMs > context.clock.nowMs() ? pushed : undefined;
}

function purposeOf({ dataCenter }: AccountsContext, kind: keyof typeof kinds): string {
  return kind === 'pushed' ? `pushed request at ${dataCenter.id}` : `pushed request in realm ${dataCenter.realm}`;
}
