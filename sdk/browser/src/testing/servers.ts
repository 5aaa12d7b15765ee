/**
 * Small real HTTP servers for the tests: the application's pages, an accounts server that answers as it is told, and an
 * API that writes down what it is asked. Each listens on a free port.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Running {
  readonly origin: string;
  close(): Promise<void>;
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Running> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves pages from memory, else files of `folder`, under the policy that the sample must live with. */
export function startApp(pages: Record<string, string>, folder: string): Promise<Running> {
  return listen(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://app').pathname;
    const type = types[extname(path)] ?? 'application/octet-stream';
    const body = pages[path] ?? (await readFile(join(folder, path)).catch(() => null));
    const headers = { 'Content-Type': type, 'Content-Security-Policy': "default-src 'self'; connect-src *" };
    response.writeHead(body === null ? 404 : 200, headers).end(body ?? 'not found');
  });
}

export interface Accounts extends Running {
  /** Address and cookies aside, what was asked for, oldest first. */
  readonly requests: URL[];
  /** The fragment to send back without `state`, or null for a page that waits. */
  answer: (request: URL) => string | null;
  /** The accounts servers of the realm, by data centre. */
  locations: Readonly<Record<string, string>>;
  /** The answer of the token endpoint. */
  tokens: (request: URL) => object;
}

/** An accounts server: its pages are links, so that a test can click Accept. */
export async function startAccounts(): Promise<Accounts> {
  const requests: URL[] = [];
  const running = await listen(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://accounts');
    if (request.method === 'POST') {
      url.search = await text(request);
      requests.push(url);
      // Open to pages, as for a client whose profile allows the code flow.
      const headers = { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' };
      const body = url.pathname === '/oauth/v2/token' ? accounts.tokens(url) : { status: 'success' };
      response.writeHead(200, headers).end(JSON.stringify(body));
      return;
    }
    if (url.pathname === '/oauth/serverinfo') {
      const headers = { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' };
      response.writeHead(200, headers).end(JSON.stringify({ result: 'success', locations: accounts.locations }));
      return;
    }
    if (url.pathname === '/favicon.ico') {
      response.writeHead(404).end();
      return;
    }
    requests.push(url);
    const target = (fragment: string) =>
      `${url.searchParams.get('redirect_uri')}${fragment.startsWith('?') ? '' : '#'}${fragment}&state=${encodeURIComponent(url.searchParams.get('state') ?? '')}`;
    const fragment = accounts.answer(url);
    if (fragment !== null) {
      response.writeHead(302, { Location: target(fragment) }).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(`<a href="${target('error=access_denied').replaceAll('&', '&amp;')}">Reject</a>`);
  });
  const accounts: Accounts = { ...running, requests, locations: {}, answer: () => null, tokens: () => ({}) };
  return accounts;
}

export interface Logged {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  /** Leave out the CORS headers, as for an origin that is no JavaScript domain of the token's client. */
  readonly refuseOrigin?: boolean;
}

export interface Api extends Running {
  readonly requests: Logged[];
  answer: (request: Logged) => Reply;
}

/** A CRM API with the CORS answers of the real one. */
export async function startApi(): Promise<Api> {
  const requests: Logged[] = [];
  const running = await listen(async (request, response) => {
    const cors = {
      'Access-Control-Allow-Origin': request.headers.origin ?? '',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-EXTERNAL, If-Modified-Since',
      'Access-Control-Expose-Headers': 'Content-Disposition',
      Vary: 'Origin',
    };
    if (request.method === 'OPTIONS') {
      response.writeHead(204, cors).end();
      return;
    }
    const { method = '', url = '', headers } = request;
    const logged: Logged = { method, url, headers, body: await text(request) };
    requests.push(logged);
    const reply = api.answer(logged);
    response.writeHead(reply.status ?? 200, { ...(reply.refuseOrigin ? {} : cors), ...reply.headers });
    response.end(reply.body ?? (reply.status === 204 ? undefined : '{"data":[]}'));
  });
  const api: Api = { ...running, requests, answer: () => ({}) };
  return api;
}

/** The fragment of a granted sign-in, as the accounts server writes it. */
export function granted(apiOrigin: string, token: string, more = ''): string {
  const domain = encodeURIComponent(apiOrigin);
  return `access_token=${token}&expires_in=3600&location=in&api_domain=${domain}${more}`;
}

/** For `granted`: the user ticked the checkbox for the session. */
export const forSession = '&granted_for_session=true&grant_for_session=true';
