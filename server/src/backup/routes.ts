import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { contentFileType } from '../database/content-file.ts';
import { UsableFailure } from '../foundation/failure.ts';
import type { BackupDatabase } from './backup-format.ts';
import { writeBackup } from './write-backup.ts';

export interface BackupContext {
  readonly databases: readonly BackupDatabase[];
  readonly secretKey: Buffer;
  readonly nowMs: () => number;
}

const query = Type.Object(
  { dataCenter: Type.Optional(Type.String({ maxLength: 100 })) },
  { additionalProperties: false },
);

/** `GET /backup`: a backup of the running platform, as the admin API gives it. */
export function registerBackup(adminApp: FastifyInstance, { databases, secretKey, nowMs }: BackupContext): void {
  const app = adminApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get('/backup', { schema: { querystring: query } }, async (request, reply) => {
    const chosen = chooseDatabases(databases, request.query.dataCenter);
    return reply.type(contentFileType).send(await writeBackup(chosen, { secretKey, nowMs: nowMs() }));
  });
}

/**
 * The databases that a backup is of: all of the platform, or one data centre.
 * @throws UsableFailure for a data centre that is not there.
 */
export function chooseDatabases(
  databases: readonly BackupDatabase[],
  dataCenter: string | undefined,
): readonly BackupDatabase[] {
  if (dataCenter === undefined) return databases;
  const chosen = databases.filter(({ label, kind }) => kind === 'data-center' && label === dataCenter);
  if (chosen.length > 0) return chosen;
  const there = databases.filter(({ kind }) => kind === 'data-center').map(({ label }) => label);
  throw new UsableFailure(`unknown data centre "${dataCenter}"; expected one of ${there.join(', ')}`);
}
