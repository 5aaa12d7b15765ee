import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { freshBasePort } from '../testing/base-port.ts';
import { finishAnswers, listenAll } from './listen.ts';

test('a request that is on its way over a used connection when no more are taken is answered; idle connections end', async () => {
  const app = Fastify();
  app.get('/', async () => 'here');
  const port = freshBasePort();
  await listenAll([{ app, port, host: '127.0.0.1', label: 'test' }]);
  const open = async () => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    const request = () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    request();
    const [text] = await once(socket, 'data');
    return { socket, request, text };
  };
  const [busy, idle] = await Promise.all([open(), open()]);
  for (const { text } of [busy, idle]) expect(text).toMatch(/^HTTP\/1\.1 200 /);
  const idleEnds = once(idle.socket, 'end');
  const answered = once(busy.socket, 'data');
  busy.request();
  const finished = finishAnswers(app, 60_000);
  expect((await answered)[0]).toMatch(/^HTTP\/1\.1 200 .*here$/s);
  await Promise.all([finished, idleEnds]);
  await app.close();
});
