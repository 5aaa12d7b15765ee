import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AdminContext } from '../admin/context.ts';
import { sampleConfigScript, sampleFiles, zipHeaders, zipSample } from '../console/sample-zip.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { createApp } from '../http/app.ts';
import type { RunningSample, SampleOptions } from './sample-apps.ts';

const securityPolicy = "default-src 'self'; connect-src *; frame-ancestors 'none'; base-uri 'none'";

/** Starts the browser sample app; its files are those of `examples/browser-leads`. */
export async function startBrowserLeads(options: SampleOptions, context: AdminContext): Promise<RunningSample> {
  const app = createBrowserLeads(options, context);
  await app.listen({ port: options.port, host: options.host });
  return { close: () => app.close() };
}

/** The browser sample app as an origin of its own; its configuration names the demo's client. */
export function createBrowserLeads(
  { client }: Pick<SampleOptions, 'client'>,
  { topology, random, log }: Pick<AdminContext, 'topology' | 'random' | 'log'>,
): FastifyInstance {
  const plain = (reply: FastifyReply, status: number, text: string) =>
    reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(text);
  const app = createApp({
    random,
    log,
    trustProxy: false,
    bodyLimitBytes: 1024,
    secure: false,
    dialect: {
      malformed: { error: 'the request is not HTTP' },
      notFound: (_request, reply) => plain(reply, 404, 'There is no such file.'),
      unreadable: (_request, reply, status) => plain(reply, status, 'The request cannot be read.'),
      caught: (error, reply) => (error instanceof UsableFailure ? plain(reply, 503, error.message) : undefined),
      unavailable: (_request, reply) =>
        plain(reply, 503, 'The platform cannot answer for the moment; try again later.'),
      failed: (_request, reply) => plain(reply, 500, 'Our own fault; the log has the cause.'),
    },
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', securityPolicy);
  });

  // One place to start for each realm: a sign-in finds its way within a realm, and never into another.
  const accountsUrls: Record<string, string> = {};
  for (const realm of new Set(topology.dataCenters.map((dataCenter) => dataCenter.realm))) {
    const first = topology.dataCenters.find((dataCenter) => dataCenter.realm === realm);
    if (first) accountsUrls[first.id] = first.origins.accounts;
  }
  app.get('/js/config.js', async (_request, reply) => {
    const clientId = (await client())?.clientId;
    return reply
      .headers({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' })
      .send(sampleConfigScript({ clientId, accountsUrls }));
  });
  app.get('/jssdktest.zip', async (_request, reply) => {
    const clientId = (await client())?.clientId;
    return reply.headers(zipHeaders).send(await zipSample({ clientId, accountsUrls }));
  });
  app.register(fastifyStatic, {
    root: sampleFiles.app,
    cacheControl: false,
    globIgnore: ['**/*.ts', '**/*.md'],
    wildcard: false,
  });
  // Both builds of the SDK; the module has a name by which one knows it.
  const built = { 'zcrmsdk.js': 'zcrmsdk.js', 'zcrmsdk.js.map': 'zcrmsdk.js.map', 'grantway-browser.js': 'index.js' };
  for (const [name, file] of Object.entries({ ...built, 'index.js.map': 'index.js.map' }))
    app.get(`/js/${name}`, (_request, reply) => reply.sendFile(file, sampleFiles.sdk));
  return app;
}
