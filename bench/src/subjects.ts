import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { request } from './load.ts';
import type { BenchPlatform } from './platform.ts';

/** One thing that is measured. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly next: () => string | undefined;
  readonly expected: string;
  /** Makes what the next measurement will use up. */
  prepare?(requests: number): Promise<void>;
  close(): Promise<void>;
}

const smallBody = '{"hello":"world"}';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Starts the platform, or gives the one that runs; `inspected`: one that records every event. */
type Start = (inspected?: boolean) => Promise<BenchPlatform>;

async function refresh(name: string, { accountsPort, client, refreshTokens }: BenchPlatform): Promise<Subject> {
  const requests = refreshTokens.map((refresh_token) =>
    request('POST', '/oauth/v2/token', form, formBody({ grant_type: 'refresh_token', ...client, refresh_token })),
  );
  return subject(name, accountsPort, '"access_token"', inTurn(requests));
}

async function leadRead(name: string, { apiPort, accessTokens, leadIds }: BenchPlatform): Promise<Subject> {
  const requests = leadIds.map((id, index) =>
    request('GET', `/crm/v8/Leads/${id}`, {
      authorization: `Zoho-oauthtoken ${accessTokens[index % accessTokens.length]}`,
    }),
  );
  return subject(name, apiPort, '"Last_Name"', inTurn(requests));
}

/** All subjects by name, each made (its server started) when it is asked for. */
export const subjects: Readonly<Record<string, (platform: Start) => Promise<Subject>>> = {
  refresh: async (platform) => refresh('refresh', await platform()),
  'refresh-inspected': async (platform) => refresh('refresh-inspected', await platform(true)),
  'lead-read-inspected': async (platform) => leadRead('lead-read-inspected', await platform(true)),
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
  'lead-read': async (platform) => leadRead('lead-read', await platform()),
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

function subject(name: string, port: number, expected: string, next: Subject['next']): Subject {
  // The platform, which several subjects share, is closed by whoever started it.
  return { name, port, expected, next, close: async () => {} };
}

function formBody(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}

function inTurn(requests: readonly string[]): () => string | undefined {
  let index = 0;
  return () => requests[index++ % requests.length];
}

/** A server of this folder in a process of its own; its first line says where it listens. */
async function startServer(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ port: number; close(): Promise<void> }> {
  const file = fileURLToPath(new URL(`./servers/${name}.ts`, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [first] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [string];
  const { port } = JSON.parse(first) as { port: number };
  return {
    port,
    close: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}
