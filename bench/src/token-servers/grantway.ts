import { authorize } from '../../../server/src/testing/http-browser.ts';
import { redirectUri } from '../servers/peer-settings.ts';
import type { Start } from '../subject.ts';
import { signInWithCode } from './sign-in.ts';
import type { Credentials, TokenServer } from './token-server.ts';

/** The platform itself in the standard dialect, by clients of the strict profile. */
export async function openGrantway(start: Start): Promise<TokenServer> {
  const bench = await start();
  const create = async (owner: string, type: string, ...args: string[]): Promise<Credentials> => {
    const strict = ['--dc', 'us', '--owner', owner, '--profile', 'strict'];
    const made = await bench.run('client', 'create', ...strict, '--type', type, ...args);
    return { client_id: made.client_id ?? '', client_secret: made.client_secret ?? '' };
  };
  // Each user has one self client at most, and that of the platform's owner is of the compatible profile.
  const owner = 'strict@bench.example';
  await bench.run('user', 'create', '--dc', 'us', '--email', owner, '--password', bench.owner.password);
  const rotating = await create(owner, 'self');
  const homepage = 'https://app.example/';
  const app = await create(
    bench.owner.email,
    'server',
    '--name',
    'Bench',
    '--homepage',
    homepage,
    '--redirect-uri',
    redirectUri,
  );
  const server: TokenServer = {
    port: bench.accountsPort,
    ...{ tokenPath: '/oauth2/token', introspectionPath: '/oauth2/introspect' },
    ...{ steady: undefined, rotating },
    clientCredentials: { scope: 'ZohoCRM.modules.READ' },
    codeExchange: {},
    makeCodes: ({ client_id }, count) => bench.makeCodes(count, client_id),
    signIn: () =>
      signInWithCode(server, app, {
        authorizationPath: '/oauth2/authorize',
        scope: 'openid offline_access ZohoCRM.modules.READ',
        walk: (browser, url) => authorize(browser, url, bench.owner),
      }),
    close: async () => {},
  };
  return server;
}
