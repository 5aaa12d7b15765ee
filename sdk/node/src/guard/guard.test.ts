import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningClock } from '../../../../server/src/testing/running-clock.ts';
import type { Session } from '../index.ts';
import { type Live, startLive, userOf } from '../testing/live.ts';
import { cachedVerifier, covers, guard, introspection, jwtVerifier, tokenOf, type VerifiedToken } from './index.ts';

let live: Live;
let session: Session;
let asked = 0;
let protect: ReturnType<typeof guard>;
const accountsOf = (id: string) => live.platform.topology.find(id)?.origins.accounts ?? '';
const nowMs = () => live.platform.clock.nowMs();
const scopes = ['openid', 'email', 'Shop.orders.READ', 'ZohoCRM.users.READ', 'ZohoCRM.org.READ'];

beforeAll(async () => {
  const services = [{ name: 'Shop', scopes: [{ name: 'orders', subject: 'your orders' }] }];
  live = await startLive({ services });
  const api = await live.platform.addClient({
    owner: userOf('us').email,
    type: 'server',
    enabledDataCenters: ['in'],
    resourceServer: true,
  });
  const secrets = api.secrets as Record<string, string>;
  const verifier = introspection({
    accounts: [accountsOf('us'), accountsOf('in')],
    clientId: api.client_id,
    clientSecret: { [accountsOf('us')]: secrets.us as string, [accountsOf('in')]: secrets.in as string },
    fetch(input, init) {
      asked++;
      return fetch(input, init);
    },
  });
  protect = guard(cachedVerifier(verifier, { now: nowMs }));
  session = await live.signIn(live.oauth(), 'in', { scopes });
});
afterAll(() => live?.stop());

/** The same small API in each framework: `/orders` needs a scope that there is, `/secret` one that there is not. */
const servers: Record<string, () => Promise<{ origin: string; stop(): unknown }>> = {
  async fastify() {
    const app = fastify();
    const answer = async (request: object) => ({ sub: tokenOf(request).subject });
    app.get('/orders', { preHandler: protect.fastify('Shop.orders.READ') }, answer);
    app.get('/secret', { preHandler: protect.fastify('Shop.orders.DELETE') }, answer);
    return { origin: await app.listen({ port: 0, host: '127.0.0.1' }), stop: () => app.close() };
  },
  async express() {
    const app = express();
    app.get('/orders', protect.express('Shop.orders.READ'), (request, response) => {
      response.json({ sub: tokenOf(request).subject });
    });
    app.get('/secret', protect.express('Shop.orders.DELETE'), (_, response) => void response.json({}));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
  },
};
type Ask = (path: string, authorization?: string) => Promise<Response>;
const header = (authorization?: string) => ({ headers: { ...(authorization !== undefined && { authorization }) } });
const frameworks: Record<string, () => Promise<{ ask: Ask; stop(): unknown }>> = {
  ...Object.fromEntries(
    Object.entries(servers).map(([name, start]) => [
      name,
      async () => {
        const { origin, stop } = await start();
        return { ask: (path: string, authorization?: string) => fetch(origin + path, header(authorization)), stop };
      },
    ]),
  ),
  async hono() {
    const app = new Hono<{ Variables: { token: VerifiedToken } }>();
    app.get('/orders', protect.hono('Shop.orders.READ'), (context) =>
      context.json({ sub: context.get('token').subject }),
    );
    app.get('/secret', protect.hono('Shop.orders.DELETE'), (context) => context.json({}));
    return { ask: async (path, authorization) => app.request(path, header(authorization)), stop: () => undefined };
  },
  async web() {
    const answer = (_: Request, { subject }: VerifiedToken) => Response.json({ sub: subject });
    const handlers: Record<string, (request: Request) => Promise<Response>> = {
      '/orders': protect.web(answer, 'Shop.orders.READ'),
      '/secret': protect.web(answer, 'Shop.orders.DELETE'),
    };
    const ask: Ask = async (path, authorization) =>
      (handlers[path] as (request: Request) => Promise<Response>)(
        new Request(`http://api.example${path}`, header(authorization)),
      );
    return { ask, stop: () => undefined };
  },
};

describe.each(Object.keys(frameworks))('%s', (name) => {
  test('passes good tokens in both schemes, refuses the others as RFC 6750 says', async () => {
    const { ask, stop } = await (frameworks[name] as (typeof frameworks)['web'])();
    try {
      const token = await session.accessToken();
      for (const scheme of ['Bearer', 'Zoho-oauthtoken', 'bearer']) {
        const answer = await ask('/orders', `${scheme} ${token}`);
        expect([answer.status, await answer.json()]).toEqual([200, { sub: expect.stringMatching(/^\d+$/) }]);
      }
      const none = await ask('/orders');
      expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      const basic = await ask('/orders', 'Basic abc');
      expect([basic.status, ((await basic.json()) as { error: string }).error]).toEqual([401, 'invalid_request']);
      const wrong = await ask('/orders', `Bearer ${token.slice(0, -1)}0x`);
      expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('invalid_token'),
      ]);
      const refresh = await ask('/orders', `Bearer ${(await session.row()).refreshToken}`);
      expect(refresh.status).toBe(401);
      const narrow = await ask('/secret', `Bearer ${token}`);
      expect(narrow.status).toBe(403);
      expect(await narrow.json()).toEqual({
        error: 'insufficient_scope',
        error_description: 'the token lacks Shop.orders.DELETE',
      });
      expect(narrow.headers.get('www-authenticate')).toContain('scope="Shop.orders.DELETE"');
    } finally {
      await stop();
    }
  });
});

test('asks once for many requests; a revoked token is out within the time of the cache', async () => {
  const { ask } = await (frameworks.web as (typeof frameworks)['web'])();
  const other = await live.signIn(live.oauth(), 'us', { scopes });
  const token = `Bearer ${await other.accessToken()}`;
  asked = 0;
  const many = await Promise.all(Array.from({ length: 50 }, () => ask('/orders', token)));
  expect(many.every(({ status }) => status === 200)).toBe(true);
  expect(asked).toBe(2);
  await other.revoke();
  (live.platform.clock as RunningClock).advance(6);
  expect((await ask('/orders', token)).status).toBe(401);
});

test('when nobody can tell, 503 and not 401', async () => {
  const broken = guard(
    introspection({ accounts: 'http://127.0.0.1:1', clientId: 'a', clientSecret: 'b', maxTries: 1 }),
  );
  const answer = await broken.web(() => new Response('in'))(new Request('http://x/', header('Bearer abc')));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
});

test('ID tokens: signature, audience, issuer, time', async () => {
  const oauth = live.oauth();
  let idToken = '';
  const spying = live.oauth({
    async fetch(input, init) {
      const answer = await fetch(input, init);
      const json = (await answer
        .clone()
        .json()
        .catch(() => ({}))) as { id_token?: string };
      idToken = json.id_token ?? idToken;
      return answer;
    },
  });
  await live.signIn(spying, 'in', { scopes });
  const audience = live.server.client_id;
  const verifierOf = (over: object = {}) => jwtVerifier({ accounts: accountsOf('in'), audience, now: nowMs, ...over });
  const verified = await verifierOf().verify(idToken);
  expect(verified).toMatchObject({ issuer: accountsOf('in'), claims: { email: 'user@in.example' } });
  expect(await verifierOf({ audience: 'other' }).verify(idToken)).toBeUndefined();
  expect(await verifierOf({ accounts: accountsOf('us') }).verify(idToken)).toBeUndefined();
  const [head, body, signature] = idToken.split('.') as [string, string, string];
  const forged = Buffer.from(JSON.stringify({ ...verified?.claims, sub: '1' })).toString('base64url');
  expect(await verifierOf().verify(`${head}.${forged}.${signature}`)).toBeUndefined();
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  expect(await verifierOf().verify(`${none}.${body}.`)).toBeUndefined();
  expect(await verifierOf({ now: () => nowMs() + 3_700_000 }).verify(idToken)).toBeUndefined();
  expect(oauth).toBeDefined();
});

test.each([
  [['ZohoCRM.modules.ALL'], 'ZohoCRM.modules.leads.READ', true],
  [['zohocrm.MODULES.all'], 'ZohoCRM.modules.READ', true],
  [['ZohoCRM.modules.leads.WRITE'], 'ZohoCRM.modules.leads.UPDATE', true],
  [['ZohoCRM.modules.leads.WRITE'], 'ZohoCRM.modules.leads.DELETE', false],
  [['ZohoCRM.modules.READ'], 'ZohoCRM.modules.leads.READ', false],
  [['ZohoCRM.mod.ALL'], 'ZohoCRM.modules.READ', false],
  [['email'], 'email', true],
  [['email'], 'email.READ', false],
])('%j covers %s: %s', (granted, needed, expected) => {
  expect(covers(granted, needed)).toBe(expected);
});
