import { maskSecret } from '../../foundation/secrets.ts';
import { listEvents } from '../../inspector/events.ts';
import { explain } from '../../inspector/explain.ts';
import { badInput, ConsoleFailure, notFound } from '../failure.ts';
import { type ConsoleCall, type ConsoleRoute, defineRoute } from '../route.ts';
import * as wire from '../wire-diagnosis.ts';
import { findOwned } from './own-clients.ts';

/** What a guided run may ask of each service: the protocol's endpoints, and no page that belongs to a session. */
const paths: Readonly<Record<wire.GuidedService, RegExp>> = {
  accounts: /^\/oauth\/(?:v2|v3|user|serverinfo)(?:\/|$)/,
  api: /^\/crm\//,
  sandboxApi: /^\/crm\//,
  developerApi: /^\/crm\//,
};
const shownHeaders = /^(?:content-type|location|retry-after|www-authenticate|vary|access-control-.*|x-.*)$/;
/** What the console decides about the request, and what would end the connection. */
const ownHeaders = /^(?:cookie|host|content-length|connection|transfer-encoding|x-forwarded-.*|forwarded)$/i;
const longestBody = 100_000;
const lookedAt = 50;

/** Requests of a client that its owner writes, step by step. */
export const guidedRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'POST',
    path: '/clients/:id/guided-run',
    summary: 'Sends a request of the client to the real endpoint of a data centre: request, answer, explanation',
    body: wire.guidedRequest,
    answer: wire.guidedAnswer,
    handle: async (call): Promise<wire.GuidedAnswer> => {
      const { context, body } = call;
      // Whoever sends with the client's secret acts as the client.
      const { clientId } = await findOwned(call);
      const at = call.admin.dataCenters.get(body.dataCenter);
      const listener = context.listener(body.dataCenter, body.service);
      const realm = context.topology.realmOf(context.dataCenter);
      if (!at || !listener || !realm.some(({ id }) => id === body.dataCenter)) throw notFound('data centre');
      if (!paths[body.service].test(normalized(body.path))) {
        throw badInput(`Enter a path of the protocol: expected ${paths[body.service].source}`, 'path');
      }
      const refused = Object.keys(body.headers).find((name) => ownHeaders.test(name));
      if (refused !== undefined)
        throw badInput(`The header ${refused} is not sent: the run writes it itself`, 'headers');
      const secret = body.secretOf === undefined ? undefined : await keptSecret(call, clientId, body.secretOf);
      const request = write(body, secret);
      const answer = await listener.inject({
        method: body.method,
        url: request.url,
        headers: { ...request.headers },
        remoteAddress: call.request.ip,
        ...(request.payload === undefined ? {} : { payload: request.payload }),
      });
      const requestId = String(answer.headers['x-request-id'] ?? '');
      await at.events.flush();
      const events = await listEvents(at.database, { limit: lookedAt, failed: true });
      const event = events.find((each) => each.requestId === requestId && requestId !== '');
      const masked = (text: string) => (secret ? text.replaceAll(secret, maskSecret(secret)) : text);
      return {
        request: {
          method: body.method,
          url: `${at.dataCenter.origins[body.service]}${masked(request.url)}`,
          headers: request.headers,
          body: masked(request.payload ?? ''),
        },
        answer: {
          status: answer.statusCode,
          headers: shown(answer.headers),
          body: answer.payload.slice(0, longestBody),
        },
        outcome: event?.outcome ?? null,
        explained: event ? explain({ ...event, dataCenter: body.dataCenter, clientId }) : null,
      };
    },
  }),
];

/** The path as it arrives, its dots resolved; empty where it is none. */
function normalized(path: string): string {
  const own = 'http://localhost';
  const url = path.startsWith('/') && URL.canParse(path, own) ? new URL(path, own) : undefined;
  return url?.origin === own ? url.pathname : '';
}

/** @throws ConsoleFailure 409 when the platform cannot tell the secret. */
async function keptSecret({ context }: ConsoleCall, clientId: string, dataCenter: string): Promise<string> {
  const told = await context.clients.secrets.tellNewest(clientId);
  const secret = told[dataCenter];
  if (secret !== undefined) return secret;
  const why = `The secret of ${dataCenter.slice(0, 50)} is not kept here: type client_secret as a parameter.`;
  throw new ConsoleFailure(409, 'SECRET_UNKNOWN', why, { field: 'secretOf' });
}

function write({ body, headers, method, parameters, path }: wire.GuidedRequest, secret: string | undefined) {
  const given = new URLSearchParams({ ...parameters, ...(secret === undefined ? {} : { client_secret: secret }) });
  const query = method === 'GET' ? given.toString() : '';
  const url = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  if (method === 'GET' || method === 'OPTIONS') return { url, headers, payload: undefined };
  if (body !== undefined) return { url, headers: { 'content-type': 'application/json', ...headers }, payload: body };
  const type = 'application/x-www-form-urlencoded';
  return { url, headers: { 'content-type': type, ...headers }, payload: given.toString() };
}

function shown(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => shownHeaders.test(name))
      .map(([name, value]) => [name, String(value)]),
  );
}
