import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { placeNameOf, type RunningSample, type SampleOptions, startsOf } from '../../shared/platform.ts';
import { createWebApp, serveFiles } from '../../shared/web-app.ts';
import { registerForwarder } from './forwarder.ts';

/** The web build; from `src/` in a checkout and from `dist/` in the published package. */
const pages = new URL('../web/dist/', import.meta.url);

/** Serves the web build, what it is to know of the platform, and the forwarder; it accepts connections when the promise is kept. */
export async function startSample(options: SampleOptions): Promise<RunningSample> {
  const { host, port, origins, dataCenters, onError } = options;
  const app = createWebApp({
    origins,
    policy: ["script-src 'self'", "connect-src 'self'", "form-action 'none'"],
    onError,
    failed: (reply, { status, code, text }) => reply.code(status).send({ error: code, message: text }),
  });
  const page = servePages(app);
  // The address that the accounts server sends the browser back to is a page of the app like any other.
  for (const path of ['/', '/callback']) {
    app.get(path, (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  }
  app.get('/config.json', async () => {
    const client = await options.client();
    const { own, others } = startsOf(dataCenters, client?.dataCenter ?? Object.keys(dataCenters)[0] ?? '');
    return {
      clientId: client?.clientId ?? null,
      dataCenters: Object.fromEntries(
        Object.entries(dataCenters).map(([id, { realm: _, ...services }]) => [id, services]),
      ),
      starts: [{ id: own, name: 'Global' }, ...others.map((id) => ({ id, name: placeNameOf(id) }))],
    };
  });
  registerForwarder(app, dataCenters);
  await app.listen({ host, port });
  return { close: () => app.close() };
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lead desk</title>
<h1>The web build is missing</h1>
<p>Run <code>npm run build</code> in the folder of Grantway, then start this again.</p>
</html>
`;

/** Serves what the page loads, and gives the page itself. */
function servePages(app: FastifyInstance): string {
  const folder = fileURLToPath(pages);
  if (!existsSync(join(folder, 'index.html'))) return notBuilt;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  serveFiles(
    app,
    pages,
    files.filter((name) => /\.(?:js|css|svg)$/.test(name)),
  );
  return readFileSync(join(folder, 'index.html'), 'utf8');
}
