import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type MoveContext, moveUsers } from './move-users.ts';

const body = Type.Object(
  {
    dataCenter: Type.String(),
    email: Type.String(),
    to: Type.String({ description: 'The data centre where the user lives then.' }),
    withMembers: Type.Boolean({ default: false, description: "Everybody of the user's organizations, too." }),
  },
  { additionalProperties: false },
);

/** `POST /users/move` of the admin API. */
export function registerRelocation(adminApp: FastifyInstance, context: MoveContext): void {
  const app = adminApp.withTypeProvider<TypeBoxTypeProvider>();
  app.post('/users/move', { schema: { body } }, async (request) => moveUsers(context, request.body));
}
