import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import { changeUser } from '../../admin/users.ts';
import { deriveKey } from '../../foundation/secrets.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import { silentLog } from '../../http/log.ts';
import { platformScopes } from '../../oauth/scopes.ts';
import type { Presentation, TokenAuthority, TokenCheck } from '../../oauth/token-authority.ts';
import { authorize } from '../../testing/http-browser.ts';
import { until } from '../../testing/platform-process.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { ath, createProver, type Prover } from '../standard/testing/prover.ts';
import { anna, callback, chandra, StandardStage } from '../standard/testing/standard-stage.ts';
import { AccountsServer } from './accounts-server.ts';
import { ChangeStream } from './change-stream.ts';
import { ResourceServerCredential } from './credential.ts';
import { RemoteTokenAuthority } from './remote-token-authority.ts';
import { standIn } from './testing/stand-in.ts';
import { authorityPath } from './wire.ts';

/** Both ways in which a resource server asks about tokens, held against the same cases. */
const secretKey = '7a'.repeat(32);
const scope = 'openid offline_access ZohoCRM.users.READ';
let stage: StandardStage;
let web: ClientWithSecrets;
let accounts: string;
let remote: RemoteTokenAuthority;
let stream: ChangeStream;
/** Streams that have begun. */
let resets = 0;
const authorities = {} as Record<'by the database' | 'over HTTP', TokenAuthority>;

const credentialOf = (dataCenterId = 'us', key = deriveKey(Buffer.from(secretKey, 'hex'), 'resource servers')) =>
  new ResourceServerCredential({ key, dataCenterId, clock: stage.platform.clock });

function askAt(origin: string, answerTimeoutMs = 5_000) {
  const server = new AccountsServer({ origin, credential: credentialOf(), answerTimeoutMs });
  const changes = new ChangeStream({ server, log: silentLog, dataCenter: 'us' });
  const { clock, admin } = stage.platform;
  const authority = new RemoteTokenAuthority({
    ...{ server, changes, clock, scopes: platformScopes, dataCenter: 'us', limits: admin.settings.limits },
    proofKey: deriveKey(Buffer.from(secretKey, 'hex'), 'proofs of possession'),
  });
  return { authority, changes };
}

beforeAll(async () => {
  stage = await StandardStage.start({ secretKey });
  web = await stage.client('server');
  accounts = stage.platform.topology.find('us')?.origins.accounts ?? '';
  const asked = askAt(accounts);
  remote = asked.authority;
  stream = asked.changes;
  stream.subscribe('token', { changed: () => {}, reset: () => resets++ });
  stream.start();
  await until(() => resets > 0, 'the stream has begun');
  authorities['by the database'] = stage.platform.dataCenters.get('us')?.authority as TokenAuthority;
  authorities['over HTTP'] = remote;
});
afterAll(async () => {
  await stream?.close();
  await stage?.platform.stop();
});

const comparable = ({ grant, explanation, ...rest }: TokenCheck) => ({
  ...rest,
  explainable: explanation !== undefined,
  ...(grant && { grant: { ...grant, scopes: grant.scopes.toString() } }),
});
const local = () => authorities['by the database'];

describe.each(['by the database', 'over HTTP'] as const)('a resource server that asks %s', (way) => {
  const check = (token: string | undefined) => authorities[way].check(token ?? '');
  const refusalOf = async (token: string | undefined) => (await check(token)).refusal;
  /** Within a second, and for the right reason. */
  const becomes = (token: string | undefined, refusal: string) =>
    expect.poll(() => refusalOf(token), { timeout: 1_000, interval: 20 }).toBe(refusal);

  test('learns the whole grant of a living token, and the same object again', async () => {
    const { access_token } = await stage.tokens(web, { scope });
    const found = await check(access_token);
    expect(found.grant).toMatchObject({ clientId: web.client_id, environment: 'production', strict: true });
    expect(comparable(found)).toEqual(comparable(await local().check(access_token ?? '')));
    expect(found.grant?.scopes.covers('ZohoCRM.users.READ')).toBe(true);
    expect((await check(access_token)).grant).toBe(found.grant);
  });

  test('learns what JWT access tokens stand for, and that a forged one is none', async () => {
    const client = await stage.client('server', { standards: { profile: 'strict', accessTokenFormat: 'jwt' } });
    const { access_token = '', refresh_token } = await stage.tokens(client, { scope });
    expect((await check(access_token)).grant?.clientId).toBe(client.client_id);
    expect(await refusalOf(`${access_token.slice(0, -8)}AAAAAAAA`)).toBe('TokenUnknown');
    await stage.post('revoke', { ...stage.own(client), token: refresh_token ?? '' });
    await becomes(access_token, 'TokenRevoked');
  });

  test('refuses what was never issued, without an error', async () => {
    const garbage = ['', 'x', 'é'.repeat(400), `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`, `eyJ.${'a'.repeat(9000)}.a`];
    for (const token of garbage) expect(await refusalOf(token)).toBe('TokenUnknown');
  });

  test('finds out which other data centre knows a token', async () => {
    const there = await stage.answer(web, { scope }, { email: chandra });
    const { json } = await stage.post('token', { ...stage.own(web, 'in'), ...stage.codeForm(there) }, {}, 'in');
    const found = await check(String(json.access_token));
    expect(found.refusal).toBe('TokenUnknown');
    expect(await found.explanation?.()).toEqual({
      outcome: 'TokenOfOtherDataCenter',
      detail: { issuedBy: 'in', cameTo: 'us' },
      knownIn: 'in',
      clientId: web.client_id,
    });
  });

  test('refuses a token that was revoked, within a second', async () => {
    const { access_token } = await stage.tokens(web, { scope });
    expect(await refusalOf(access_token)).toBeUndefined();
    await stage.post('revoke', { ...stage.own(web), token: access_token ?? '' });
    await becomes(access_token, 'TokenUnknown');
  });

  test('refuses a token that ten newer ones evicted, and names the limit', async () => {
    const compatible = await stage.client('server', { standards: { profile: 'compatible' } });
    const query = new URLSearchParams({
      ...{ client_id: compatible.client_id, response_type: 'code', redirect_uri: callback },
      ...{ scope: 'ZohoCRM.users.READ', access_type: 'offline', prompt: 'consent' },
    });
    const back = await authorize(stage.browser(), `${accounts}/oauth/v2/auth?${query}`, {
      email: anna,
      password: testPassword,
    });
    const code = new URL(back).searchParams.get('code') ?? '';
    const own = stage.own(compatible);
    const first = await stage.post('/oauth/v2/token', {
      ...own,
      ...{ grant_type: 'authorization_code', redirect_uri: callback, code },
    });
    const token = String(first.json.access_token);
    expect(await refusalOf(token)).toBeUndefined();
    const refresh = { ...own, grant_type: 'refresh_token', refresh_token: String(first.json.refresh_token) };
    for (let count = 0; count < 10; count++) await stage.post('/oauth/v2/token', refresh);
    await becomes(token, 'TokenEvicted');
    expect((await check(token)).known).toMatchObject({ clientId: compatible.client_id, detail: { limit: 10 } });
  });

  test('refuses the tokens of a user who is switched off, and takes them again', async () => {
    const email = `${way.replaceAll(' ', '-').toLowerCase()}@us.example`;
    await stage.platform.addUser('us', email);
    const answer = await stage.answer(web, { scope }, { email });
    const { json } = await stage.post('token', { ...stage.own(web), ...stage.codeForm(answer) });
    const token = String(json.access_token);
    expect(await refusalOf(token)).toBeUndefined();
    await changeUser(stage.platform.admin, 'us', email, { active: false, endTokens: false });
    await becomes(token, 'UserInactive');
    await changeUser(stage.platform.admin, 'us', email, { active: true, endTokens: false });
    expect(await refusalOf(token)).toBeUndefined();
  });

  test('follows a client: its JavaScript domains, where it is enabled, its end', async () => {
    const { admin } = stage.platform;
    const domain = 'https://app.example.com';
    const client = await stage.client('browser', {
      owner: chandra,
      dataCenter: 'in',
      enabledDataCenters: ['us'],
      javascriptDomains: [domain],
    });
    const answer = await stage.answer(client, { scope });
    const { json } = await stage.post('token', { ...stage.own(client), ...stage.codeForm(answer) });
    const token = String(json.access_token);
    const origin = `https://${way.replaceAll(' ', '-').toLowerCase()}.example`;
    expect((await check(token)).grant?.javascriptDomains).toEqual([domain]);
    expect(await authorities[way].allowsOrigin(origin)).toBe(false);
    await changeClient(admin, client.client_id, { javascriptDomains: [domain, origin] });
    await expect
      .poll(async () => (await check(token)).grant?.javascriptDomains, { timeout: 1_000 })
      .toEqual([domain, origin]);
    await expect.poll(() => authorities[way].allowsOrigin(origin), { timeout: 1_000 }).toBe(true);
    expect(await authorities[way].allowsOrigin(`https://${'x'.repeat(5000)}.example`)).toBe(false);
    await changeClient(admin, client.client_id, { disable: ['us'] });
    await becomes(token, 'ClientDisabled');
    await changeClient(admin, client.client_id, { enable: ['us'] });
    await expect.poll(() => refusalOf(token), { timeout: 1_000 }).toBeUndefined();
    await stage.platform.admin.clients.delete(client.client_id);
    await becomes(token, 'ClientDisabled');
    await expect.poll(() => authorities[way].allowsOrigin(origin), { timeout: 1_000 }).toBe(false);
  });

  test('refuses an expired token, also one that it remembers', async () => {
    const { access_token = '' } = await stage.tokens(web, { scope });
    const { grant } = await check(access_token);
    stage.platform.clock.set((grant?.expiresAtMs ?? 0) - 1);
    expect((await check(access_token)).grant).toBeDefined();
    stage.platform.clock.advance(0.002);
    expect(await check(access_token)).toMatchObject({
      refusal: 'TokenExpired',
      known: { clientId: web.client_id, userId: grant?.userId, detail: { expiredSecondsAgo: 0 } },
    });
  });

  test('holds proofs of possession against tokens, once over all who ask', async () => {
    const key = await createProver(stage.platform.clock);
    const token = await boundToken(key);
    const { grant } = await check(token);
    if (!grant) throw new Error('no grant');
    const url = 'https://api.example/crm/v8/users';
    const good = (more = {}) => key.make(url, { htm: 'GET', ath: ath(token), ...more });
    const prove = async (proof: string | undefined, over: Partial<Presentation> = {}) =>
      (await authorities[way].prove(grant, { accessToken: token, scheme: 'DPoP', proof, method: 'GET', url, ...over }))
        ?.outcome;
    const once = await good();
    expect(await prove(once)).toBeUndefined();
    expect(await prove(once)).toBe('ProofInvalid');
    for (const authority of Object.values(authorities)) {
      const came = { accessToken: token, scheme: 'DPoP', proof: once, method: 'GET', url } as const;
      expect((await authority.prove(grant, came))?.detail).toEqual({ reason: 'it was used before' });
    }
    expect(await prove(await good({ nonce: authorities[way].proofNonce() }))).toBeUndefined();
    expect(await prove(await good({ nonce: 'old' }))).toBe('ProofNonceNeeded');
    expect(await prove(undefined)).toBe('ProofMissing');
    expect(await prove(await good(), { scheme: 'Bearer' })).toBe('ProofMissing');
    expect(await prove(await good(), { method: 'POST' })).toBe('ProofInvalid');
    const other = await createProver(stage.platform.clock);
    expect(await prove(await other.make(url, { htm: 'GET', ath: ath(token) }))).toBe('TokenOfOtherKey');
    const unbound = await check((await stage.tokens(web, { scope })).access_token);
    const came = { accessToken: token, scheme: 'DPoP', proof: undefined, method: 'GET', url } as const;
    expect((await authorities[way].prove(unbound.grant as typeof grant, came))?.outcome).toBe('TokenNotBound');
  });
});

async function boundToken(key: Prover): Promise<string> {
  const answer = await stage.answer(web, { scope });
  const form = { ...stage.own(web), ...stage.codeForm(answer) };
  const nonce = local().proofNonce();
  const { json } = await stage.post('token', form, { dpop: await key.make(`${stage.issuer()}/token`, { nonce }) });
  return String(json.access_token);
}

describe('over HTTP', () => {
  test('questions of one moment share a request, and what is known costs none', async () => {
    const proxy = await standIn(accounts, () => 'pass');
    const { authority } = askAt(proxy.origin);
    const tokens = await Promise.all(Array.from({ length: 5 }, () => stage.tokens(web, { scope })));
    const checkAll = () => Promise.all(tokens.map(({ access_token }) => authority.check(access_token ?? '')));
    expect((await checkAll()).map(({ grant }) => grant?.clientId)).toEqual(tokens.map(() => web.client_id));
    expect(proxy.requests).toEqual(['POST']);
    await checkAll();
    expect(proxy.requests).toHaveLength(1);
    expect(authority.cacheUse).toEqual({ hits: 5, misses: 5 });
    // The longest that could be tokens: no request is larger than what is read.
    const long = Array.from({ length: 30 }, (_, index) => `eyJ.${'a'.repeat(8_000)}${index}.a`);
    const found = await Promise.all(long.map((token) => authority.check(token)));
    expect(found.map(({ refusal }) => refusal)).toEqual(long.map(() => 'TokenUnknown'));
    proxy.close();
  });

  test('a token is remembered for so long and no longer when nobody tells of changes', async () => {
    const proxy = await standIn(accounts, () => 'pass');
    const { authority } = askAt(proxy.origin);
    const { access_token = '' } = await stage.tokens(web, { scope });
    await authority.check(access_token);
    stage.platform.clock.advance(4.9);
    await authority.check(access_token);
    expect(proxy.requests).toHaveLength(1);
    stage.platform.clock.advance(0.2);
    await authority.check(access_token);
    expect(proxy.requests).toHaveLength(2);
    proxy.close();
  });

  test('an answer that began before a change is not remembered after it', async () => {
    const gate = Promise.withResolvers<void>();
    const { access_token = '' } = await stage.tokens(web, { scope });
    const written = await fetch(`${accounts}${authorityPath}`, {
      method: 'POST',
      headers: { authorization: await credentialOf().header() },
      body: JSON.stringify({ question: 'check', items: [access_token] }),
    });
    const old = await written.text();
    const proxy = await standIn(accounts, () => gate.promise.then(() => new Response(old)));
    const { authority, changes } = askAt(proxy.origin);
    const answer = authority.check(access_token);
    await expect.poll(() => proxy.requests.length).toBe(1);
    changes.deliver('tokens:ended');
    gate.resolve();
    expect((await answer).grant).toBeDefined();
    await authority.check(access_token);
    expect(proxy.requests).toHaveLength(2);
    proxy.close();
  });

  test.each([
    ['cuts the connection', () => 'cut' as const, /does not answer: UND_ERR_SOCKET|ECONNRESET/],
    ['is out of order', async () => new Response('no', { status: 500 }), /status 500/],
    ['sends no JSON', async () => new Response('<html>'), /not one of an accounts server/],
    ['sends other JSON', async () => new Response('{"answers":[]}'), /not one of an accounts server/],
    ['knows nothing of it', async () => new Response('', { status: 404 }), /GRANTWAY_SECRET_KEY and the time/],
  ])('a server that %s is unavailable', async (_name, handle, message) => {
    const proxy = await standIn(accounts, handle);
    const { authority } = askAt(proxy.origin);
    const token = `1000.${'0'.repeat(32)}.${'1'.repeat(32)}`;
    const failure = await authority.check(token).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Unavailable);
    expect((failure as Error).message).toMatch(message);
    proxy.close();
  });

  test.each([
    ['cuts the connection', (first: boolean) => (first ? 'cut' : 'pass')],
    [
      'is gone behind a gateway',
      (first: boolean) => (first ? Promise.resolve(new Response('', { status: 502 })) : 'pass'),
    ],
  ] as const)(
    'a question is asked once more where the server %s, but none that takes something',
    async (_name, handle) => {
      const proxy = await standIn(accounts, () => handle(proxy.requests.length % 2 === 1));
      const server = new AccountsServer({ origin: proxy.origin, credential: credentialOf() });
      expect(await server.ask('origin', 'https://nobody.example')).toBe(false);
      expect(proxy.requests).toHaveLength(2);
      const proof = { name: ['once'], expiresAtMs: stage.platform.clock.nowMs() + 60_000 };
      await expect(server.ask('proof', proof)).rejects.toBeInstanceOf(Unavailable);
      expect(proxy.requests).toHaveLength(3);
      proxy.close();
    },
  );

  test('one that hangs is asked by one request at a time, and by all when it answers again', async () => {
    let hangs = true;
    const proxy = await standIn(accounts, () => (hangs ? 'hang' : 'pass'));
    const { authority } = askAt(proxy.origin, 2_000);
    const token = (index: number) => `1000.${'0'.repeat(32)}.${String(index).padStart(32, '0')}`;
    await expect(authority.check(token(0))).rejects.toThrow('nothing in 2 seconds');
    const next = authority.check(token(1)).catch((error: Error) => error.message);
    await expect.poll(() => proxy.requests.length).toBe(2);
    await expect(authority.check(token(2))).rejects.toThrow('it hangs');
    expect(await next).toContain('nothing in 2 seconds');
    hangs = false;
    expect((await authority.check(token(3))).refusal).toBe('TokenUnknown');
    const found = await Promise.all([4, 5, 6].map((index) => authority.check(token(index))));
    expect(found.map(({ refusal }) => refusal)).toEqual(['TokenUnknown', 'TokenUnknown', 'TokenUnknown']);
    proxy.close();
  });
});

describe('for anybody else', () => {
  const body = JSON.stringify({ question: 'origin', items: ['https://one.example'] });
  const withoutIds = async (response: Response) => {
    const headers = Object.fromEntries(response.headers);
    for (const name of ['x-request-id', 'date', 'content-length']) delete headers[name];
    return { status: response.status, headers, text: (await response.text()).replaceAll(/[0-9a-f]{16}/g, 'id') };
  };
  const headers: [string, () => Promise<Record<string, string>>][] = [
    ['without a credential', async () => ({})],
    [
      'with a token of a client',
      async () => ({ authorization: `Bearer ${(await stage.tokens(web, { scope })).access_token}` }),
    ],
    [
      'with a credential over another key',
      async () => ({ authorization: await credentialOf('us', Buffer.alloc(32, 1)).header() }),
    ],
    ['with one for another data centre', async () => ({ authorization: await credentialOf('in').header() })],
    [
      'with an unsigned one',
      async () => ({ authorization: `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.AA` }),
    ],
    [
      'with one that is old',
      async () => {
        const old = await credentialOf().header();
        stage.platform.clock.advance(200);
        return { authorization: old };
      },
    ],
  ];
  test.each(headers)('%s the endpoint is not there', async (_name, make) => {
    const own = await make();
    for (const init of [
      { method: 'GET' },
      { method: 'POST', body },
      { method: 'DELETE' },
      { method: 'OPTIONS' },
      { method: 'HEAD' },
    ]) {
      const [there, nowhere] = await Promise.all(
        [authorityPath, '/token-authoritx'].map(async (path) =>
          withoutIds(await fetch(`${accounts}${path}`, { ...init, headers: own })),
        ),
      );
      expect(there?.status, init.method).toBe(404);
      expect(there, init.method).toEqual(nowhere);
    }
    const long = { method: 'POST', body: 'x'.repeat(70_000), headers: own };
    const [there, nowhere] = await Promise.all(
      [authorityPath, '/token-authoritx'].map(async (path) => withoutIds(await fetch(`${accounts}${path}`, long))),
    );
    expect(there).toEqual(nowhere);
  });

  test.each([
    '',
    '{',
    '[]',
    '{"question":"check"}',
    '{"question":"check","items":[]}',
    '{"question":"check","items":[1]}',
    '{"question":"__proto__","items":["x"]}',
    JSON.stringify({ question: 'check', items: Array(101).fill('x') }),
  ])('a resource server that asks %s is told that it is no question', async (_name, text) => {
    const answer = await fetch(`${accounts}${authorityPath}`, {
      method: 'POST',
      headers: { authorization: await credentialOf().header() },
      body: text,
    });
    expect([answer.status, await answer.text()]).toEqual([400, '{"error":"invalid_request"}']);
  });

  test('what resource servers ask leaves no events', async () => {
    const answer = await fetch(`${accounts}${authorityPath}`, {
      method: 'POST',
      headers: { authorization: await credentialOf().header() },
      body,
    });
    expect(answer.status).toBe(200);
    const { database, events } = stage.platform.dataCenters.get('us') ?? {};
    await events?.flush();
    const text = 'SELECT outcome FROM protocol_event WHERE request_id = $1';
    expect(await database?.query({ text, values: [answer.headers.get('x-request-id')] })).toEqual([]);
  });
});
