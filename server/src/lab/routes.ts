import { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { badInput } from '../admin/failure.ts';
import { withId } from '../admin/schemas.ts';
import { contentFileType as fileType } from '../database/content-file.ts';
import type { Lab } from './lab.ts';
import { answers, bodies, queries } from './schemas.ts';

const fixtureLimitBytes = 16 * 1024 * 1024;

/** The lab's part of the admin API. */
export function registerLab(adminApp: FastifyInstance, lab: Lab): void {
  const app = adminApp.withTypeProvider<TypeBoxTypeProvider>();
  const { clock, faults, fixtures, grants, replay, snapshots, transfer } = lab;

  const read = { response: { 200: answers.clock } };
  app.get('/lab/clock', { schema: read }, async () => clock.show());
  app.post('/lab/clock/advance', { schema: { ...read, body: bodies.advance } }, async ({ body }) =>
    clock.advance(body.duration),
  );
  app.post('/lab/clock/set', { schema: { ...read, body: bodies.set } }, async ({ body }) => clock.set(body.now));
  app.post('/lab/clock/speed', { schema: { ...read, body: bodies.speed } }, async ({ body }) =>
    clock.speed(body.speed),
  );
  app.post('/lab/clock/reset', { schema: read }, async () => clock.reset());

  const removed = { response: { 200: answers.removed } };
  app.get('/lab/faults', { schema: { response: { 200: answers.faults } } }, async () => ({
    faults: faults.list().map((fault) => ({ ...fault })),
  }));
  app.post(
    '/lab/faults',
    { schema: { body: bodies.fault, response: { 201: answers.fault } } },
    async ({ body }, reply) => reply.code(201).send(await faults.add(body)),
  );
  app.delete('/lab/faults', { schema: removed }, async () => faults.removeAll());
  app.delete('/lab/faults/:id', { schema: { ...removed, params: withId } }, async ({ params }) =>
    faults.remove(params.id),
  );

  const named = { params: withId, response: { 200: answers.snapshot } };
  app.get('/lab/snapshots', { schema: { response: { 200: answers.snapshots } } }, async () => ({
    snapshots: snapshots.list().map((each) => ({ ...each, data_centers: [...each.data_centers] })),
  }));
  app.put('/lab/snapshots/:id', { schema: named }, async ({ params }) => snapshots.save(params.id));
  app.post('/lab/snapshots/:id/restore', { schema: named }, async ({ params }) => snapshots.restore(params.id));
  app.delete('/lab/snapshots/:id', { schema: named }, async ({ params }) => snapshots.delete(params.id));

  app.get('/lab/snapshots/:id/file', { schema: { params: withId } }, async ({ params }, reply) =>
    reply.type(fileType).send(await transfer.export(params.id)),
  );
  // Read as it comes: it may be larger than memory.
  app.addContentTypeParser(fileType, (_request, payload, done) => done(null, payload));
  app.post(
    '/lab/snapshots/import',
    { schema: { querystring: queries.import, response: { 201: answers.snapshot } } },
    async ({ body, query }, reply) => {
      if (!(body instanceof Readable)) throw badInput(`expected a body of the type ${fileType}`);
      return reply.code(201).send(await transfer.import(body, query.name));
    },
  );
  app.post('/lab/reset', { schema: { response: { 200: answers.reset } } }, async () => lab.reset());

  const applied = { body: bodies.fixture, response: { 200: answers.fixture } };
  app.post('/lab/fixtures', { bodyLimit: fixtureLimitBytes, schema: applied }, async ({ body }) =>
    fixtures.apply(body.yaml),
  );

  const replayed = { params: withId, response: { 200: answers.replay } };
  app.post('/lab/flows/:id/replay', { schema: replayed }, async ({ params }) => replay.run(params.id));
  const written = { params: withId, querystring: queries.test, response: { 200: answers.test } };
  app.get('/lab/flows/:id/test', { schema: written }, async ({ params, query }) =>
    replay.test(params.id, query.runner),
  );

  app.post('/lab/codes', { schema: { body: bodies.code, response: { 201: answers.code } } }, async ({ body }, reply) =>
    reply.code(201).send(await grants.code(body)),
  );
  app.post(
    '/lab/tokens',
    { schema: { body: bodies.tokens, response: { 201: answers.tokens } } },
    async ({ body }, reply) => reply.code(201).send(await grants.tokens(body)),
  );
}
