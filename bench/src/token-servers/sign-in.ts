import { createHash, randomBytes } from 'node:crypto';
import { HttpBrowser } from '../../../server/src/testing/http-browser.ts';
import { redirectUri } from '../servers/peer-settings.ts';
import { askForTokens, type Credentials, type Parameters, type TokenServer } from './token-server.ts';

/** How a server's users sign in. */
export interface SignInWay {
  readonly authorizationPath: string;
  readonly scope: string;
  /** What the user does from the authorization endpoint on; gives the address that the app is called at. */
  readonly walk: (browser: HttpBrowser, url: string) => Promise<string>;
}

/** The code flow with PKCE in a new browser. @returns what the app sends to the token endpoint, beside its credentials */
export async function obtainCode(port: number, { client_id }: Credentials, way: SignInWay): Promise<Parameters> {
  const code_verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id, redirect_uri: redirectUri, scope: way.scope, state: 'bench' },
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const address = await way.walk(new HttpBrowser(port), `http://localhost:${port}${way.authorizationPath}?${query}`);
  const code = new URL(address).searchParams.get('code');
  if (code === null) throw new Error(`no code in ${address}`);
  return { code, redirect_uri: redirectUri, code_verifier };
}

/** The same up to the tokens. */
export async function signInWithCode(server: TokenServer, client: Credentials, way: SignInWay): Promise<void> {
  const answer = await obtainCode(server.port, client, way);
  await askForTokens(server, { grant_type: 'authorization_code', ...client, ...answer });
}
