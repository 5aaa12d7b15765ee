import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningClock } from '../testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { launchChromium } from './chromium.ts';
import { selfSignedForLocalhost } from './self-signed.ts';
import { giveName, givePassword } from './steps.ts';

/** The official client of the Model Context Protocol knows an address only, and a person signs in in a browser. */
const owner = 'anna@us.example';
let platform: TestPlatform;
let browser: Browser;
let callback: Server;
let returned: (query: URLSearchParams) => void;

beforeAll(async () => {
  callback = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.end('done');
    if (url.pathname === '/callback') returned(url.searchParams);
  });
  await new Promise<void>((resolve) => {
    callback.listen(0, '127.0.0.1', resolve);
  });
  [platform, browser] = await Promise.all([
    startTestPlatform({ clock: new RunningClock(), settings: { standards: { registration: 'open' } } }),
    launchChromium(),
  ]);
  await platform.addUser('us', owner);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
  callback.closeAllConnections();
  callback.close();
});

/** What an application keeps for the client between its steps; `asked` is where the user is to be sent. */
class KeptSignIn implements OAuthClientProvider {
  asked: URL | undefined;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';
  /** Where the client says of itself what it is; without one it registers. */
  readonly clientMetadataUrl?: string;

  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
  }

  get redirectUrl(): string {
    return `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
  }
  get clientMetadata() {
    return {
      client_name: 'Desk assistant',
      redirect_uris: [this.redirectUrl],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };
  }
  clientInformation = () => this.#client;
  saveClientInformation = (client: OAuthClientInformationMixed) => {
    this.#client = client;
  };
  tokens = () => this.#tokens;
  saveTokens = (tokens: OAuthTokens) => {
    this.#tokens = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.asked = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
}

/** From the address of the server to a tool, with a sign-in by a person; the tools that there are. */
async function connectBySignIn(authProvider: KeptSignIn, publisher: string) {
  const address = new URL(`${platform.topology.find('us')?.origins.api}/mcp`);
  const first = new StreamableHTTPClientTransport(address, { authProvider });
  await expect(new Client({ name: 'desk', version: '1' }).connect(first)).rejects.toThrow('Unauthorized');
  const asked = authProvider.asked as URL;
  expect(asked.searchParams.get('resource')).toBe(address.href);
  expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
  expect(asked.searchParams.get('client_id')).toBe(authProvider.clientInformation()?.client_id);

  const page = await browser.newPage();
  const answered = new Promise<URLSearchParams>((resolve) => {
    returned = resolve;
  });
  await page.goto(asked.href);
  await giveName(page, owner);
  await givePassword(page, testPassword);
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  const shown = await page.textContent('body');
  for (const text of ['Desk assistant', publisher]) expect(shown).toContain(text);
  await page.getByRole('button', { name: 'Accept' }).click();
  const query = await answered;
  await page.close();
  expect(query.get('error')).toBeNull();
  await first.finishAuth(query.get('code') ?? '');

  const client = new Client({ name: 'desk', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(address, { authProvider }));
  const { tools } = await client.listTools();
  return { client, tools };
}

test('from the address of the server to a tool: metadata, registration, sign-in, token, list', async () => {
  const authProvider = new KeptSignIn();
  const { client, tools } = await connectBySignIn(authProvider, '');
  expect(authProvider.clientInformation()?.client_id).toMatch(/^1000\./);
  expect(client.getServerVersion()?.name).toBe('grantway-crm');
  expect(tools.length).toBeGreaterThan(50);
  const body = { data: [{ Last_Name: 'Desk', Company: 'Engines' }] };
  await client.callTool({ name: 'create_records', arguments: { module: 'Leads', body } });
  const listed = await client.callTool({ name: 'list_records', arguments: { module: 'Leads', fields: 'Last_Name' } });
  expect(listed.structuredContent).toMatchObject({ data: [{ Last_Name: 'Desk' }] });

  // The token is for this address and no other; an old one is renewed without the user.
  const { access_token: token, refresh_token: refresh } = authProvider.tokens() as OAuthTokens;
  const bearer = { authorization: `Bearer ${token}` };
  const { api } = platform.topology.find('us')?.origins ?? {};
  expect((await fetch(`${api}/crm/v8/org`, { headers: bearer })).status).toBe(401);
  expect(refresh).toBeDefined();
  authProvider.saveTokens({ ...(authProvider.tokens() as OAuthTokens), access_token: 'gone' });
  expect((await client.listTools()).tools).toHaveLength(tools.length);
  await client.close();
});

test('the same for a client that nobody registered: its id is the address of its metadata document (CIMD)', async () => {
  const own = selfSignedForLocalhost();
  // The document is fetched over TLS as any would be; this process trusts the certificate.
  setDefaultCACertificates([...getCACertificates('default'), own.cert]);
  let document = '';
  const website = createSecureServer(own, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(document);
  });
  await new Promise<void>((resolve) => {
    website.listen(0, '127.0.0.1', resolve);
  });
  try {
    const origin = `https://localhost:${(website.address() as AddressInfo).port}`;
    const authProvider = new KeptSignIn(`${origin}/client.json`);
    document = JSON.stringify({ client_id: `${origin}/client.json`, ...authProvider.clientMetadata });
    const { client, tools } = await connectBySignIn(authProvider, origin);
    expect(authProvider.clientInformation()?.client_id).toBe(`${origin}/client.json`);
    const listed = await client.callTool({ name: 'list_records', arguments: { module: 'Leads', fields: 'Last_Name' } });
    expect(listed.isError).toBeFalsy();
    authProvider.saveTokens({ ...(authProvider.tokens() as OAuthTokens), access_token: 'gone' });
    expect((await client.listTools()).tools).toHaveLength(tools.length);
    await client.close();
    const clients = await platform.admin.clients.list();
    expect(clients.map(({ clientId }) => clientId)).not.toContain(`${origin}/client.json`);
  } finally {
    website.closeAllConnections();
    website.close();
  }
});
