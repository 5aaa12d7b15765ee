import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { renderSVG } from 'uqr';
import { BrowserCookie } from '../../shared/browser-cookie.ts';
import { placeNameOf, type SampleOptions } from '../../shared/platform.ts';
import { createWebApp, originOf, serveFiles } from '../../shared/web-app.ts';
import { endingOf } from './device.ts';
import type { Tv, Tvs } from './devices.ts';
import { startsIn } from './oauth.ts';

const heartbeatMs = 15_000;

/** The pages of the TV app: each one that is opened is a device. */
export function createTvApp(options: SampleOptions, tvs: Tvs): FastifyInstance {
  const { origins, port, onError } = options;
  const cookie = new BrowserCookie({ name: 'tv', port, key: options.key('forms') });
  const views = new Eta({ views: fileURLToPath(new URL('../views/', import.meta.url)), cache: true });
  const html = (reply: FastifyReply, name: string, data: object) =>
    reply.type('text/html; charset=utf-8').send(views.render(name, data));
  const app = createWebApp({
    origins,
    policy: ["script-src 'self'", "connect-src 'self'", "form-action 'self'"],
    onError,
    failed: (reply, failure) => html(reply.code(failure.status), 'failure', failure),
  });
  serveFiles(app, new URL('../public/', import.meta.url), ['tv.css', 'tv.js', 'tv.svg']);

  /** What a screen is made of. */
  const dataOf = async (tv: Tv) => ({
    ...{ id: tv.id, screen: tv.screen, version: tv.version, formToken: cookie.formToken(tv.owner) },
    authorization: tv.authorization,
    qrCode: tv.authorization && qrCode(tv.authorization.verificationUrlComplete),
    secondsLeft: tv.authorization && Math.max(0, Math.round((tv.authorization.expiresAtMs - options.now()) / 1000)),
    otherStarts: (await startsIn(options)).others.map((start) => ({
      start,
      name: placeNameOf(start),
    })),
    time: (atMs: number) => `${new Date(atMs).toISOString().slice(11, 16)} UTC`,
  });

  app.get<{ Querystring: { start?: string } }>('/', async (request, reply) => {
    const owner = cookie.idOf(request, reply, originOf(request, origins));
    const { start } = request.query;
    const tv = await tvs.switchOn(owner, typeof start === 'string' ? start : undefined);
    return html(reply, 'tv', await dataOf(tv));
  });

  const ownTv = (request: FastifyRequest<{ Params: { id: string } }>): Tv | undefined =>
    tvs.find(request.params.id, cookie.given(request, originOf(request, origins)));

  app.get<{ Params: { id: string } }>('/tv/:id', async (request, reply) => {
    const tv = ownTv(request);
    tv?.lookAgain();
    // It was switched off meanwhile: the page becomes a new one.
    return tv ? html(reply, 'tv', await dataOf(tv)) : reply.redirect('/', 303);
  });

  app.get<{ Params: { id: string } }>('/tv/:id/screen', async (request, reply) => {
    const tv = ownTv(request);
    return tv ? html(reply, 'screen', await dataOf(tv)) : reply.code(404).send();
  });

  // Server-sent events: the number of the screen's version, at once and after each change; `off` when there is none.
  app.get<{ Params: { id: string } }>('/tv/:id/events', { exposeHeadRoute: false }, async (request, reply) => {
    const tv = ownTv(request);
    if (!tv) return reply.code(404).send();
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const tell = () => raw.write(`data: ${tv.ending.signal.aborted ? 'off' : tv.version}\n\n`);
    const heartbeat = setInterval(() => raw.write(': \n\n'), heartbeatMs);
    tv.watchers.add(tell);
    raw.on('close', () => {
      clearInterval(heartbeat);
      tv.watchers.delete(tell);
      tv.seenAtMs = performance.now();
    });
    tell();
    return undefined;
  });

  app.post<{ Params: { id: string } }>('/tv/:id/disconnect', async (request, reply) => {
    const tv = ownTv(request);
    if (tv && cookie.isOwnForm(tv.owner, request.body)) {
      try {
        await tvs.disconnect(tv);
      } catch (error) {
        const { code, text } = endingOf(error);
        return html(reply.code(503), 'failure', { code, text });
      }
    }
    return reply.redirect('/', 303);
  });
  return app;
}

/** The address as a QR code, in black on white whatever the theme is: cameras want it so. */
function qrCode(address: string): string {
  return renderSVG(address, { border: 2, ecc: 'M' }).replace(
    '<svg ',
    '<svg role="img" aria-label="QR code of the address with the code" ',
  );
}
