import { randomBytes } from 'node:crypto';
import { apiScope } from '../servers/peer-settings.ts';
import type { Start } from '../subject.ts';
import { openPeer, tidying } from './peer.ts';
import { obtainCode, type SignInWay, signInWithCode } from './sign-in.ts';
import type { TokenServer } from './token-server.ts';

/** oidc-provider on the platform's PostgreSQL (`servers/oidc-provider-postgres.ts`). */
export async function openOidcProvider(start: Start): Promise<TokenServer> {
  const { port, client, user, close, query } = await openPeer(start, 'oidc-provider-postgres');
  const way = (scope: string): SignInWay => ({
    ...{ authorizationPath: '/auth', scope },
    walk: async (browser, url) => {
      const page = await browser.get(url);
      const { leftTo, status, html } = await browser.submit(page, 'password', user);
      if (leftTo === undefined) throw new Error(`the sign-in ended with ${status} ${html.slice(0, 500)}`);
      return leftTo;
    },
  });
  const rotating = { ...client, client_id: 'rotating' };
  const parts = { redirect_uri: '', code_verifier: '' };
  const server: TokenServer = {
    port,
    ...{ tokenPath: '/token', introspectionPath: '/token/introspection' },
    ...{ steady: client, rotating },
    clientCredentials: { scope: apiScope },
    codeExchange: parts,
    async makeCodes(of, count) {
      const { code, ...rest } = await obtainCode(port, of, way(apiScope));
      Object.assign(parts, rest);
      const codes = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
      const text = `
        INSERT INTO oidc_authorization_code (id, payload, grant_id, expires_at)
        SELECT fresh, payload || jsonb_build_object('jti', fresh), grant_id, expires_at
        FROM oidc_authorization_code, unnest($2::text[]) AS fresh WHERE id = $1`;
      await query({ text, values: [code, codes] }, ...tidying);
      return codes;
    },
    signIn: () => signInWithCode(server, rotating, way(`openid offline_access ${apiScope}`)),
    close,
  };
  return server;
}
