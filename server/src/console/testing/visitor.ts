import { HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { type TestPlatform, testPassword } from '../../testing/test-platform.ts';
import type { Failure, Session } from '../wire.ts';
import { readDocument } from './described-answers.ts';

/** Somebody who is signed in to the console of a data centre, through the pages of the accounts server. */
export interface Visitor {
  readonly browser: HttpBrowser;
  readonly session: Session;
  get(
    path: string,
    init?: { readonly signal?: AbortSignal; readonly headers?: Record<string, string> },
  ): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The JSON of a call that went well. */
  json<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The error of a call that was refused, with its status. */
  refusal(method: string, path: string, body?: unknown): Promise<Failure['error'] & { readonly status: number }>;
}

/** Adds the user where there is none yet. */
export async function visit(
  platform: TestPlatform,
  email: string,
  { dataCenter = 'us', password = testPassword, known = false } = {},
): Promise<Visitor> {
  if (!known) await platform.addUser(dataCenter, email);
  const origin = platform.topology.find(dataCenter)?.origins.console ?? '';
  const browser = new HttpBrowser(platform.basePort);
  await signIn(browser, await browser.get(`${origin}/sign-in?return=/applications`), email, password);
  const get: Visitor['get'] = (path, { signal, headers } = {}) =>
    fetch(`${origin}/api${path}`, {
      headers: { cookie: browser.cookieHeader(), ...headers },
      ...(signal && { signal }),
    });
  const session = (await (await get('/session')).json()) as Session;
  const send: Visitor['send'] = (method, path, body, headers = {}) =>
    fetch(`${origin}/api${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: {
        cookie: browser.cookieHeader(),
        'content-type': 'application/json',
        'x-csrf-token': session.csrfToken,
        ...headers,
      },
    });
  const described = await readDocument(origin);
  /** Every answer is what the document of the API says. */
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await (method === 'GET' ? get(path) : send(method, path, body));
    const text = await response.clone().text();
    described.check(method, path, response.status, text === '' ? undefined : JSON.parse(text));
    return response;
  };
  return {
    ...{ browser, session, get, send },
    async json(method, path, body) {
      const response = await call(method, path, body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    async refusal(method, path, body) {
      const response = await call(method, path, body);
      if (response.ok) throw new Error(`${method} ${path} went well: ${response.status}`);
      return { status: response.status, ...((await response.json()) as Failure).error };
    },
  };
}

const bare = { name: '', homepageUrl: null, redirectUris: [], javascriptDomains: [] };

/** Fields of new applications. */
export const newClients = {
  self: { ...bare, type: 'self' },
  server: {
    ...{ ...bare, type: 'server', name: 'Lead app', homepageUrl: 'https://app.example.com/' },
    redirectUris: ['https://app.example.com/callback'],
  },
  browser: {
    ...{ type: 'browser', name: 'Lead page', homepageUrl: 'https://app.example.com/' },
    redirectUris: ['https://app.example.com/app/redirect.html'],
    javascriptDomains: ['https://app.example.com'],
  },
};
