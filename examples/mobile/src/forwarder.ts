import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SampleDataCenters } from '../../shared/platform.ts';

/** What may be reached below each kind of origin; everything else is none of the app's business. */
const openPaths: Readonly<Record<string, RegExp>> = {
  accounts: /^\/oauth\/v2\/token(?:\/revoke)?$/,
  api: /^\/crm\//,
  sandboxApi: /^\/crm\//,
  developerApi: /^\/crm\//,
};

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** No cookie and no origin: the platform sees what it would see of a phone. */
const passedOn = ['accept', 'authorization', 'content-type'] as const;
const passedBack = ['content-type', 'retry-after'] as const;
const longestMs = 30_000;

/**
 * `/forward/<data centre>/<service>/<path>`: the web build's way to accounts servers and APIs, which open no cross-origin
 * access for mobile clients. Only to the platform's own origins and the paths that the app needs, and only for its own
 * pages, so that nobody else can make this server send something.
 */
export function registerForwarder(app: FastifyInstance, dataCenters: SampleDataCenters): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.route<{ Params: { dataCenter: string; service: string; '*': string } }>({
      method: [...methods],
      url: '/forward/:dataCenter/:service/*',
      handler: async (request, reply) => {
        const { dataCenter, service } = request.params;
        const site = request.headers['sec-fetch-site'];
        if (site !== undefined && site !== 'same-origin') return refuse(reply, 403, 'foreign_page');
        const services: Readonly<Record<string, unknown>> = Object.hasOwn(dataCenters, dataCenter)
          ? { ...dataCenters[dataCenter] }
          : {};
        const origin = services[service];
        const path = request.url.slice(`/forward/${dataCenter}/${service}`.length);
        if (typeof origin !== 'string' || !URL.canParse(path, origin)) return refuse(reply, 404, 'unknown_place');
        const target = new URL(path, origin);
        if (target.origin !== origin || !openPaths[service]?.test(target.pathname)) {
          return refuse(reply, 404, 'unknown_place');
        }
        return forward(target, request, reply);
      },
    });
  });
}

async function forward(target: URL, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { method, headers: asked, body } = request;
  const headers: Record<string, string> = {};
  for (const name of passedOn) {
    const value = asked[name];
    if (value !== undefined) headers[name] = value;
  }
  let answer: Response;
  try {
    answer = await fetch(target, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(longestMs),
      ...(Buffer.isBuffer(body) && body.length > 0 && { body: new Uint8Array(body) }),
    });
  } catch {
    return refuse(reply, 502, 'no_answer');
  }
  for (const name of passedBack) {
    const value = answer.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  return reply.code(answer.status).send(answer.status === 204 ? undefined : Buffer.from(await answer.arrayBuffer()));
}

function refuse(reply: FastifyReply, status: number, code: string): FastifyReply {
  return reply.code(status).send({ error: code });
}
