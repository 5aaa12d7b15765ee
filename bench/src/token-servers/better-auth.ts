import { createHash, randomBytes } from 'node:crypto';
import { apiScope } from '../servers/peer-settings.ts';
import type { Start } from '../subject.ts';
import { openPeer, tidying } from './peer.ts';
import { obtainCode, type SignInWay, signInWithCode } from './sign-in.ts';
import type { TokenServer } from './token-server.ts';

/** better-auth's OAuth provider on the platform's PostgreSQL (`servers/better-auth.ts`). */
export async function openBetterAuth(start: Start): Promise<TokenServer> {
  const { port, client, user, close, query } = await openPeer(start, 'better-auth');
  const origin = `http://localhost:${port}`;
  const way = (scope: string): SignInWay => ({
    ...{ authorizationPath: '/api/auth/oauth2/authorize', scope },
    walk: async (browser, url) => {
      // The sign-in page, which is the user's of the library to write, sends what was typed by the client library.
      const response = await fetch(url, { redirect: 'manual' });
      browser.keepCookies(response);
      // It takes `fetch` for a script, and tells it where to go instead of sending it there.
      const { url: signInPage } = (await response.json()) as { url: string };
      const page = new URL(signInPage, origin);
      const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, cookie: browser.cookieHeader() },
        body: JSON.stringify({ ...user, oauth_query: page.search.slice(1) }),
      });
      const text = await answer.text();
      const { url: next } = JSON.parse(text) as { url?: string };
      if (next === undefined) throw new Error(`the sign-in ended with ${answer.status} ${text.slice(0, 500)}`);
      return next;
    },
  });
  const parts = { redirect_uri: '', code_verifier: '' };
  const server: TokenServer = {
    port,
    ...{ tokenPath: '/api/auth/oauth2/token', introspectionPath: '/api/auth/oauth2/introspect' },
    ...{ steady: undefined, rotating: client },
    clientCredentials: { scope: apiScope },
    codeExchange: parts,
    async makeCodes(of, count) {
      const { code = '', ...rest } = await obtainCode(port, of, way(`offline_access ${apiScope}`));
      Object.assign(parts, rest);
      const stored = (each: string) => createHash('sha256').update(each).digest('base64url');
      const codes = Array.from({ length: count }, () => randomBytes(24).toString('base64url'));
      const text = `
        INSERT INTO verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
        SELECT md5(fresh), fresh, value, "expiresAt", "createdAt", "updatedAt"
        FROM verification, unnest($2::text[]) AS fresh WHERE identifier = $1`;
      await query({ text, values: [stored(code), codes.map(stored)] }, ...tidying);
      return codes;
    },
    signIn: () => signInWithCode(server, client, way(`openid offline_access ${apiScope}`)),
    close,
  };
  return server;
}
