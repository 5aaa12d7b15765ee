import { connect } from 'node:net';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Dialect } from './app.ts';
import { guardListener, RequestGate } from './request-gate.ts';

const dialect: Pick<Dialect, 'unavailable'> = { unavailable: (_request, reply) => reply.code(503).send('busy') };

/** A listener with one place, whose calls of /slow end when they are told to. */
async function start() {
  const gate = new RequestGate(1);
  const app = Fastify();
  let end: (() => void) | undefined;
  guardListener(app, dialect, gate);
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.get('/slow', () => new Promise((resolve) => (end = () => resolve('slow'))));
  app.post('/', (request) => request.body);
  app.get('/', () => 'quick');
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, gate, origin, end: () => end?.() };
}

test('a place is free again after an answer, a refusal, and when the client has gone', async () => {
  const { app, end, gate, origin } = await start();
  const first = fetch(`${origin}/slow`);
  await expect.poll(() => gate.underWay).toBe(1);
  const refused = await fetch(origin);
  expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([503, '5', 'busy']);
  end();
  expect(await (await first).text()).toBe('slow');
  await expect.poll(() => gate.underWay).toBe(0);
  expect(await (await fetch(origin)).text()).toBe('quick');

  const gone = new AbortController();
  const cut = fetch(`${origin}/slow`, { signal: gone.signal }).catch(() => {});
  await expect.poll(() => gate.underWay).toBe(1);
  gone.abort();
  await cut;
  await expect.poll(() => gate.underWay).toBe(0);
  // As the console calls the other servers.
  expect((await app.inject('/')).payload).toBe('quick');
  await expect.poll(() => gate.underWay).toBe(0);
  expect([gate.peak, gate.refused]).toEqual([1, 1]);
  await app.close();
});

test('a body on its way takes no place, and its request is refused when there is none in the end', async () => {
  const { app, end, gate, origin } = await start();
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\na');
  // The answer to a second request says that the first has been seen.
  expect((await fetch(origin)).status).toBe(200);
  await expect.poll(() => gate.underWay).toBe(0);
  const slow = fetch(`${origin}/slow`);
  await expect.poll(() => gate.underWay).toBe(1);
  socket.write('b');
  await expect.poll(() => answer).toContain('HTTP/1.1 503');
  end();
  expect((await slow).status).toBe(200);
  await expect.poll(() => gate.underWay).toBe(0);
  socket.destroy();
  await app.close();
});

test('0 lets all in, and counts them', () => {
  const gate = new RequestGate(0);
  expect([gate.enter(), gate.enter(), gate.underWay, gate.refused]).toEqual([true, true, 2, 0]);
});
