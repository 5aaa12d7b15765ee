import { request } from '../load.ts';
import { inTurn, type MakeSubject, type Start, type Subject, subject } from '../subject.ts';
import { openBetterAuth } from './better-auth.ts';
import { openGrantway } from './grantway.ts';
import { openOidcProvider } from './oidc-provider.ts';
import { askForTokens, type Credentials, formType, type Parameters, type TokenServer } from './token-server.ts';

/** Enough for as many connections, each of which holds one at a time. */
const tokenCount = 200;
/** A sign-in is mostly a hash of a password, so more at once only wait. */
const signInsAtOnce = 16;

type Make = (server: TokenServer) => Promise<Partial<Subject> & Pick<Subject, 'next'>>;

/** What every authorization server is asked for: the end of a subject's name, and what is sent. */
const questions: Readonly<Record<string, Make>> = {
  'client-credentials': async (server) => {
    const parameters = { grant_type: 'client_credentials', ...server.rotating, ...server.clientCredentials };
    return { next: inTurn([post(server.tokenPath, parameters)]) };
  },
  async code(server) {
    let codes: string[] = [];
    const client = server.steady ?? server.rotating;
    return {
      prepare: async (count) => {
        codes = await server.makeCodes(client, count);
      },
      next: () => {
        const code = codes.pop();
        return code && post(server.tokenPath, codeExchange(server, client, code));
      },
    };
  },
  async refresh(server) {
    if (!server.steady) throw new Error('this server replaces refresh tokens always');
    const { steady } = server;
    const tokens = await makeTokens(server, steady);
    return { next: inTurn(tokens.map((each) => refresh(server, steady, each.refresh_token))) };
  },
  async 'refresh-strict'(server) {
    const tokens = (await makeTokens(server, server.rotating)).map((each) => each.refresh_token);
    return {
      next: () => {
        const token = tokens.shift();
        return token && refresh(server, server.rotating, token);
      },
      answered: (answer) => {
        const fresh = /"refresh_token":"([^"]+)"/.exec(answer)?.[1];
        if (fresh) tokens.push(fresh);
      },
    };
  },
  async introspect(server) {
    const tokens = await makeTokens(server, server.rotating);
    const requests = tokens.map(({ access_token: token }) =>
      post(server.introspectionPath, { ...server.rotating, token }),
    );
    return { next: inTurn(requests), expected: '"active":true' };
  },
  'sign-in': async (server) => {
    await server.signIn();
    return { next: () => undefined, attempt: () => server.signIn(), onlyAt: signInsAtOnce };
  },
};

/** `refresh` and `code` of Grantway's are the subjects that there were first. */
const servers: Readonly<Record<string, { open(start: Start): Promise<TokenServer>; without: readonly string[] }>> = {
  '': { open: openGrantway, without: ['refresh', 'code'] },
  'oidc-provider-': { open: openOidcProvider, without: [] },
  'better-auth-': { open: openBetterAuth, without: ['refresh'] },
};

/** Each question to each server, which its subjects share. */
export const tokenSubjects: Readonly<Record<string, MakeSubject>> = Object.fromEntries(
  Object.entries(servers).flatMap(([prefix, { open, without }]) => {
    let opened: Promise<TokenServer> | undefined;
    return Object.entries(questions)
      .filter(([question]) => !without.includes(question))
      .map(([question, make]): [string, MakeSubject] => [
        `${prefix}${question}`,
        async (start) => {
          opened ??= open(start);
          const server = await opened;
          const made = await make(server);
          const plain = subject(`${prefix}${question}`, server.port, '"access_token"', made.next);
          return { ...plain, ...made, close: () => server.close() };
        },
      ]);
  }),
);

function post(path: string, parameters: Parameters): string {
  return request('POST', path, formType, new URLSearchParams(parameters).toString());
}

function refresh({ tokenPath }: TokenServer, client: Credentials, token: string): string {
  return post(tokenPath, { grant_type: 'refresh_token', ...client, refresh_token: token });
}

function codeExchange(server: TokenServer, client: Credentials, code: string): Parameters {
  return { grant_type: 'authorization_code', ...client, ...server.codeExchange, code };
}

async function makeTokens(server: TokenServer, client: Credentials) {
  const codes = await server.makeCodes(client, tokenCount);
  return Promise.all(codes.map((code) => askForTokens(server, codeExchange(server, client, code))));
}
