import { once } from 'node:events';
import { request } from './load.ts';
import type { BenchPlatform } from './platform.ts';
import { leadRead, recordSubjects } from './record-subjects.ts';
import { startServer } from './servers/start-server.ts';
import { inTurn, type MakeSubject, type Pressure, type Subject, subject } from './subject.ts';
import { tokenSubjects } from './token-servers/token-subjects.ts';

const smallBody = '{"hello":"world"}';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

function refresh(name: string, { accountsPort, client, refreshTokens }: BenchPlatform): Subject {
  const requests = refreshTokens.map((refresh_token) =>
    request('POST', '/oauth/v2/token', form, formBody({ grant_type: 'refresh_token', ...client, refresh_token })),
  );
  return subject(name, accountsPort, '"access_token"', inTurn(requests));
}

/** All subjects by name. */
export const subjects: Readonly<Record<string, MakeSubject>> = {
  refresh: async (platform) => refresh('refresh', await platform()),
  'refresh-1': async (platform) => ({ ...refresh('refresh-1', await platform()), onlyAt: 1 }),
  /** Refresh by more connections than requests that may be worked on at once: what is admitted, and how much is refused. */
  overload: async (platform) => ({ ...refresh('overload', await platform()), refusal: 503, onlyAt: 2_000 }),
  'refresh-inspected': async (platform) => refresh('refresh-inspected', await platform(true)),
  'lead-read-inspected': async (platform) => leadRead('lead-read-inspected', await platform(true)),
  /** Refresh while 20 people a second sign in: argon2 and signatures must not stand in its way. */
  async 'sign-in-pressure'(platform) {
    const bench = await platform();
    const { email, password } = bench.owner;
    const env = { ACCOUNTS: `http://localhost:${bench.accountsPort}`, EMAIL: email, PASSWORD: password };
    const { close, lines, tell } = await startServer('sign-ins', env);
    const press = async () => {
      tell('go');
      return async () => {
        const answer = once(lines, 'line') as Promise<[string]>;
        tell('stop');
        return JSON.parse((await answer)[0]) as Pressure;
      };
    };
    return { ...refresh('sign-in-pressure', bench), press, close };
  },
  async code(platform) {
    const bench = await platform();
    let codes: string[] = [];
    const next = () => {
      const code = codes.pop();
      if (code === undefined) return undefined;
      return request(
        'POST',
        '/oauth/v2/token',
        form,
        formBody({ grant_type: 'authorization_code', ...bench.client, code }),
      );
    };
    const prepare = async (count: number) => {
      codes = await bench.makeCodes(count);
    };
    return { ...subject('code', bench.accountsPort, '"refresh_token"', next), prepare };
  },
  ...tokenSubjects,
  ...recordSubjects,
  async bare() {
    const { port, close } = await startServer('bare');
    const text = request('POST', '/', { 'content-type': 'application/json' }, smallBody);
    return { ...subject('bare', port, '"access_token"', () => text), close };
  },
  async guard(platform) {
    const { accountsPort, client, accessTokens } = await platform();
    const env = { CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret };
    const { port, close } = await startServer('guard', { ...env, ACCOUNTS: `http://127.0.0.1:${accountsPort}` });
    // Few tokens: the guard's own work is measured, not the platform's introspection.
    const requests = accessTokens.slice(0, 10).map((token) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      return request('POST', '/', headers, smallBody);
    });
    return { ...subject('guard', port, '"access_token"', inTurn(requests)), close };
  },
  async 'oidc-provider'() {
    const { port, close } = await startServer('oidc-provider');
    const credentials = { grant_type: 'client_credentials', client_id: 'bench', client_secret: 'bench-secret' };
    const text = request('POST', '/token', form, formBody(credentials));
    return { ...subject('oidc-provider', port, '"access_token"', () => text), close };
  },
};

function formBody(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}
