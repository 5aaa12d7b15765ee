import { ApiError, CrmClient, type Environment, environments, GrantwayError, type Session } from '@grantway/node';
import type { FastifyInstance } from 'fastify';
import { originOf } from '../../shared/web-app.ts';
import type { BegunSignIn, BrowserData, Notice } from './browsers.ts';
import { scopes } from './oauth.ts';
import type { Portal } from './portal.ts';
import { explainOrThrow } from './refusals.ts';

/** The way of a user to a row of the portal: `/login`, the accounts server, `/callback`. */
export function registerSignIn(app: FastifyInstance, portal: Portal): void {
  const { options, cookie, browsers, oauth } = portal;
  const { origins, now } = options;

  /** Begins an authorization and remembers it for this browser; gives the address to send the browser to. */
  const begin = async (id: string, origin: string, wish: Pick<BegunSignIn, 'environment' | 'dataCenter' | 'again'>) => {
    const data = await browsers.read(id);
    const client = await oauth.at(origin);
    const { url, state, codeVerifier } = client.authorizationUrl({
      scopes,
      dataCenter: wish.dataCenter,
      accessType: 'offline',
      ...(wish.again && { prompt: 'consent' }),
    });
    await browsers.write(id, { ...data, begun: [...data.begun, { ...wish, state, codeVerifier, begunAtMs: now() }] });
    return url;
  };

  app.post('/login', async (request, reply) => {
    const origin = originOf(request, origins);
    const id = cookie.idOf(request, reply, origin);
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const starts = await oauth.starts();
    const dataCenter = starts?.others.find((each) => each === form.get('start')) ?? starts?.own;
    if (!cookie.isOwnForm(id, form) || dataCenter === undefined) {
      await browsers.write(id, { ...(await browsers.read(id)), notice: notBegun });
      return reply.redirect('/', 303);
    }
    const environment = environmentOf(form.get('environment'));
    return reply.redirect(await begin(id, origin, { environment, dataCenter, again: false }), 303);
  });

  // Every way from here leads on by a redirect, so that the code stays neither in the address bar nor in the history.
  app.get('/callback', async (request, reply) => {
    const origin = originOf(request, origins);
    const id = cookie.idOf(request, reply, origin);
    const query = new URL(request.url, origin).searchParams;
    const data = await browsers.read(id);
    const begun = data.begun.find(({ state }) => state === query.get('state'));
    const rest: BrowserData = { ...data, begun: data.begun.filter((each) => each !== begun) };
    if (begun) {
      await portal.database.keepCallback({
        code: query.get('code'),
        location: query.get('location'),
        accountsServer: query.get('accounts-server'),
        error: query.get('error'),
        environmentAsked: begun.environment,
      });
    }
    try {
      const client = await oauth.at(origin);
      // Without a sign-in of this browser the state matches nothing, and the SDK sends nothing.
      const { state, codeVerifier } = begun ?? { state: '', codeVerifier: undefined };
      const before = new Set((await portal.database.tokens.list()).map(({ row }) => row.refreshToken));
      const session = await client.exchange(query, { state, codeVerifier });
      const row = await session.row();
      if (row.userId === '') await refuseNobody(session);
      // Who has allowed access before is neither asked for the environment nor given a refresh token, unless once more.
      const wasAsked = row.refreshToken !== '' && !before.has(row.refreshToken);
      const isUseless = row.refreshToken === '' || row.environment !== begun?.environment;
      if (!wasAsked && isUseless && begun && !begun.again) {
        if (row.refreshToken === '') await portal.database.drop(session.key);
        await browsers.write(id, rest);
        return reply.redirect(await begin(id, origin, { ...begun, again: true }), 303);
      }
      await browsers.forget(id);
      const notice = begun && otherEnvironment(begun.environment, row.environment);
      const signedIn = { begun: rest.begun, tokenKey: session.key, ...(notice && { notice }) };
      await browsers.write(cookie.newId(reply, origin), signedIn);
    } catch (error) {
      await browsers.write(id, { ...rest, notice: explainOrThrow(error) });
    }
    return reply.redirect('/', 303);
  });
}

const notBegun: Notice = {
  title: 'The sign-in was not begun',
  text: 'The form was not sent from a page of this browser, or the portal has no client. Try again.',
};

/** Tokens of somebody whom the CRM does not tell are given back. */
async function refuseNobody(session: Session): Promise<void> {
  try {
    await new CrmClient(session).users.current();
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    await session.revoke();
    throw new GrantwayError(cause.message, { code: 'user_unknown', dataCenter: cause.dataCenter, cause });
  }
}

/** The accounts server asks for the environment too, and its answer counts: tokens are good for that one only. */
function otherEnvironment(asked: Environment, given: Environment): Notice | undefined {
  if (asked === given) return undefined;
  return {
    title: `You are signed in to ${given}`,
    text: `You asked for ${asked} here and chose ${given} on the accounts page. The tokens are good for ${given} only.`,
  };
}

/** The environment of a form; none chosen means production. */
function environmentOf(value: string | null): Environment {
  return environments.find((each) => each === value) ?? 'production';
}
