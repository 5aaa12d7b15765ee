import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import { StandardStage } from '../standard/testing/standard-stage.ts';
import { AccountsServer } from './accounts-server.ts';
import { askAt, credentialOf, scope, secretKey } from './testing/resource-server.ts';
import { standIn } from './testing/stand-in.ts';
import { authorityPath } from './wire.ts';

/** What only a resource server meets that asks over HTTP, and what anybody else meets at the same address. */
let stage: StandardStage;
let web: ClientWithSecrets;
let accounts: string;

beforeAll(async () => {
  stage = await StandardStage.start({ secretKey });
  web = await stage.client('server');
  accounts = stage.platform.topology.find('us')?.origins.accounts ?? '';
});
afterAll(() => stage?.platform.stop());

describe('over HTTP', () => {
  test('questions of one moment share a request, and what is known costs none', async () => {
    const proxy = await standIn(accounts, () => 'pass');
    const { authority } = askAt(stage.platform, proxy.origin);
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
    const { authority } = askAt(stage.platform, proxy.origin);
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
      headers: { authorization: await credentialOf(stage.platform).header() },
      body: JSON.stringify({ question: 'check', items: [access_token] }),
    });
    const old = await written.text();
    const proxy = await standIn(accounts, () => gate.promise.then(() => new Response(old)));
    const { authority, changes } = askAt(stage.platform, proxy.origin);
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
    const { authority } = askAt(stage.platform, proxy.origin);
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
      const server = new AccountsServer({ origin: proxy.origin, credential: credentialOf(stage.platform) });
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
    const { authority } = askAt(stage.platform, proxy.origin, 2_000);
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
      async () => ({ authorization: await credentialOf(stage.platform, 'us', Buffer.alloc(32, 1)).header() }),
    ],
    [
      'with one for another data centre',
      async () => ({ authorization: await credentialOf(stage.platform, 'in').header() }),
    ],
    [
      'with an unsigned one',
      async () => ({ authorization: `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.AA` }),
    ],
    [
      'with one that is old',
      async () => {
        const old = await credentialOf(stage.platform).header();
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
      headers: { authorization: await credentialOf(stage.platform).header() },
      body: text,
    });
    expect([answer.status, await answer.text()]).toEqual([400, '{"error":"invalid_request"}']);
  });

  test('what resource servers ask leaves no events', async () => {
    const answer = await fetch(`${accounts}${authorityPath}`, {
      method: 'POST',
      headers: { authorization: await credentialOf(stage.platform).header() },
      body,
    });
    expect(answer.status).toBe(200);
    const { database, events } = stage.platform.dataCenters.get('us') ?? {};
    await events?.flush();
    const text = 'SELECT outcome FROM protocol_event WHERE request_id = $1';
    expect(await database?.query({ text, values: [answer.headers.get('x-request-id')] })).toEqual([]);
  });
});
