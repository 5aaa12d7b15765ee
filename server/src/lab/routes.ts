import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { withId } from '../admin/schemas.ts';
import type { Lab } from './lab.ts';
import { answers, bodies } from './schemas.ts';

const fixtureLimitBytes = 16 * 1024 * 1024;

/** The lab's part of the admin API. */
export function registerLab(adminApp: FastifyInstance, lab: Lab): void {
  const app = adminApp.withTypeProvider<TypeBoxTypeProvider>();
  const { clock, faults, fixtures, snapshots } = lab;
  app.get('/lab/clock', { schema: { response: { 200: answers.clock } } }, async () => clock.show());
  app.post('/lab/clock/advance', { schema: { body: bodies.advance } }, async ({ body }) =>
    clock.advance(body.duration),
  );
  app.post('/lab/clock/set', { schema: { body: bodies.set } }, async ({ body }) => clock.set(body.now));
  app.post('/lab/clock/speed', { schema: { body: bodies.speed } }, async ({ body }) => clock.speed(body.speed));
  app.post('/lab/clock/reset', async () => clock.reset());
  app.get('/lab/faults', async () => ({ faults: faults.list() }));
  app.post('/lab/faults', { schema: { body: bodies.fault } }, async ({ body }, reply) =>
    reply.code(201).send(faults.add(body)),
  );
  app.delete('/lab/faults', async () => faults.removeAll());
  app.delete('/lab/faults/:id', { schema: { params: withId } }, async ({ params }) => faults.remove(params.id));
  app.get('/lab/snapshots', async () => ({ snapshots: snapshots.list() }));
  app.put('/lab/snapshots/:id', { schema: { params: withId } }, async ({ params }) => snapshots.save(params.id));
  app.post('/lab/snapshots/:id/restore', { schema: { params: withId } }, async ({ params }) =>
    snapshots.restore(params.id),
  );
  app.delete('/lab/snapshots/:id', { schema: { params: withId } }, async ({ params }) => snapshots.delete(params.id));
  const fixtureRoute = { bodyLimit: fixtureLimitBytes, schema: { body: bodies.fixture } };
  app.post('/lab/fixtures', fixtureRoute, async ({ body }) => fixtures.apply(body.yaml));
}
