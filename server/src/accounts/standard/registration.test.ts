import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistrationToken } from '../../admin/clients.ts';
import { signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { type Answer, anna, chandra, proofKey, StandardStage } from './testing/standard-stage.ts';

/** Clients that register themselves (RFC 7591, RFC 7592), and clients that are documents. */
let stage: StandardStage;
let open: StandardStage;
let documents: Server;
/** What the server of documents answers, by path. */
const served = new Map<string, { body: string; type?: string; status?: number; location?: string }>();
let asked = 0;

beforeAll(async () => {
  documents = createServer((request, response) => {
    asked++;
    const {
      body = '',
      location,
      status = 200,
      type = 'application/json',
    } = served.get(request.url ?? '') ?? { status: 404 };
    response.writeHead(status, { 'content-type': type, ...(location && { location }) });
    // This one never ends its answer.
    if (request.url === '/endless') response.write('{'.repeat(100_000));
    else response.end(body);
  });
  await new Promise<void>((resolve) => {
    documents.listen(0, '127.0.0.1', resolve);
  });
  [stage, open] = await Promise.all([
    StandardStage.start(),
    StandardStage.start({ settings: { standards: { registration: 'initial-token' } } }),
  ]);
});
afterAll(async () => {
  documents.closeAllConnections();
  documents.close();
  await stage.platform.stop();
  await open.platform.stop();
});

const callback = 'https://spa.example.com/callback';
const good = { client_name: 'My agent (beta)', redirect_uris: [callback], token_endpoint_auth_method: 'none' };

async function call(at: StandardStage, url: string, init: { method?: string; token?: string; body?: unknown } = {}) {
  const response = await fetch(url.startsWith('http') ? url : `${at.issuer()}/${url}`, {
    method: init.method ?? 'POST',
    headers: { 'content-type': 'application/json', ...(init.token && { authorization: `Bearer ${init.token}` }) },
    ...(init.body !== undefined && { body: typeof init.body === 'string' ? init.body : JSON.stringify(init.body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : {}, headers: response.headers } as Answer;
}
const told = (answer: Answer) => [answer.status, answer.json.error];

/** A whole authorization of a public client with this id. */
async function tokensOf(at: StandardStage, clientId: string, redirectUri: string, email = anna) {
  const answer = await at.answer(
    { client_id: clientId, client_secret: '', secrets: {} },
    { redirect_uri: redirectUri },
    { email },
  );
  const dataCenter = answer.get('iss') === at.issuer('in') ? 'in' : 'us';
  const form = { ...at.codeForm(answer), client_id: clientId, redirect_uri: redirectUri };
  return at.post('token', form, {}, dataCenter);
}

describe('dynamic registration', () => {
  test('CLI-07 is closed by default: the endpoint refuses, and the metadata do not name it', async () => {
    expect(told(await call(stage, 'register', { body: good }))).toEqual([403, 'access_denied']);
    const { json } = await stage.get('.well-known/openid-configuration');
    expect(json.registration_endpoint).toBeUndefined();
  });

  test('CLI-07 with an initial access token a client registers, is asked for like any other, and manages itself', async () => {
    const none = await call(open, 'register', { body: good });
    expect(told(none)).toEqual([401, 'invalid_token']);
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect(told(await call(open, 'register', { body: good, token: 'x'.repeat(40) }))).toEqual([401, 'invalid_token']);
    const { json: metadata } = await open.get('.well-known/openid-configuration');
    expect(metadata.registration_endpoint).toBe(`${open.issuer()}/register`);

    const owned = { dataCenter: 'us', owner: anna, ttlSeconds: 3600 };
    const { initial_access_token: token } = await createRegistrationToken(open.platform.admin, owned);
    const made = await call(open, 'register', {
      body: { ...good, client_id: 'mine', scope: 'ZohoCRM.org.ALL' },
      token,
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(made.json).toMatchObject({
      client_name: 'My agent beta',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
    });
    expect(made.json.client_secret).toBeUndefined();
    const id = String(made.json.client_id);
    expect(id).toMatch(/^1000\.[0-9A-Z]{30}$/);
    for (const email of [anna, chandra]) expect((await tokensOf(open, id, callback, email)).status).toBe(200);

    const own = { token: String(made.json.registration_access_token) };
    const uri = String(made.json.registration_client_uri);
    expect((await call(open, uri, { method: 'GET', ...own })).json).toMatchObject({ client_id: id });
    expect(told(await call(open, uri, { method: 'GET', token }))).toEqual([401, 'invalid_token']);
    const renamed = { ...good, client_id: id, client_name: 'Renamed' };
    expect((await call(open, uri, { method: 'PUT', body: renamed, ...own })).json.client_name).toBe('Renamed');
    expect(told(await call(open, uri, { method: 'PUT', body: good, ...own }))).toEqual([
      400,
      'invalid_client_metadata',
    ]);
    expect((await call(open, uri, { method: 'DELETE', ...own })).status).toBe(204);
    expect(told(await call(open, uri, { method: 'GET', ...own }))).toEqual([401, 'invalid_token']);
    open.platform.clock.advance(3601);
    expect(told(await call(open, 'register', { body: good, token }))).toEqual([401, 'invalid_token']);
  });

  test('RED-04 bad metadata are refused in the words of the RFC', async () => {
    const owned = { dataCenter: 'us', owner: anna, ttlSeconds: 3600 };
    const { initial_access_token: token } = await createRegistrationToken(open.platform.admin, owned);
    const bad: [unknown, string][] = [
      ['not JSON', 'invalid_client_metadata'],
      ['[]', 'invalid_client_metadata'],
      [{ ...good, redirect_uris: [] }, 'invalid_redirect_uri'],
      [{ ...good, redirect_uris: 'x' }, 'invalid_redirect_uri'],
      ...[
        'javascript:alert(1)',
        'http://app.example.com/',
        'https://*.example.com/',
        'https://a.example/#f',
        '/cb',
      ].map((uri) => [{ ...good, redirect_uris: [uri] }, 'invalid_redirect_uri'] as [unknown, string]),
      [{ ...good, grant_types: ['implicit'] }, 'invalid_client_metadata'],
      [{ ...good, grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
      [{ ...good, response_types: ['token'] }, 'invalid_client_metadata'],
      [{ ...good, token_endpoint_auth_method: 'client_secret_jwt' }, 'invalid_client_metadata'],
      [{ ...good, token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata'],
      ...['http://keys.example.com/', 'file:///etc/passwd', 'keys', 7].map(
        (jwks_uri) => [{ ...good, jwks_uri }, 'invalid_client_metadata'] as [unknown, string],
      ),
      [
        {
          ...good,
          jwks_uri: 'https://keys.example.com/',
          jwks: { keys: [] },
          token_endpoint_auth_method: 'private_key_jwt',
        },
        'invalid_client_metadata',
      ],
      [{ ...good, dpop_bound_access_tokens: 'yes' }, 'invalid_client_metadata'],
      [{ ...good, id_token_signed_response_alg: 'HS256' }, 'invalid_client_metadata'],
      [{ ...good, client_uri: 'javascript:alert(1)' }, 'invalid_client_metadata'],
      [{ ...good, backchannel_logout_uri: 'http://10.0.0.1/' }, 'invalid_client_metadata'],
      [{ ...good, software_statement: 'x' }, 'unapproved_software_statement'],
      [{ ...good, id_token_signed_response_alg: 'none' }, 'invalid_client_metadata'],
    ];
    for (const [body, error] of bad) {
      expect(told(await call(open, 'register', { body, token })), JSON.stringify(body)).toEqual([400, error]);
    }
  });

  test('a confidential client gets a secret, which works', async () => {
    const owned = { dataCenter: 'us', owner: anna, ttlSeconds: 3600 };
    const { initial_access_token: token } = await createRegistrationToken(open.platform.admin, owned);
    const { json } = await call(open, 'register', { body: { redirect_uris: [callback] }, token });
    const form = { client_id: String(json.client_id), grant_type: 'refresh_token', refresh_token: 'x' };
    expect(told(await open.post('token', { ...form, client_secret: String(json.client_secret) }))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(told(await open.post('token', form))).toEqual([401, 'invalid_client']);
  });
});

describe('keys that a client publishes (jwks_uri)', () => {
  const register = async (body: object) => {
    const owned = { dataCenter: 'us', owner: anna, ttlSeconds: 3600 };
    const { initial_access_token: token } = await createRegistrationToken(open.platform.admin, owned);
    return call(open, 'register', {
      body: { redirect_uris: [callback], token_endpoint_auth_method: 'private_key_jwt', ...body },
      token,
    });
  };
  const publish = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    served.set('/keys', { body: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid }] }) });
    return privateKey;
  };
  const signed = async (id: string, key: CryptoKey, kid: string, jti: string) => {
    const now = Math.floor(open.platform.clock.nowMs() / 1000);
    const claims = { iss: id, sub: id, aud: open.issuer(), iat: now, exp: now + 60, jti };
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(key),
    };
  };
  const send = (proof: Record<string, string>) =>
    open.post('token', { grant_type: 'refresh_token', refresh_token: 'x', ...proof });

  test('are fetched once, and once more for a key that is not known; the other members are kept', async () => {
    const logout = 'https://spa.example.com/logout';
    const after = 'https://spa.example.com/bye';
    const { json, status } = await register({
      ...{ jwks_uri: address('/keys'), id_token_signed_response_alg: 'ES256', dpop_bound_access_tokens: false },
      ...{ backchannel_logout_uri: logout, post_logout_redirect_uris: [after] },
    });
    expect([status, json.client_secret]).toEqual([201, undefined]);
    expect(json).toMatchObject({ jwks_uri: address('/keys'), id_token_signed_response_alg: 'ES256' });
    expect(json).toMatchObject({ backchannel_logout_uri: logout, post_logout_redirect_uris: [after] });
    const id = String(json.client_id);
    const first = await publish('k1');
    asked = 0;
    expect(told(await send(await signed(id, first, 'k1', 'a')))).toEqual([400, 'invalid_grant']);
    expect(told(await send(await signed(id, first, 'k1', 'b')))).toEqual([400, 'invalid_grant']);
    expect(asked).toBe(1);
    const second = await publish('k2');
    open.platform.clock.advance(31);
    expect(told(await send(await signed(id, second, 'k2', 'c')))).toEqual([400, 'invalid_grant']);
    expect(asked).toBe(2);
    for (const [kid, jti] of ['k1', 'k3', 'k4'].map((each, index) => [each, `d${index}`] as const)) {
      expect(told(await send(await signed(id, first, kid, jti)))).toEqual([401, 'invalid_client']);
    }
    expect(asked).toBe(2);

    const verified = await open.answer({ client_id: id, client_secret: '', secrets: {} }, { redirect_uri: callback });
    const form = { ...open.codeForm(verified), client_id: id, redirect_uri: callback };
    const tokens = await open.post('token', { ...form, ...(await signed(id, second, 'k2', 'e')) });
    expect(decodeProtectedHeader(String(tokens.json.id_token)).alg).toBe('ES256');
  });

  test('CLI-08 are not fetched from where we must not call, and bounded', async () => {
    const key = await publish('k1');
    served.set('/keys-moved', { body: '', status: 302, location: address('/keys') });
    served.set('/keys-long', { body: JSON.stringify({ keys: [], x: 'x'.repeat(70_000) }) });
    served.set('/keys-secret', { body: JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA' }] }) });
    for (const jwks_uri of [
      ...['/keys-moved', '/keys-long', '/keys-secret', '/endless', '/missing'].map(address),
      ...['https://10.0.0.1/keys', 'https://169.254.169.254/', 'https://[::1]/keys'],
      `http://localhost:${open.platform.basePort + 99}/settings`,
    ]) {
      const { json, status } = await register({ jwks_uri });
      expect(status, jwks_uri).toBe(201);
      const id = String(json.client_id);
      expect(told(await send(await signed(id, key, 'k1', 'x'))), jwks_uri).toEqual([401, 'invalid_client']);
    }
  });
});

const address = (path: string) => `http://localhost:${(documents.address() as AddressInfo).port}${path}`;

describe('client metadata documents', () => {
  const serve = (path: string, more: Record<string, unknown> = {}, how: object = {}) => {
    const document = { client_id: address(path), client_name: 'Agent', redirect_uris: [callback], ...more };
    served.set(path, { body: JSON.stringify(document), ...how });
    return address(path);
  };

  test('the address of a document is a public client, fetched once', async () => {
    const id = serve('/client.json');
    expect((await stage.get('.well-known/openid-configuration')).json.client_id_metadata_document_supported).toBe(true);
    asked = 0;
    const consent = stage.browser();
    const url = stage.authUrl({ client_id: id, client_secret: '', secrets: {} }, { redirect_uri: callback });
    const shown = await signIn(consent, await consent.get(url), anna, testPassword);
    expect(shown.html).toContain(new URL(id).origin);
    expect((await tokensOf(stage, id, callback)).status).toBe(200);
    expect((await tokensOf(stage, id, callback, chandra)).status).toBe(200);
    expect(asked).toBe(1);
    const page = await stage
      .browser()
      .get(stage.authUrl({ client_id: id, client_secret: '', secrets: {} }, { redirect_uri: `${callback}x` }));
    expect([page.status, page.leftTo]).toEqual([400, undefined]);
  });

  test('its keys and the form of its ID tokens are those that the document names', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    served.set('/agent-keys', { body: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }) });
    const id = serve('/signing.json', {
      ...{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: address('/agent-keys') },
      id_token_signed_response_alg: 'ES256',
    });
    const answer = await stage.answer({ client_id: id, client_secret: '', secrets: {} }, { redirect_uri: callback });
    const form = { ...stage.codeForm(answer), client_id: id, redirect_uri: callback };
    expect(told(await stage.post('token', form))).toEqual([401, 'invalid_client']);
    const now = Math.floor(stage.platform.clock.nowMs() / 1000);
    const claims = { iss: id, sub: id, aud: stage.issuer(), iat: now, exp: now + 60, jti: 'cimd' };
    const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
    const tokens = await stage.post('token', {
      ...{ ...form, client_assertion: assertion },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(decodeProtectedHeader(String(tokens.json.id_token)).alg).toBe('ES256');
  });

  test('CLI-08 what is no such document, or not for us to call, is an unknown client', async () => {
    const ids = [
      serve('/other.json', { client_id: 'https://other.example/client.json' }),
      serve('/secret.json', { client_secret: 's', token_endpoint_auth_method: 'client_secret_post' }),
      serve('/bad-uri.json', { redirect_uris: ['javascript:alert(1)'] }),
      serve('/html', {}, { type: 'text/html' }),
      serve('/moved', {}, { status: 302, location: address('/client.json') }),
      serve('/long.json', { client_name: 'x'.repeat(11_000) }),
      address('/endless'),
      address('/missing'),
      'https://10.0.0.1/client.json',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/client.json',
      'http://app.example.com/client.json',
      'https://app.example.com',
      'https://user@app.example.com/client.json',
      'https://app.example.com/client.json#x',
      `http://localhost:${stage.platform.basePort + 99}/settings`,
    ];
    const { challenge } = proofKey();
    for (const id of ids) {
      const query = new URLSearchParams({
        ...{ client_id: id, response_type: 'code', redirect_uri: callback, scope: 'openid' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256' },
      });
      const page = await stage.browser().get(`${stage.issuer()}/authorize?${query}`);
      expect([page.status, page.leftTo], id).toEqual([400, undefined]);
      expect(told(await stage.post('token', { client_id: id, grant_type: 'refresh_token' })), id).toEqual([
        401,
        'invalid_client',
      ]);
    }
  });
});
