import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Lab } from './lab.ts';
import { answers, bodies } from './schemas.ts';

/** The lab's part of the admin API. */
export function registerLab(adminApp: FastifyInstance, lab: Lab): void {
  const app = adminApp.withTypeProvider<TypeBoxTypeProvider>();
  const { clock } = lab;
  app.get('/lab/clock', { schema: { response: { 200: answers.clock } } }, async () => clock.show());
  app.post('/lab/clock/advance', { schema: { body: bodies.advance } }, async ({ body }) =>
    clock.advance(body.duration),
  );
  app.post('/lab/clock/set', { schema: { body: bodies.set } }, async ({ body }) => clock.set(body.now));
  app.post('/lab/clock/speed', { schema: { body: bodies.speed } }, async ({ body }) => clock.speed(body.speed));
  app.post('/lab/clock/reset', async () => clock.reset());
}
