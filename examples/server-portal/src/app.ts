import { fileURLToPath } from 'node:url';
import type { Environment, Session, TokenRow } from '@grantway/node';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BrowserCookie } from '../../shared/browser-cookie.ts';
import { placeNameOf, type SampleOptions } from '../../shared/platform.ts';
import { createWebApp, originOf, serveFiles } from '../../shared/web-app.ts';
import { type BrowserData, Browsers, type Notice } from './browsers.ts';
import type { PortalDatabase } from './database.ts';
import { PortalOAuth } from './oauth.ts';
import type { Portal } from './portal.ts';
import { explainOrThrow } from './refusals.ts';
import { columns, masked, shownRow } from './rows.ts';
import { registerSignIn } from './sign-in.ts';
import { readUser } from './user.ts';

const environmentNames: Readonly<Record<Environment, string>> = {
  production: 'Production',
  sandbox: 'Sandbox',
  developer: 'Developer',
};

/** The portal's pages. */
export function createPortal(options: SampleOptions, database: PortalDatabase): FastifyInstance {
  const { now, origins, port, onError } = options;
  const cookie = new BrowserCookie({ name: 'portal', port, key: options.key('forms') });
  const browsers = new Browsers(database.pool, now);
  const oauth = new PortalOAuth(options, database.tokens);
  const portal: Portal = { options, database, cookie, browsers, oauth };
  const views = new Eta({ views: fileURLToPath(new URL('../views/', import.meta.url)), cache: true });
  const page = (reply: FastifyReply, name: string, data: object) =>
    reply.type('text/html; charset=utf-8').send(views.render(name, data));
  const accounts = [...oauth.dataCenters].map((dataCenter) => dataCenter.accounts);
  const app = createWebApp({
    origins,
    // A form's answer leads to an accounts server, and back when the user is signed in there already.
    policy: [`form-action ${["'self'", ...origins, ...accounts].join(' ')}`],
    onError,
    failed: (reply, failure) => page(reply.code(failure.status), 'failure', failure),
  });
  serveFiles(app, new URL('../public/', import.meta.url), ['portal.css', 'portal.svg']);

  app.get('/', async (request, reply) => {
    const origin = originOf(request, origins);
    const id = cookie.idOf(request, reply, origin);
    const data = await browsers.read(id);
    if (data.notice) await browsers.write(id, withoutNotice(data));
    const [signedIn, starts] = await Promise.all([readUser(portal, origin, data), oauth.starts()]);
    // The calls for the user may have renewed an access token, so the rows are read after them.
    const stored = await database.tokens.list();
    const rows = stored
      .toSorted((a, b) => order(a.row, b.row))
      .map((each) => shownRow(each, signedIn?.user ? data.tokenKey : undefined));
    return page(reply, 'home', {
      ...{ columns, rows, environmentNames, masked, time },
      notice: data.notice ?? signedIn?.notice,
      user: signedIn?.user,
      hasClient: starts !== undefined,
      otherStarts: (starts?.others ?? []).map((start) => ({ start, name: placeNameOf(start) })),
      formToken: cookie.formToken(id),
    });
  });

  registerSignIn(app, portal);

  /** A form of the user who is signed in; gives undefined when the answer has been sent. */
  const ownForm = async (request: FastifyRequest, reply: FastifyReply) => {
    const origin = originOf(request, origins);
    const id = cookie.idOf(request, reply, origin);
    const data = await browsers.read(id);
    if (!cookie.isOwnForm(id, request.body) || data.tokenKey === undefined) {
      await browsers.write(id, { ...data, notice: staleForm });
      return undefined;
    }
    return { id, data, session: (await oauth.at(origin)).session(data.tokenKey) };
  };

  app.post('/renew', async (request, reply) => {
    const own = await ownForm(request, reply);
    if (own) {
      await browsers.write(own.id, { ...own.data, notice: await renew(own.session) });
    }
    return reply.redirect('/', 303);
  });

  app.post('/sign-out', async (request, reply) => {
    const own = await ownForm(request, reply);
    if (!own) return reply.redirect('/', 303);
    try {
      await own.session.revoke();
    } catch (error) {
      await browsers.write(own.id, { ...own.data, notice: explainOrThrow(error) });
      return reply.redirect('/', 303);
    }
    await browsers.forget(own.id);
    const id = cookie.newId(reply, originOf(request, origins));
    const text = 'Your tokens were revoked at your data centre, and your row was removed.';
    await browsers.write(id, { begun: [], notice: { title: 'You are signed out', text } });
    return reply.redirect('/', 303);
  });
  return app;
}

async function renew(session: Session): Promise<Notice> {
  try {
    const { expiresInSeconds } = await session.refresh();
    return { title: 'The access token was renewed', text: `The new one is good for ${expiresInSeconds} seconds.` };
  } catch (error) {
    return explainOrThrow(error);
  }
}

const staleForm: Notice = {
  title: 'That form is no longer good',
  text: 'It was not sent from a page of this browser, or you have signed out meanwhile. Nothing was done.',
};

function withoutNotice({ notice: _told, ...data }: BrowserData): BrowserData {
  return data;
}

/** By data centre, then by user. */
function order(a: TokenRow, b: TokenRow): number {
  return (
    a.domain.localeCompare(b.domain) || a.email.localeCompare(b.email) || a.environment.localeCompare(b.environment)
  );
}

/** A moment for people and, as ISO 8601, for machines. */
function time(atMs: number): { readonly iso: string; readonly text: string } {
  const iso = new Date(atMs).toISOString();
  return { iso, text: `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` };
}
